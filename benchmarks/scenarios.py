"""Random projects for the engine benchmark: values of every fact that the rules read.

Numbers are drawn around the numbers that stand in the rules, some of them exactly there, so that
every rule fires in some scenarios and both sides of every bound are met.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from zenrules import number, numbers_in, read_rules, read_tables

from advisor.facts import FactType, Vocabulary

SEED = 20261122
_EXACTLY_ON_A_BOUND = 0.15
_SPREAD = 1.2
"""Factors of ten around a bound that most values keep to."""
_ABSENT = 0.7
"""How often facts that rules do without, such as the measurements of a method, are not there."""
_RARE = {"api_only": 0.1}
"""Choices that are drawn less often than the others of their fact."""
_HEADROOM_FAILS = 0.06
"""How often a method lacks memory, time, money or disk; each of them is a veto of its own."""


def bounds_read(folder: Path) -> dict[str, list[float]]:
    """The facts that rules and tables read, with the numbers at which something changes."""
    found: dict[str, list[float]] = {}
    for rule in read_rules(folder):
        _add_tests(found, rule["when"])
        for effect in rule["effects"].values():
            if isinstance(effect, dict):
                points = [float(number(x)) for x in effect["points"]]
                found.setdefault(effect["ramp"], []).extend(points)
    for table in read_tables(folder):
        for row in table["rows"]:
            _add_tests(found, row["when"])
    return {key: sorted(set(found[key])) for key in sorted(found)}


def scenarios(
    count: int, bounds: Mapping[str, Sequence[float]], vocabulary: Vocabulary, seed: int = SEED
) -> Iterator[dict[str, Any]]:
    """Yield ``count`` scenarios with known values only; the same ones for the same seed."""
    source = random.Random(seed)
    keys = [key for key in bounds if not key.startswith("decision.")]
    types = [(vocabulary[key], bounds[key]) for key in keys]
    groups = sorted({_together(kind) for kind, _ in types if kind.silent_if_absent})
    for _ in range(count):
        absent = {group for group in groups if source.random() < _ABSENT}
        yield {
            kind.key: _draw(kind, ends, source)
            for kind, ends in types
            if not (kind.silent_if_absent and _together(kind) in absent)
        }


def with_unknowns(
    known: Sequence[Mapping[str, Any]], share: float, seed: int = SEED
) -> list[dict[str, Any]]:
    """The same scenarios, with a share of their facts taken away."""
    source = random.Random(seed + 1)
    return [{k: v for k, v in facts.items() if source.random() >= share} for facts in known]


def _add_tests(found: dict[str, list[float]], when: Mapping[str, Any]) -> None:
    for key, test in when.items():
        found.setdefault(key, []).extend(float(end) for end in numbers_in(test))


def _together(kind: FactType) -> str:
    """The facts of this prefix are there together: a micro-benchmark measures all of a method's."""
    return kind.key.rpartition(".")[0]


def _draw(kind: FactType, ends: Sequence[float], source: random.Random) -> Any:
    if kind.type == "boolean":
        return source.random() < 0.3
    if kind.choices:
        weights = [_RARE.get(choice, 1.0) for choice in kind.choices]
        return source.choices(kind.choices, weights)[0]
    if not kind.numeric:
        return source.choice(("apache-2.0", "mit", "cc-by-nd-4.0", "llama3.1"))
    return _draw_number(kind, ends, source)


def _draw_number(kind: FactType, ends: Sequence[float], source: random.Random) -> int | float:
    if kind.unit == "ratio":
        value = _headroom(source)
    elif source.random() < _EXACTLY_ON_A_BOUND:
        value = source.choice(ends)
    elif ends[0] <= 0:
        value = source.uniform(-5.0, 12.0)
    else:
        low, high = math.log10(ends[0]) - _SPREAD, math.log10(ends[-1]) + _SPREAD
        value = 10 ** source.uniform(low, high)
    low, high = kind.range or (-math.inf, math.inf)
    value = min(max(value, low), high)
    return round(value) if kind.integer else float(f"{value:.4g}")


def _headroom(source: random.Random) -> float:
    drawn = source.random()
    if drawn < _HEADROOM_FAILS:
        return 10 ** source.uniform(-2, 0)
    return 1.0 if drawn < 2 * _HEADROOM_FAILS else 10 ** source.uniform(0, 3)
