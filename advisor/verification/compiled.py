"""The rules compiled for millions of definite facts: points of cells, and sums of packed numbers.

A point names a cell for every fact. What a rule gives there, its decibans on each method, their
part in quality, and its vetoes, is packed into one long integer, so that adding up rules is adding
integers, and leaving a rule out is one subtraction. Rules that read a single fact are summed up
for each of its cells beforehand; the others are found by one bit mask for each cell.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from advisor.decide.decide import Advice, decider_of
from advisor.decide.parity import NEARNESS, kept_of, kept_share
from advisor.facts import Fact, FactBase, Source
from advisor.rules.checking.space import ABSENT, Cell, Space, inputs_of
from advisor.rules.rule import Kind, Ramp, Rule, RuleBase

Point: TypeAlias = tuple[int, ...]
"""The number of a cell for each stated fact, then of a level for each sub-decision."""

Numbers: TypeAlias = tuple[Sequence[int], Sequence[int], Sequence[int]]
"""Scores, their part in quality, and the number of vetoes, by method."""

_LANE = 32
_MIDDLE = 1 << (_LANE - 1)
"""Added to every lane, so that none is negative; sums of decibans stay far below it."""


class Part(NamedTuple):
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
            (number, [self.place[key] for key in inputs_of(space.tables[decided])], decided)
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

    def point(self, stated: Sequence[int]) -> Point:
        """The point of stated facts, with the levels that the tables give."""
        return (*stated, *(self._level(number, where, decided, stated)
                           for number, where, decided in self._tables))  # fmt: skip

    def sum(self, point: Point) -> Sum:
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

    def share(self, label: str, point: Point, mask: int) -> int:
        """What one rule gives at a point, packed; 0 where it does not fire."""
        place, gives, bit = self.parts[label]
        if bit and not mask & bit:
            return 0
        return gives[0 if place is None else point[place]]

    def advice(self, total: int, point: Point) -> Advice:
        """The advice on a packed sum."""
        return self._advice(self.numbers(total), lambda method: self._kept_at(method, point))

    def advice_by_evidence(self, total: int) -> list[Advice]:
        """The advice for every amount of evidence that there could be near the facts.

        Within a cell, and on facts that no rule reads, projects differ in how near evidence is.
        """
        numbers, settings = self.numbers(total), self.base.settings
        shares = [kept_share(studies, settings) for studies in range(settings.enough_studies + 1)]
        return [self._advice(numbers, lambda _, kept=kept: kept) for kept in shares]  # type: ignore[misc]

    def _advice(self, numbers: Numbers, kept: Callable[[int], float]) -> Advice:
        scores, quality, vetoes = numbers
        vetoed = [veto > 0 for veto in vetoes]
        leaning = self._decider.leaning(scores, vetoed)
        variant = leaning.variant
        given_up = quality[variant] * (1.0 - kept(variant)) if leaning.contested else 0.0
        return self._decider.advice(
            variant, self._decider.conclude(leaning, False, scores, vetoed, given_up)
        )

    def numbers(self, total: int) -> Numbers:
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

    def facts(self, point: Point) -> FactBase:
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

    def cells(self, point: Point) -> dict[str, Cell]:
        """The cells that a point names, by fact."""
        return {k: self.space.cells[k][n] for k, n in zip(self.keys, point, strict=True)}

    def _part(self, rule: Rule, bits: Mapping[str, int]) -> Part:
        ramp = next((e for e in rule.effects.values() if isinstance(e, Ramp)), None)
        bit = bits.get(rule.label, 0)
        if not rule.reads:
            return Part(None, (self._packed(rule, 0.0),), 0)
        if ramp is None and bit:
            return Part(None, (self._packed(rule, 0.0),), bit)
        fact = ramp.fact if ramp else rule.reads[0]
        passed = {} if bit else self.boxes[rule.label]
        gives = tuple(
            self._packed(rule, cell) if cell in passed.get(fact, self.space.cells[fact]) else 0
            for cell in self.space.cells[fact]
        )
        return Part(self.place[fact], gives, bit)

    def _packed(self, rule: Rule, cell: Cell) -> int:
        count = len(self.methods)
        packed = 0
        for number, method in enumerate(self.methods):
            effect = rule.effects.get(method, 0)
            if isinstance(effect, Ramp):
                # A ramp on a fact that is absent says nothing.
                effect = effect.at(cell) if isinstance(cell, (int, float)) else 0
            packed += effect << (_LANE * number)
            if rule.kind is Kind.QUALITY:
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

    def _kept_at(self, method: int, point: Point) -> float:
        name = self.methods[method]
        measured = self.place.get(f"measured.{name}.points_below_full")
        places = self._near if measured is None else [*self._near, measured]
        known = (method, *(point[place] for place in places))
        if known not in self._kept:
            self._kept[known] = kept_of(name, self.facts(point).values(), self.base.settings)
        return self._kept[known]
