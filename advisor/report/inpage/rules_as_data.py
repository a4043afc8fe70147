"""The compiled rules as plain data, for a script that has no engine."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from advisor.catalogue import Published, rows_on
from advisor.decide import NEARNESS, measured_key
from advisor.facts import FactType, Interval, Value, Vocabulary
from advisor.methods import FEW_SHOT, FULL, load_methods
from advisor.report.part import Part, part_class
from advisor.rules import Axis, Engine, Prepared, Ramp, Rule, RuleKind, RuleSettings
from advisor.support import capital


@part_class
class JudgeSettings(Part):
    """The settings of the rules that the script judges by."""

    too_close: int
    alternative: int
    do_not_train: int
    vetoed_rival: float
    words: list[list[Any]]
    """Of confidence, each with the least that it stands for."""
    soft: list[str]
    trained: list[str]
    decades: float
    kept_alone: float
    enough_studies: int


@part_class
class RulesAsData(Part):
    """All that decides an answer. Bits count the rules, then the rows of the tables."""

    methods: list[str]
    """In the order that decides ties."""
    full: str
    few_shot: str
    settings: JudgeSettings
    axes: list[dict[str, Any]]
    tables: list[dict[str, Any]]
    quality: str
    """In hexadecimal, the bits of the rules that count into parity."""
    rules: list[dict[str, Any]]
    claims: dict[str, str]
    near: dict[str, Any]
    numbers: list[list[float]]
    """Each list once; the others name it by its place."""


def rules_as_data(engine: Engine, vocabulary: Vocabulary) -> RulesAsData:
    """All that decides an answer, for ``judge.js``.

    Args:
        engine: the compiled rules.
        vocabulary: the facts that they read, and the methods.
    """
    base = engine.base
    decided = {table.decides for table, _ in engine.table_bits}
    numbers = _Distinct()
    quality = (1 << bit for bit, rule in enumerate(base.rules) if rule.kind is RuleKind.QUALITY)
    return RulesAsData(
        methods=list(vocabulary.methods),
        full=FULL,
        few_shot=FEW_SHOT,
        settings=_settings(base.settings),
        axes=[
            {
                "fact": key,
                **({"decided": True} if key in decided else {}),
                **_axis(axis, vocabulary[key], numbers),
            }
            for key, axis in engine.axes.items()
        ],
        tables=[
            {"decides": table.decides, "first": bit, "levels": [row.level for row in table.rows]}
            for table, bit in engine.table_bits
        ],
        quality=f"{sum(quality):x}",
        rules=[
            _rule(rule, prepared, numbers)
            for rule, prepared in zip(base.rules, engine.prepared, strict=True)
        ],
        claims={rule.code: _claim(rule) for rule in base.rules},
        near=_near(base.settings),
        numbers=numbers.lists,
    )


def _claim(rule: Rule) -> str:
    """The claim, with a gap for the method's name where it is written for several."""
    if not rule.method:
        return rule.claim
    name = load_methods()[rule.method].name
    return rule.claim.replace(capital(name), "{}").replace(name, "{}")


class _Distinct:
    """Lists of numbers, each kept once: several methods are tested by the same ones."""

    def __init__(self) -> None:
        self.lists: list[list[float]] = []

    def number_of(self, numbers: Sequence[float]) -> int:
        """The place of a list, which is added if it is new."""
        found = [_whole(number) for number in numbers]
        if found not in self.lists:
            self.lists.append(found)
        return self.lists.index(found)


def _whole(number: float) -> float:
    """The number, without a point if it has nothing behind it."""
    return int(number) if float(number).is_integer() else number


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


def _settings(settings: RuleSettings) -> JudgeSettings:
    return JudgeSettings(
        too_close=settings.too_close_decibans,
        alternative=settings.alternative_decibans,
        do_not_train=settings.do_not_train_decibans,
        vetoed_rival=settings.confidence_with_vetoed_rival,
        words=[list(word) for word in settings.confidence_words],
        soft=list(settings.groups["soft_prompts"]),
        trained=list(settings.groups["trained"]),
        decades=settings.neighbourhood_decades,
        kept_alone=settings.kept_without_study,
        enough_studies=settings.enough_studies,
    )


def _axis(axis: Axis, fact_type: FactType, numbers: _Distinct) -> dict[str, Any]:
    """The cells of a fact, and which of them let the rules and rows that test it fire.

    Each test is the cells that it holds in, as the bits of a hexadecimal number, and the rules and
    rows with this test. An unknown value can lie in any cell from the first to the last of
    ``unknown``; where that is missing, no test on the fact holds.
    """
    data: dict[str, Any] = (
        {"cuts": numbers.number_of(axis.cuts)} if axis.numeric else {"cells": axis.cells}
    )
    if not fact_type.silent_if_absent:
        data["unknown"] = _possible_cells(axis, fact_type)
    tests: dict[int, list[int]] = {}
    everywhere = (1 << len(axis.cells)) - 1
    for bit in range(max(mask.bit_length() for mask in axis.masks)):
        cells = sum(1 << number for number, mask in enumerate(axis.masks) if mask >> bit & 1)
        if cells != everywhere:
            tests.setdefault(cells, []).append(bit)
    return data | {"tests": [[f"{cells:x}", *bits] for cells, bits in tests.items()]}


def _possible_cells(axis: Axis, fact_type: FactType) -> list[int]:
    if not axis.numeric:
        return [0, len(axis.cells) - 1]
    low, high = fact_type.range or (-math.inf, math.inf)
    start, end = Interval(low, high).half_open(integer=fact_type.integer)
    first = bisect_right(axis.cuts, start)
    return [first, max(bisect_left(axis.cuts, end), first)]


def _rule(rule: Rule, prepared: Prepared, numbers: _Distinct) -> dict[str, Any]:
    fixed = {m: effect for m, effect in rule.effects.items() if not isinstance(effect, Ramp)}
    data: dict[str, Any] = {"label": rule.label}
    if fixed:
        data["effects"] = fixed
    if rule.veto:
        data["veto"] = list(rule.veto)
    if prepared.cuts:
        steps = [dict(finding.effects) for finding in prepared.findings]
        data["ramp"] = {
            "fact": prepared.fact,
            "cuts": numbers.number_of(prepared.cuts),
            "steps": {
                method: numbers.number_of([step[method] for step in steps])
                for method in rule.effects
                if method not in fixed
            },
        }
    return data


def _near(settings: RuleSettings) -> dict[str, Any]:
    """Where the published rows lie that speak for each soft prompt, without and with a transfer.

    Many of these lists are the same, so each stands once and is named by its number.
    """
    parameters, examples, transferred = NEARNESS
    lists: list[list[list[list[float]]]] = []
    numbers: dict[str, list[int]] = {}
    for method in settings.groups["soft_prompts"]:
        for moved in (False, True):
            places = list(_by_study(rows_on(method, transferred=moved)))
            if places not in lists:
                lists.append(places)
            numbers.setdefault(method, []).append(lists.index(places))
    return {
        "facts": {"parameters": parameters, "examples": examples, "transferred": transferred},
        "measured": {method: measured_key(method) for method in numbers},
        "lists": lists,
        "rows": numbers,
    }


def _by_study(rows: Sequence[Published]) -> Iterator[list[list[float]]]:
    """Model and data size of each study's rows; a place that a study has twice counts once."""
    ordered = sorted(rows, key=lambda row: row.study)
    for _, group in itertools.groupby(ordered, key=lambda row: row.study):
        places = sorted({(r.parameters, r.train_examples) for r in group})
        yield [[_whole(number) for number in place] for place in places]
