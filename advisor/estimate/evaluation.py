"""Whether the evaluation set can show a difference of the tolerance, and whether inputs fit."""

from __future__ import annotations

import math

from advisor.catalogue.tables import assumptions, load_methods
from advisor.estimate.job import bounds
from advisor.facts import Fact, FactBase, Interval, Source, Value

_POINTS = 100.0
_UNLIMITED = 1e9


def smallest_visible_points(eval_examples: float) -> float:
    """Return the smallest accuracy difference, in points, that stands out at the 5 % level.

    Two methods judge the same ``eval_examples`` and disagree on a fixed share of them (the
    ``disagreement_share`` of assumptions.yaml), as in McNemar's test; the standard error of the
    difference is then the root of that share over the number of examples.
    """
    if eval_examples <= 0:
        return _POINTS
    table = assumptions()
    error = math.sqrt(table["disagreement_share"] / eval_examples)
    return min(_POINTS, float(table["significance_z"]) * error * _POINTS)


def evaluation_facts(facts: FactBase) -> list[Fact]:
    """Return the computed facts on the evaluation set and on the model's positions."""
    found = []
    examples = bounds(facts, "data.eval_examples")
    if examples:
        visible = smallest_visible_points(examples[1]), smallest_visible_points(examples[0])
        detail = "McNemar's standard error, methods assumed to disagree on a tenth of the examples"
        found.append(_fact("data.smallest_visible_points", *visible, detail))
        tolerance = bounds(facts, "quality.tolerance_points")
        if tolerance:
            power = tolerance[0] / visible[1], tolerance[1] / visible[0]
            found.append(
                _fact("data.evaluation_power", *power, "tolerance / smallest visible difference")
            )
    context, length = bounds(facts, "model.context_length"), bounds(facts, "data.p95_tokens")
    if context and length:
        virtual = max(m.virtual_tokens for m in load_methods().values())
        room = context[0] / (length[1] + virtual), context[1] / (length[0] + virtual)
        found.append(
            _fact("data.position_headroom", *room, f"positions / (95 % length + {virtual:g})")
        )
    return found


def _fact(key: str, low: float, high: float, detail: str) -> Fact:
    low, high = (float(f"{min(number, _UNLIMITED):.4g}") for number in (low, high))
    value: Value = low if low == high else Interval(low, high)
    return Fact(key, value, Source.ESTIMATED, detail)
