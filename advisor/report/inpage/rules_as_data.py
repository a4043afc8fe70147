"""The compiled rules as plain data, for a script that has no engine."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from advisor.catalogue.evidence import Published, rows_on
from advisor.facts import Value
from advisor.facts.values import Interval
from advisor.rules.engine import Axis, Engine, Prepared
from advisor.rules.rule import Kind, Ramp, Rule, Settings
from advisor.verdict.headline import FEW_SHOT, FULL
from advisor.verdict.parity import NEARNESS, measured_key


def rules_as_data(engine: Engine, methods: Sequence[str]) -> dict[str, Any]:
    """All that decides an answer, for ``judge.js``.

    Args:
        engine: the compiled rules.
        methods: all methods, in the order of the vocabulary, which decides ties.

    Returns:
        Plain data for JSON. Masks are hexadecimal numbers; their bits count the rules, then the
        rows of the tables.
    """
    base = engine.base
    decided = {table.decides for table, _ in engine.table_bits}
    return {
        "methods": list(methods),
        "full": FULL,
        "few_shot": FEW_SHOT,
        "settings": _settings(base.settings),
        "axes": [
            {"fact": key, "decided": key in decided, **_axis(axis)}
            for key, axis in engine.axes.items()
        ],
        "tables": [
            {"decides": table.decides, "first": bit, "levels": [row.level for row in table.rows]}
            for table, bit in engine.table_bits
        ],
        "rules": [
            _rule(rule, prepared)
            for rule, prepared in zip(base.rules, engine.prepared, strict=True)
        ],
        "near": _near(base.settings),
    }


def value_as_data(value: Value, *, integer: bool) -> Any:
    """A fact's value for the script.

    Args:
        value: as the engine takes it.
        integer: whether the fact is a whole number.

    Returns:
        The value itself where it is definite or unknown; a range with its ends and the same set as
        ``start <= x < end``; several choices as ``any``.
    """
    if isinstance(value, Interval):
        start, end = value.half_open(integer=integer)
        ends = {"low": value.low, "high": value.high, "start": start, "end": end}
        return {name: _finite(number) for name, number in ends.items()}
    if isinstance(value, frozenset):
        return {"any": sorted(value)}
    return value


def _finite(number: float) -> float | None:
    """JSON has no infinity; None stands for it at an open end."""
    return number if abs(number) != float("inf") else None


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        "too_close": settings.too_close_decibans,
        "alternative": settings.alternative_decibans,
        "do_not_train": settings.do_not_train_decibans,
        "vetoed_rival": settings.confidence_with_vetoed_rival,
        "words": [list(word) for word in settings.confidence_words],
        "soft": list(settings.groups["soft_prompts"]),
        "trained": list(settings.groups["trained"]),
        "decades": settings.neighbourhood_decades,
        "kept_alone": settings.kept_without_study,
        "enough_studies": settings.enough_studies,
    }


def _axis(axis: Axis) -> dict[str, Any]:
    surely, possibly = axis.unknown
    return {
        ("cuts" if axis.numeric else "cells"): axis.cuts if axis.numeric else axis.cells,
        "masks": [f"{mask:x}" for mask in axis.masks],
        "unknown": [f"{surely:x}", f"{possibly:x}"],
    }


def _rule(rule: Rule, prepared: Prepared) -> dict[str, Any]:
    fixed = {m: effect for m, effect in rule.effects.items() if not isinstance(effect, Ramp)}
    data: dict[str, Any] = {"label": rule.label, "effects": fixed}
    if rule.kind is Kind.QUALITY:
        data["quality"] = True
    if rule.veto:
        data["veto"] = list(rule.veto)
    if prepared.cuts:
        steps = [dict(finding.effects) for finding in prepared.findings]
        data["ramp"] = {
            "fact": prepared.fact,
            "cuts": list(prepared.cuts),
            "steps": {m: [step[m] for step in steps] for m in rule.effects if m not in fixed},
        }
    return data


def _near(settings: Settings) -> dict[str, Any]:
    """For each soft prompt the model and data size of every row that speaks for it, by study."""
    parameters, examples, transferred = NEARNESS
    return {
        "facts": {"parameters": parameters, "examples": examples, "transferred": transferred},
        "measured": {method: measured_key(method) for method in settings.groups["soft_prompts"]},
        "rows": {
            method: [list(_by_study(rows_on(method, transferred=moved))) for moved in (False, True)]
            for method in settings.groups["soft_prompts"]
        },
    }


def _by_study(rows: Sequence[Published]) -> Iterator[list[list[float]]]:
    """Where each study's rows lie; a place that a study has twice counts once."""
    ordered = sorted(rows, key=lambda row: row.study)
    for _, group in itertools.groupby(ordered, key=lambda row: row.study):
        yield [list(place) for place in sorted({(r.parameters, r.train_examples) for r in group})]
