"""Gaps: regions where the quality rules say nothing but their prior, and how these are worded.

The prior of a method are the quality rules that move it by the same decibans whatever the facts.
Every other quality rule *speaks* within a box: its condition, and where its ramp is not zero. The
gap is what all these boxes leave. Preference rules are what a user wants and feasibility rules
what a machine can do; their silence is no lack of knowledge. Full fine-tuning is what quality is
measured against, so no quality rule speaks of it and it has no gap.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from advisor.facts import FactType, show_value
from advisor.rules.checking.remark import Remark
from advisor.rules.checking.space import (
    ABSENT,
    OTHER_TEXT,
    Absent,
    Box,
    Cell,
    Space,
    exists,
    uncovered,
)
from advisor.rules.rule import Effect, Ramp, Rule, RuleBase, RuleKind


def said(box: Box, space: Space) -> str:
    """The facts that a box narrows, each with the values that it leaves."""
    narrowed = space.narrowing(box)
    return "; ".join(_fact(key, narrowed[key], space) for key in sorted(narrowed))


def _fact(key: str, passed: Iterable[Cell], space: Space) -> str:
    fact_type, cells = space.vocabulary[key], space.cells[key]
    inside = [cell for cell in cells if cell in passed]
    if inside == [ABSENT]:
        return f"no {key}"
    values = [cell for cell in inside if cell is not ABSENT]
    said_values = _numbers(fact_type, values, cells) if fact_type.numeric else _names(values, cells)
    absent = " or absent" if len(values) < len(inside) else ""
    return f"{key} {said_values}{absent}"


def _names(values: Sequence[Cell], cells: Sequence[Cell]) -> str:
    """The choices, or those that are left out where they are fewer."""
    others = [cell for cell in cells if cell not in values and cell is not ABSENT]
    if len(others) < len(values) or OTHER_TEXT in values:
        return "not " + ", ".join(map(_name, others))
    return " or ".join(map(_name, values))


def _name(cell: Cell) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _numbers(fact_type: FactType, values: Sequence[Cell], cells: Sequence[Cell]) -> str:
    return " or ".join(_runs(fact_type, values, [cell for cell in cells if cell is not ABSENT]))


def _runs(fact_type: FactType, values: Sequence[Cell], cells: Sequence[Cell]) -> Iterator[str]:
    """Each run of neighbouring cells as one interval."""

    def shown(cell: Cell) -> str:
        return show_value(fact_type, cell)  # type: ignore[arg-type]

    for inside, run in itertools.groupby(range(len(cells)), key=lambda n: cells[n] in values):
        places = list(run)
        if not inside:
            continue
        first, after = places[0], places[-1] + 1
        if first == 0 and after == len(cells):
            yield "any"
        elif first == 0:
            yield f"below {shown(cells[after])}"
        elif after == len(cells):
            yield f"{shown(cells[first])} or more"
        else:
            yield f"from {shown(cells[first])} to below {shown(cells[after])}"


_Value: TypeAlias = Callable[[Mapping[str, int]], int]
"""What effects by method come to: one of them, or the difference between two."""


class Gap(NamedTuple):
    """A region in which only the prior speaks.

    Attributes:
        region: the values that each fact may have.
        without: conditions on several facts that must not hold.
        point: facts within the region, which prove that it is not empty.
    """

    region: Box
    without: tuple[Box, ...]
    point: Mapping[str, Cell]


def gaps(base: RuleBase, space: Space) -> Iterator[Remark]:
    """Note for each method where only its prior speaks, and where two soft prompts are alike."""
    rules = [rule for rule in base.rules if rule.kind is RuleKind.QUALITY]
    for method in space.vocabulary.methods:
        gap = gap_of(rules, space, lambda effects, m=method: effects.get(m, 0))  # type: ignore[misc]
        if gap and any(method in rule.effects for rule in rules):
            prior = any(method in _fixed(rule) for rule in rules if _is_prior(rule, space))
            silent = (
                "no quality rule but its base rate speaks" if prior else "no quality rule speaks"
            )
            text = silent + _where(gap, space)
            yield Remark("note", "gap", method, text)
    for one, other in itertools.combinations(base.settings.groups["soft_prompts"], 2):

        def lead(effects: Mapping[str, int], one: str = one, other: str = other) -> int:
            return effects.get(one, 0) - effects.get(other, 0)

        gap = gap_of(rules, space, lead)
        if gap and not sum(lead(_fixed(rule)) for rule in rules if _is_prior(rule, space)):
            text = f"no quality rule tells it from {other}" + _where(gap, space)
            yield Remark("note", "gap", one, text)


def gap_of(rules: Sequence[Rule], space: Space, value: _Value) -> Gap | None:
    """The region in which no rule but the prior gives a value other than zero, if there is one."""
    boxes = [
        box for rule in rules if not _is_prior(rule, space) for box in _speaks(rule, space, value)
    ]
    region: Box = {}
    while True:
        boxes = [box for box in (_left_of(box, region, space) for box in boxes) if box is not None]
        single = [box for box in boxes if len(box) <= 1]
        if not single:
            break
        for box in single:
            if not box:
                return None  # a rule speaks everywhere
            ((key, cells),) = box.items()
            region[key] = region.get(key, frozenset(space.cells[key])) - cells
        boxes = [box for box in boxes if len(box) > 1]
    point = uncovered(region, boxes, space)
    return None if point is None else Gap(region, tuple(boxes), point)


def _is_prior(rule: Rule, space: Space) -> bool:
    ramps = any(isinstance(effect, Ramp) for effect in rule.effects.values())
    return not ramps and not space.narrowing(space.box(rule.when))


def _fixed(rule: Rule) -> dict[str, int]:
    return {m: effect for m, effect in rule.effects.items() if isinstance(effect, int)}


def _speaks(rule: Rule, space: Space, value: _Value) -> Iterator[Box]:
    """The box in which the rule gives a value other than zero; none if there is no such place."""
    box = space.box(rule.when)
    ramp = next((effect for effect in rule.effects.values() if isinstance(effect, Ramp)), None)
    if ramp is None:
        if value(_fixed(rule)):
            yield box
        return
    moving = [
        cell
        for cell in space.cells[ramp.fact]
        if not isinstance(cell, Absent) and value(_at(rule.effects, cell))
    ]
    if moving:
        own = box.get(ramp.fact, frozenset(space.cells[ramp.fact]))
        yield {**box, ramp.fact: own & frozenset(moving)}


def _at(effects: Mapping[str, Effect], cell: Cell) -> dict[str, int]:
    assert isinstance(cell, (int, float))  # noqa: S101 - ramps read numbers
    return {m: e.at(cell) if isinstance(e, Ramp) else e for m, e in effects.items()}


def _left_of(box: Box, region: Box, space: Space) -> Box | None:
    """What a box asks for within a region, without what holds there anyway; None if never."""
    allowed = {key: region.get(key, frozenset(space.cells[key])) for key in box}
    met = {key: passed & allowed[key] for key, passed in box.items()}
    if not exists({**region, **met}, space):
        return None
    return {key: passed for key, passed in met.items() if passed < allowed[key]}


def _where(gap: Gap, space: Space) -> str:
    conditions = said(gap.region, space)
    exceptions = "".join(f", but not ({said(box, space)})" for box in gap.without)
    return f" where {conditions}{exceptions}" if conditions else f" anywhere{exceptions}"
