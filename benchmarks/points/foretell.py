"""How well can the gap to full fine-tuning be foretold in points, before anything is trained?

Each candidate sees the gaps of all studies but one and foretells those of the one that it has not
seen; then it sees the shipped table and foretells the rows that were read later. Scores are means
within a study, then over studies, so that a study with many rows counts once. Nothing is pooled: a
constant for each fold is anti-correlated with its own fold.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from candidates import CANDIDATES, Candidate, Distribution
from measuring import table, versions, write_results
from rows import Array, Gap, published

QUANTILES = (0.1, 0.5, 0.9)
TOLERANCES = (1.0, 2.0, 3.0, 5.0)
BESIDE = "kind alone"
"""The candidate that the others are compared with."""
SCORES = ("pinball", *(f"Brier {tolerance:g}" for tolerance in TOLERANCES), "inside 80 %", "width")


def main() -> None:
    """Judge all candidates, and write the results."""
    gaps = published()
    left_out = {name: by_left_out_study(each, gaps) for name, each in CANDIDATES.items()}
    later = {name: on_later_rows(each, gaps) for name, each in CANDIDATES.items()}
    new = sum(gap.later for gap in gaps)
    head = (
        f"{len(gaps)} gaps of {len({gap.study for gap in gaps})} studies; "
        f"{new} of {len(next(iter(later.values())))} studies were read later."
    )
    text = "\n\n".join(
        [
            head,
            f"Studies left out in turn ({len(left_out[BESIDE])}):",
            shown(left_out),
            f"Rows read later ({len(later[BESIDE])} studies), foretold from the shipped table:",
            shown(later),
        ]
    )
    print(text)
    record = {
        "unit": "points; means within studies, then over studies",
        "versions": versions(("numpy",)),
        "gaps": len(gaps),
        "left out": recorded(left_out),
        "read later": recorded(later),
    }
    for path in write_results("points", record, text):
        print(f"wrote {path.name}")


def by_left_out_study(candidate: Candidate, gaps: Sequence[Gap]) -> dict[str, Array]:
    """Scores by study, each foretold from all others."""
    found = {}
    for study in sorted({gap.study for gap in gaps}):
        foretold = candidate([gap for gap in gaps if gap.study != study])
        own = [scores(foretold(gap), gap.points) for gap in gaps if gap.study == study]
        found[study] = np.mean(own, axis=0)
    return found


def on_later_rows(candidate: Candidate, gaps: Sequence[Gap]) -> dict[str, Array]:
    """Scores by study of the rows that were read later; their studies' shipped rows are known."""
    foretold = candidate([gap for gap in gaps if not gap.later])
    found: dict[str, list[Array]] = {}
    for gap in gaps:
        if gap.later:
            found.setdefault(gap.study, []).append(scores(foretold(gap), gap.points))
    return {study: np.mean(own, axis=0) for study, own in found.items()}


def scores(said: Distribution, points: float) -> Array:
    """(SCORES,) of one gap; of all but the last two less is better."""
    at = said.quantiles(QUANTILES)
    pinball = np.mean(
        [max(q * (points - x), (q - 1) * (points - x)) for q, x in zip(QUANTILES, at, strict=True)]
    )
    brier = [(said.chance_within(limit) - (points <= limit)) ** 2 for limit in TOLERANCES]
    inside = float(at[0] <= points <= at[-1])
    return np.array([pinball, *brier, inside, at[-1] - at[0]])


def shown(found: Mapping[str, Mapping[str, Array]]) -> str:
    """The table; differences from the kind alone are paired by study, with their standard error."""
    beside = np.array(list(found[BESIDE].values()))[:, 0]
    lines = []
    for name, by_study in found.items():
        values = np.array(list(by_study.values()))
        apart = values[:, 0] - beside
        error = apart.std(ddof=1) / np.sqrt(len(apart))
        means = values.mean(axis=0)
        difference = "" if name == BESIDE else f"{apart.mean():+.2f} ({error:.2f})"
        cells = [f"{value:.3f}" for value in means[:-2]]
        lines.append(
            [name, cells[0], difference, *cells[1:], f"{means[-2]:.0%}", f"{means[-1]:.1f}"]
        )
    head = ["Candidate", SCORES[0], f"less {BESIDE} (s.e.)", *SCORES[1:]]
    return table(head, lines)


def recorded(found: Mapping[str, Mapping[str, Array]]) -> dict[str, dict[str, list[float]]]:
    """Scores by candidate and study, rounded."""
    return {
        name: {study: [round(float(x), 4) for x in values] for study, values in own.items()}
        for name, own in found.items()
    }


if __name__ == "__main__":
    main()
