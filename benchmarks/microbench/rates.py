"""How well do short runs rank the learning rates of prompt tuning?

``python benchmarks/microbench/rates.py`` trains every pair of rates of the recipe on rows that are
in no cell, at the lengths that the rungs of a search can have and once for long (three quarters of
an hour; it goes on where it was stopped). Then it lets several searches choose, by the development
scores of the short runs, and says how many points of the long run each choice gives away.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cells import table
from measuring import table as as_table
from measuring import write_results
from reference import Results
from seeds import developed

from advisor.methods import load_methods
from advisor.microbench.planning.schedule import RatePair, quality
from advisor.microbench.records import Bench, Purpose, Trial

SEARCHES: Mapping[str, Sequence[tuple[int, int]]] = {
    "no search": [],
    "4 at 40, 2 at 80": [(4, 40), (2, 80)],
    "4 at 40": [(4, 40)],
    "2 at 80": [(2, 80)],
    "4 at 80": [(4, 80)],
    "2 at 160": [(2, 160)],
    "4 at 80, 2 at 160": [(4, 80), (2, 160)],
    "4 at 160": [(4, 160)],
}
"""Rungs as pairs of how many rates run and for how many steps each."""


class Setting(NamedTuple):
    """Rows of one set: what each pair scored in short runs, and is worth in points."""

    set: str
    rows: int
    short: dict[tuple[RatePair, int], tuple[float, float]]
    worth: dict[RatePair, float]


def main() -> None:
    """Train what is missing, let each search choose, and write the results file."""
    settings = list(measured())
    rows = [
        [
            f"{s.set}, {s.rows} rows",
            *(f"{s.worth[pair]:.1f} ({scores(s, pair)})" for pair in pairs()),
        ]
        for s in settings
    ]
    found = {
        name: [lost(setting, rungs) for setting in settings] for name, rungs in SEARCHES.items()
    }
    searches = [
        [name, str(sum(count * steps for count, steps in SEARCHES[name])), f"{mean(points):.1f}",
         f"{max(points):.1f}"]
        for name, points in found.items()
    ]  # fmt: skip
    names = [f"{body:g} / {head:g}" for body, head in pairs()]
    text = (
        f"Points of a run of {wanted()['worth']} steps by pair of rates (in brackets development "
        f"scores of runs of {', '.join(map(str, wanted()['lengths']))} steps):\n\n"
        f"{as_table(['data', *names], rows)}\n\n"
        f"{as_table(['search', 'steps', 'points given away', 'at most'], searches)}"
    )
    record = {
        "settings": [
            {
                "set": s.set,
                "rows": s.rows,
                "worth": {f"{body:g}/{head:g}": points for (body, head), points in s.worth.items()},
                "short": {f"{pair[0]:g}/{pair[1]:g}@{n}": q for (pair, n), q in s.short.items()},
            }
            for s in settings
        ],
        "given_away": found,
    }
    write_results("microbench-rates", record, text)


def measured() -> Iterator[Setting]:
    """Each setting's runs."""
    for name, rows, results in developed(due, "rates-"):
        yield Setting(
            name,
            rows,
            {
                (pair, steps): quality(results[_trial(rows, pair, steps).id])
                for pair in pairs()
                for steps in wanted()["lengths"]
            },
            {pair: _points(results, rows, pair) for pair in pairs()},
        )


def wanted() -> dict[str, Any]:
    """What was written down."""
    found: dict[str, Any] = table()["development"]["search"]
    return found


def pairs() -> list[RatePair]:
    """The pairs of body and head rate in the order of the recipe."""
    listed = load_methods()[wanted()["method"]].recipe["search"]
    return [(body, head) for body, head in listed[: wanted()["rates"]]]


def due(bench: Bench, results: Results) -> list[Trial]:
    """What has not been trained yet."""
    rows = len(bench.splits.train)
    lengths = (*wanted()["lengths"], wanted()["worth"])
    trials = [_trial(rows, pair, steps) for steps in lengths for pair in pairs()]
    return [trial for trial in trials if trial.id not in results]


def lost(setting: Setting, rungs: Sequence[tuple[int, int]]) -> float:
    """Points between the best pair of a long run and the one that a search chooses."""
    left = pairs()[:1] if not rungs else pairs()[: rungs[0][0]]
    for at, (count, steps) in enumerate(rungs):
        going_on = rungs[at + 1][0] if at + 1 < len(rungs) else 1
        ranked = sorted(left[:count], key=lambda p: setting.short[p, steps], reverse=True)
        left = ranked[:going_on]
    return max(setting.worth.values()) - setting.worth[left[0]]


def scores(setting: Setting, pair: RatePair) -> str:
    """Development scores of the short runs in points."""
    return ", ".join(f"{setting.short[pair, n][0]:.0f}" for n in wanted()["lengths"])


def _points(results: Results, rows: int, pair: RatePair) -> float:
    test = results[_trial(rows, pair, wanted()["worth"]).id].test
    return 100 * sum(test) / len(test)


def _trial(rows: int, pair: RatePair, steps: int) -> Trial:
    """One run, never stopped early; the long one has a seed of its own."""
    body, head = pair
    long = steps == wanted()["worth"]
    looks = table()["development"]["looks"]
    return Trial(
        id=f"r{body:g}-h{head:g}-n{rows}-t{steps}",
        purpose=Purpose.FINAL if long else Purpose.SEARCH,
        method=wanted()["method"],
        learning_rate=body,
        head_rate=head,
        seed=1 if long else 0,
        train_size=rows,
        steps=steps,
        dev_every=-(-steps // looks),
        patience=looks,
        test=long,
    )


if __name__ == "__main__":
    main()
