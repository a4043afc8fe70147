"""How good are the decisions? Leave-one-study-out on published rows, beside rules of thumb.

Run it with ``python benchmarks/decision/decide.py``; it takes about a minute. README.md in the
folder above says what the figures mean and what they do not.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from measuring import table, versions, write_results
from metrics import METRICS, Array, Judged, by_probability, draws, interval, reliability
from rivals import rivals
from scipy.special import expit

from advisor.calibration.fitting import Samples, samples_of
from advisor.calibration.validation import Validation
from advisor.catalogue.evidence import comparisons, load_evidence
from advisor.catalogue.tables import load_table
from advisor.rules.engine import Engine
from advisor.rules.loading import load_rules

SEED, DRAWS = 20261123, 2000
TOLERANCE = 1.0
FITTED, SIGNS, AUTHORED = "advisor, fitted", "advisor, signs and shapes", "advisor, as authored"
PAIRED = ("Brier", "regret")
LESS_IS_BETTER = {"Brier", "log-loss", "calibration", "regret"}


def main() -> None:
    """Judge every soft-prompt row by what the other studies taught, and write the results."""
    base = load_rules(authored=True)
    samples = samples_of(comparisons(load_evidence()), Engine(base))
    claims, choices = _own(samples)
    soft = np.array([one.method != "lora" for one in samples.comparisons])
    found = [one for one in samples.comparisons if one.method != "lora"]
    gap = np.array([one.gap for one in found])
    study = np.array([one.row.study for one in found])
    unseen = np.array([one.row.unseen for one in found])
    at = samples.at(TOLERANCE)
    said = {name: by_probability(odds[at][soft]) for name, odds in claims.items()}
    said |= rivals(found, gap, study)
    sets = {"all studies": np.ones(len(gap), dtype=bool)}
    if unseen.any():
        sets["studies that the authors of the rules had not seen"] = unseen
        sets["studies that they had seen"] = ~unseen
    parts = []
    record: dict[str, Any] = {"versions": versions(("numpy", "scipy", "scikit-learn"))}
    for title, rows in sets.items():
        own = {name: one.of(rows) for name, one in said.items()}
        result, text = compare(own, gap[rows], study[rows])
        record[title] = result
        counted = f"{rows.sum()} rows of {len(np.unique(study[rows]))} studies"
        parts.append(f"## {title[0].upper()}{title[1:]}: {counted}\n\n{text}")
    parts.append(_reliability(said[FITTED], gap))
    parts.append(_tolerances(samples, claims, record))
    record["chosen"] = choices
    text = "\n\n".join(parts)
    print(text)
    write_results("decision", record, text)


def _own(samples: Samples) -> tuple[dict[str, Array], dict[str, Any]]:
    """Our claims on every pair, and what was chosen without each study."""
    claims = {}
    choices: dict[str, Any] = {}
    for name, prior in ((FITTED, 1.0), (SIGNS, 0.0)):
        predictions = Validation(samples, prior).predict()
        claims[name] = predictions.probability
        choices[name] = {
            study: [c.strength, c.lone_study] for study, c in predictions.choices.items()
        }
    claims[AUTHORED] = expit(samples.effects.sum(axis=1))
    return claims, choices


def compare(
    said: dict[str, Judged], gap: Array, study: Array, ours: tuple[str, ...] = (FITTED, SIGNS)
) -> tuple[dict[str, Any], str]:
    """Every rule's figures with intervals, and ours minus each other rule's, drawn in pairs."""
    picks = list(draws(study, DRAWS, SEED))
    drawn = {
        name: {
            metric: [value(one.of(pick), gap[pick]) for pick in picks]
            for metric, value in METRICS.items()
        }
        for name, one in said.items()
    }
    result = {
        name: {
            metric: [_short(value(one, gap)), *map(_short, interval(drawn[name][metric]))]
            for metric, value in METRICS.items()
        }
        for name, one in said.items()
    }
    main = table(
        ("rule", *METRICS),
        [(name, *(_cell(figures[m]) for m in METRICS)) for name, figures in result.items()],
    )
    paired = {}
    rows = []
    for name in said:
        for own in ours:
            if name == own:
                continue
            differences = {
                metric: _difference(result, drawn, metric, own, name) for metric in PAIRED
            }
            paired[f"{own} minus {name}"] = differences
            rows.append((own, name, *(_cell(differences[metric]) for metric in PAIRED)))
    beside = table(("ours", "minus", *(f"{metric} (90 %)" for metric in PAIRED)), rows)
    return {"metrics": result, "paired": paired}, f"{main}\n\nPaired differences:\n\n{beside}"


def _difference(
    result: dict[str, Any], drawn: dict[str, Any], metric: str, own: str, other: str
) -> list[float]:
    pairs = zip(drawn[own][metric], drawn[other][metric], strict=True)
    low, high = interval([left - right for left, right in pairs])
    return [_short(result[own][metric][0] - result[other][metric][0]), _short(low), _short(high)]


def _reliability(said: Judged, gap: Array) -> str:
    """A diagram in text: a fifth of the rows a line, claim and outcome as marks on a scale."""
    rows = []
    for claim, seen, count in reliability(said, gap):
        scale = ["."] * 41
        scale[round(seen * 40)] = "o"
        scale[round(claim * 40)] = "x" if round(claim * 40) != round(seen * 40) else "*"
        rows.append((f"{claim:.2f}", f"{seen:.2f}", str(count), f"`{''.join(scale)}`"))
    head = ("claimed", "came true", "rows", "0 to 1: x claimed, o came true, * both")
    return f"## Reliability of {FITTED}, all studies\n\n{table(head, rows)}"


def _tolerances(samples: Samples, claims: dict[str, Array], record: dict[str, Any]) -> str:
    """Brier scores at each tolerance, soft prompts and LoRA apart, beside their base rate."""
    lora = np.array([one.method == "lora" for one in samples.comparisons])[samples.comparison]
    rows = []
    for tolerance in load_table("calibration.yaml")["tolerances"]:
        cells = [f"{tolerance:g}"]
        for which in (~lora, lora):
            held = samples.at(tolerance) & which
            near = samples.near[held]
            cells.append(f"{near.mean():.2f}")
            cells.extend(
                f"{np.square(claims[name][held] - near).mean():.3f}" for name in (FITTED, SIGNS)
            )
            cells.append(f"{near.mean() * (1 - near.mean()):.3f}")
        rows.append(cells)
    record["tolerances"] = rows
    head = (
        "points",
        "soft near",
        "fitted",
        "signs",
        "rate",
        "LoRA near",
        "fitted",
        "signs",
        "rate",
    )
    return (
        "## Brier score by tolerance, soft prompts and LoRA\n\n"
        f"{table(head, rows)}\n\nrate: the score of stating each tolerance's own base rate."
    )


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _cell(figures: list[float]) -> str:
    value, low, high = figures
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main()
