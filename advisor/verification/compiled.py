"""The rules compiled for millions of definite facts: points of cells, and sums of packed numbers.

A point names a cell for every fact. What a rule gives there, its decibans on each method, their
part in quality, and its vetoes, is packed into one long integer, so that adding up rules is adding
integers, and leaving a rule out is one subtraction. Rules that read a single fact are summed up
for each of its cells beforehand; the others are found by one bit mask for each cell.

`Margins` bounds what scores can be in a box of facts. Rules that read one fact are added up cell
by cell, each rule of several facts is bounded by itself, and levels of sub-decisions count as free.
So a bound can be too wide, and never too narrow.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from advisor.decide import NEARNESS, Advice, decider_of, kept_of, kept_share
from advisor.facts import Fact, FactBase, Source
from advisor.methods import FEW_SHOT, FULL
from advisor.rules import (
    ABSENT,
    Box,
    Cell,
    Ramp,
    Rule,
    RuleBase,
    RuleKind,
    Space,
    uncovered,
    vetoes_on,
)

FactPoint: TypeAlias = tuple[int, ...]
"""The number of a cell for each stated fact, then of a level for each sub-decision."""

MethodSums: TypeAlias = tuple[Sequence[int], Sequence[int], Sequence[int]]
"""Scores, their part in quality, and the number of vetoes, by method."""

_LANE = 32
_MIDDLE = 1 << (_LANE - 1)
"""Added to every lane, so that none is negative; sums of decibans stay far below it."""


class RuleSums(NamedTuple):
    """What one rule gives.

    Attributes:
        place: the fact whose cell decides it, by its place in a point; None if nothing does.
        gives: the packed numbers, one for each cell of that fact.
        bit: of the mask of rules that read several facts; 0 for the others.
    """

    place: int | None
    gives: tuple[int, ...]
    bit: int


class Sum(NamedTuple):
    """The packed sum at a point, and the mask of those rules of several facts that fire."""

    total: int
    mask: int


class Compiled:
    """A rule base on the cells of its facts."""

    def __init__(self, base: RuleBase, space: Space) -> None:
        self.base, self.space = base, space
        self.methods = space.vocabulary.methods
        self.stated = tuple(key for key in space.cells if key not in space.tables)
        self.keys = (*self.stated, *(key for key in space.tables if key in space.cells))
        self.place = {key: number for number, key in enumerate(self.keys)}
        self._decider = decider_of(self.methods, base.settings)
        self._unpack = struct.Struct(f"<{3 * len(self.methods)}I").unpack
        self._zero = sum(_MIDDLE << (_LANE * lane) for lane in range(3 * len(self.methods)))
        self._levels: dict[tuple[int, ...], int] = {}
        self._kept: dict[tuple[int, ...], float] = {}
        self._near = [self.place[key] for key in NEARNESS if key in self.place]
        self._tables = [
            (number, [self.place[key] for key in space.tables[decided].reads], decided)
            for number, decided in enumerate(self.keys[len(self.stated) :])
        ]
        several = [rule for rule in base.rules if len(rule.reads) > 1]
        bits = {rule.label: 1 << number for number, rule in enumerate(several)}
        self.boxes = {rule.label: space.box(rule.when) for rule in base.rules}
        self.parts = {rule.label: self._part(rule, bits) for rule in base.rules}
        self._several = {self.parts[r.label].bit: self.parts[r.label] for r in several}
        self.constant = sum(
            part.gives[0] for part in self.parts.values() if part.place is None and not part.bit
        )
        self.rows = [self._row(key, several, bits) for key in self.keys]

    def point(self, stated: Sequence[int]) -> FactPoint:
        """The point of stated facts, with the levels that the tables give."""
        return (*stated, *(self._level(number, where, decided, stated)
                           for number, where, decided in self._tables))  # fmt: skip

    def sum(self, point: FactPoint) -> Sum:
        """Add up all rules that fire."""
        total, mask = self._zero + self.constant, -1
        for row, cell in zip(self.rows, point, strict=True):
            gives, several = row[cell]
            total += gives
            mask &= several
        firing = mask = mask & ((1 << len(self._several)) - 1)
        while firing:
            lowest = firing & -firing
            firing ^= lowest
            place, gives_at, _ = self._several[lowest]
            total += gives_at[0 if place is None else point[place]]
        return Sum(total, mask)

    def share(self, label: str, point: FactPoint, mask: int) -> int:
        """What one rule gives at a point, packed; 0 where it does not fire."""
        place, gives, bit = self.parts[label]
        if bit and not mask & bit:
            return 0
        return gives[0 if place is None else point[place]]

    def advice(self, total: int, point: FactPoint) -> Advice:
        """The advice on a packed sum."""
        return self._advice(self.numbers(total), lambda method: self._kept_at(method, point))

    def advice_by_evidence(self, total: int) -> list[Advice]:
        """The advice for every amount of evidence that there could be near the facts.

        Within a cell, and on facts that no rule reads, projects differ in how near evidence is.
        """
        numbers, settings = self.numbers(total), self.base.settings
        shares = [kept_share(studies, settings) for studies in range(settings.enough_studies + 1)]
        return [self._advice(numbers, lambda _, kept=kept: kept) for kept in shares]  # type: ignore[misc]

    def _advice(self, numbers: MethodSums, kept: Callable[[int], float]) -> Advice:
        scores, quality, vetoes = numbers
        vetoed = [veto > 0 for veto in vetoes]
        leaning = self._decider.leaning(scores, vetoed)
        variant = leaning.variant
        given_up = quality[variant] * (1.0 - kept(variant)) if leaning.contested else 0.0
        return self._decider.advice(
            variant, self._decider.conclude(leaning, False, scores, vetoed, given_up)
        )

    def numbers(self, total: int) -> MethodSums:
        """Scores, quality and number of vetoes of each method."""
        count = len(self.methods)
        lanes = [
            n - _MIDDLE for n in self._unpack(total.to_bytes(3 * count * _LANE // 8, "little"))
        ]
        return lanes[:count], lanes[count : 2 * count], lanes[2 * count :]

    def lanes(self, packed: int) -> tuple[int, ...]:
        """The numbers of one summand: score, quality and vetoes of each method, side by side."""
        scores, quality, vetoes = self.numbers(packed + self._zero)
        return (*scores, *quality, *vetoes)

    def facts(self, point: FactPoint) -> FactBase:
        """Facts in the cells of a point, chosen so that relations between them hold."""
        upper = {relation.upper for relation in self.space.relations}
        upper.update(k for r in self.space.relations for k in r.product_at_least_one)
        values: dict[str, Cell] = {}
        for key, number in zip(self.stated, point, strict=False):
            cell = self.space.cells[key][number]
            values[key] = self.space.greatest(key, cell) if key in upper else cell
        return FactBase(
            Fact(key, value, Source.ANSWERED)  # type: ignore[arg-type]
            for key, value in values.items()
            if value is not ABSENT
        )

    def cells(self, point: FactPoint) -> dict[str, Cell]:
        """The cells that a point names, by fact."""
        return {k: self.space.cells[k][n] for k, n in zip(self.keys, point, strict=True)}

    def _part(self, rule: Rule, bits: Mapping[str, int]) -> RuleSums:
        ramp = next((e for e in rule.effects.values() if isinstance(e, Ramp)), None)
        bit = bits.get(rule.label, 0)
        if not rule.reads:
            return RuleSums(None, (self._packed(rule, 0.0),), 0)
        if ramp is None and bit:
            return RuleSums(None, (self._packed(rule, 0.0),), bit)
        fact = ramp.fact if ramp else rule.reads[0]
        passed = {} if bit else self.boxes[rule.label]
        gives = tuple(
            self._packed(rule, cell) if cell in passed.get(fact, self.space.cells[fact]) else 0
            for cell in self.space.cells[fact]
        )
        return RuleSums(self.place[fact], gives, bit)

    def _packed(self, rule: Rule, cell: Cell) -> int:
        count = len(self.methods)
        packed = 0
        for number, method in enumerate(self.methods):
            effect = rule.effects.get(method, 0)
            if isinstance(effect, Ramp):
                # A ramp on a fact that is absent says nothing.
                effect = effect.at(cell) if isinstance(cell, (int, float)) else 0
            packed += effect << (_LANE * number)
            if rule.kind is RuleKind.QUALITY:
                packed += effect << (_LANE * (count + number))
            packed += (method in rule.veto) << (_LANE * (2 * count + number))
        return packed

    def _row(
        self, key: str, several: Sequence[Rule], bits: Mapping[str, int]
    ) -> list[tuple[int, int]]:
        """For each cell of a fact what its own rules give, and which others it lets fire."""
        own = [p for p in self.parts.values() if p.place == self.place[key] and not p.bit]
        row = []
        for number, cell in enumerate(self.space.cells[key]):
            mask = -1
            for rule in several:
                if key in rule.when and cell not in self.boxes[rule.label][key]:
                    mask &= ~bits[rule.label]
            row.append((sum(part.gives[number] for part in own), mask))
        return row

    def _level(self, number: int, where: Sequence[int], decided: str, stated: Sequence[int]) -> int:
        known = (number, *(stated[place] for place in where))
        if known not in self._levels:
            cells = {self.keys[p]: self.space.cells[self.keys[p]][stated[p]] for p in where}
            level = self.space.level(self.space.tables[decided], cells)
            self._levels[known] = self.space.cells[decided].index(level)
        return self._levels[known]

    def _kept_at(self, method: int, point: FactPoint) -> float:
        name = self.methods[method]
        measured = self.place.get(f"measured.{name}.points_below_full")
        places = self._near if measured is None else [*self._near, measured]
        known = (method, *(point[place] for place in places))
        if known not in self._kept:
            self._kept[known] = kept_of(name, self.facts(point).values(), self.base.settings)
        return self._kept[known]


Lanes: TypeAlias = Sequence[int]
Weigh: TypeAlias = Callable[[Lanes], int]


class Extent(NamedTuple):
    """The least and the greatest that a number can be."""

    low: int
    high: int

    def without(self, share: Extent) -> Extent:
        """What covers the number with a share of it and with the share taken off."""
        return Extent(min(self.low, self.low - share.high), max(self.high, self.high - share.low))


class Margins:
    """Sound bounds on a compiled rule base, and what follows for single rules."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._place = {method: number for number, method in enumerate(compiled.methods)}
        self._constant = compiled.lanes(compiled.constant)
        self._rows = [[compiled.lanes(gives) for gives, _ in row] for row in compiled.rows]
        self._parts = {
            label: [compiled.lanes(gives) for gives in part.gives]
            for label, part in compiled.parts.items()
        }

    def lead(self, method: str, rival: str, box: Box) -> Extent:
        """By how many decibans a method can lead another."""
        return self._sum(self._lead(method, rival), box)

    def ruled_out(self, method: str, box: Box, *, but: str = "") -> bool:
        """Whether rules other than ``but`` rule the method out all over the box."""
        rules = [rule for rule in self._compiled.base.rules if rule.label != but]
        space = self._compiled.space
        return uncovered(box, vetoes_on(method, rules, space), space) is None

    def turns_nothing(self, label: str, box: Box) -> bool:
        """Whether a rule that vetoes nothing turns no comparison between methods within its box."""
        settings = self._compiled.base.settings
        soft = settings.groups["soft_prompts"]
        others = [m for m in self._compiled.methods if m not in (FULL, *soft)]
        needed = [
            *((FEW_SHOT, m, settings.do_not_train_decibans) for m in settings.groups["trained"]),
            *((m, side, settings.alternative_decibans) for m in others for side in (FULL, *soft)),
            # Of equals the first is taken, so both "level" and "ahead" matter.
            *((one, two, near) for group in (soft, others) for one in group for two in group
              if one < two for near in (0, 1)),
        ]  # fmt: skip
        return all(self._same_side(label, box, *compared) for compared in needed) and all(
            self._same_side_of_full(label, box, method) for method in soft
        )

    def _same_side(self, label: str, box: Box, method: str, rival: str, needed: int) -> bool:
        """Whether a lead that the rule moves stays on one side of what is needed."""
        weigh = self._lead(method, rival)
        share = self._share(label, weigh, box)
        if share == (0, 0):
            return True
        lead = self._sum(weigh, box).without(share)
        return lead.low >= needed or lead.high < needed or self._never_both(method, rival, box)

    def _same_side_of_full(self, label: str, box: Box, method: str) -> bool:
        """Whether a soft prompt stays ahead or behind full fine-tuning, and not too close to it.

        Where evidence is thin, part of what quality rules add is given up.
        """
        shares = [self._share(label, weigh, box) for weigh in self._margin(method)]
        return shares == [(0, 0), (0, 0)] or self._apart(method, box, shares)

    def apart(self, method: str, box: Box) -> bool:
        """Whether a soft prompt and full fine-tuning are never too close to call."""
        return self._apart(method, box, [Extent(0, 0), Extent(0, 0)])

    def _apart(self, method: str, box: Box, shares: Sequence[Extent]) -> bool:
        """Whether that holds with the shares in margin and quality, and without them."""
        settings = self._compiled.base.settings
        lead, quality = (
            self._sum(weigh, box).without(share)
            for weigh, share in zip(self._margin(method), shares, strict=True)
        )
        most = 1.0 - settings.kept_without_study
        low = min(lead.low, lead.low - most * quality.high)
        high = max(lead.high, lead.high - most * quality.low)
        close = max(settings.too_close_decibans, 1)
        return low >= close or high <= -close or self._never_both(method, FULL, box)

    def _margin(self, method: str) -> tuple[Weigh, Weigh]:
        """The lead over full fine-tuning, and the quality of the method."""
        number = len(self._compiled.methods) + self._place[method]
        return self._lead(method, FULL), lambda lanes: lanes[number]

    def _never_both(self, method: str, rival: str, box: Box) -> bool:
        rules, space = self._compiled.base.rules, self._compiled.space
        vetoes = [*vetoes_on(method, rules, space), *vetoes_on(rival, rules, space)]
        return uncovered(box, vetoes, space) is None

    def _lead(self, method: str, rival: str) -> Weigh:
        own, other = self._place[method], self._place[rival]
        return lambda lanes: lanes[own] - lanes[other]

    def _sum(self, weigh: Weigh, box: Box) -> Extent:
        low = high = weigh(self._constant)
        cells_of = self._compiled.space.cells
        for key, row in zip(self._compiled.keys, self._rows, strict=True):
            passed = box.get(key, cells_of[key])
            found = [
                weigh(lanes)
                for cell, lanes in zip(cells_of[key], row, strict=True)
                if cell in passed
            ]
            low, high = low + min(found), high + max(found)
        for label, part in self._compiled.parts.items():
            if part.bit:
                share = self._share(label, weigh, box)
                low, high = low + share.low, high + share.high
        return Extent(low, high)

    def _share(self, label: str, weigh: Weigh, box: Box) -> Extent:
        """What one rule can add within the box."""
        cells, condition = self._compiled.space.cells, self._compiled.boxes[label]
        met = [(box.get(key, frozenset(cells[key])), passed) for key, passed in condition.items()]
        found = [weigh(lanes) for lanes in self._parts[label]]
        if not all(own & passed for own, passed in met):
            return Extent(0, 0)
        if not all(own <= passed for own, passed in met):
            found.append(0)
        return Extent(min(found), max(found))
