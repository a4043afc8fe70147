"""The rule engine: which rules fire on given facts, with unknown values kept unknown.

Every fact that a rule tests is cut into *cells*, the elementary intervals or choices between
which no test changes. For each cell two bit masks say which rules the cell lets fire: surely, and
possibly. A value covers one cell, a partial answer several, an unknown fact all of them; two
bit-and operations per fact then judge all rules at once. Sub-decision tables are judged in the
same pass, so that rules can read their levels as facts.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from advisor.facts import FactType, Interval, Value, Vocabulary, load_vocabulary
from advisor.rules.loading import load_rules
from advisor.rules.rule import DecisionTable, Outcome, Ramp, Rule, RuleBase
from advisor.rules.unary import NumberTest, Test

_NUMBERS = frozenset({int, float})
_OTHER_TEXT = "\0"
"""Stands for every text that no test names; no text fact can hold a NUL."""


class Finding(NamedTuple):
    """What the facts make of one rule.

    ``effects`` are decibans by method if the rule fires; ``bounds`` are the least and greatest
    decibans by method that it could still give if it is undetermined.
    """

    rule: Rule
    outcome: Outcome
    effects: tuple[tuple[str, int], ...]
    bounds: tuple[tuple[str, int, int], ...]


class Assessment(NamedTuple):
    """The findings of one case: every rule that fires or may fire; the others are silent."""

    findings: list[Finding]
    levels: dict[str, tuple[str | frozenset[str], tuple[int, ...]]]
    """For each sub-decision its level, or its possible levels, and the rows that gave it."""


class Axis:
    """The cells of one fact and, for each, the rules and rows that it lets fire.

    Attributes:
        numeric, integer: of the fact's type.
        cuts: of a numeric fact, rising, the numbers at which a cell begins.
        cells: one value that represents each cell.
        masks: by cell, the bits of the rules and rows that it lets fire.
        unknown: masks of those that an unknown value surely, and possibly, lets fire.
    """

    def __init__(
        self, fact_type: FactType, tests: Sequence[tuple[int, Test]], everything: int
    ) -> None:
        self.numeric = fact_type.numeric
        self.integer = fact_type.integer
        self.cuts = _cuts(fact_type, tests)
        self.cells = _cells(fact_type, tests, self.cuts)
        untested = everything
        for bit, _ in tests:
            untested &= ~(1 << bit)
        self.masks = [
            untested | sum(1 << bit for bit, test in tests if test.judge(cell))
            for cell in self.cells
        ]
        self._numbers = {cell: number for number, cell in enumerate(self.cells)}
        self.unknown = self._unknown(fact_type, untested)

    def _unknown(self, fact_type: FactType, untested: int) -> tuple[int, int]:
        """The masks of an unknown value: all of the fact's possible cells."""
        if fact_type.silent_if_absent:
            return untested, untested
        if self.numeric:
            low, high = fact_type.range or (-math.inf, math.inf)
            return self._span(Interval(low, high))
        return fold(self.masks)

    def look_up(self, value: Value) -> tuple[int, int]:
        """Masks of the rules that the value surely, and possibly, lets fire."""
        if value is None:
            return self.unknown
        if isinstance(value, Interval):
            return self._span(value)
        if isinstance(value, frozenset):
            return fold([self.masks[self.cell_of(member)] for member in value])
        mask = self.masks[self.cell_of(value)]
        return mask, mask

    def cell_of(self, value: int | float | str | bool) -> int:
        """The number of the cell that a known value lies in."""
        if self.numeric:
            return bisect_right(self.cuts, value)
        if value in self._numbers:
            return self._numbers[value]
        plain = value.lower() if isinstance(value, str) else value
        return self._numbers[plain if plain in self._numbers else _OTHER_TEXT]

    def _span(self, interval: Interval) -> tuple[int, int]:
        low, high = interval.half_open(integer=self.integer)
        first, last = bisect_right(self.cuts, low), bisect_left(self.cuts, high)
        return fold(self.masks[first : max(last, first) + 1])


def fold(masks: Sequence[int]) -> tuple[int, int]:
    """What every one of the masks lets fire, and what some of them do."""
    surely, possibly = masks[0], 0
    for mask in masks:
        surely &= mask
        possibly |= mask
    return surely, possibly


def _cuts(fact_type: FactType, tests: Sequence[tuple[int, Test]]) -> list[float]:
    if not fact_type.numeric:
        return []
    return sorted({cut for _, t in tests if isinstance(t, NumberTest) for cut in t.cuts})


def _cells(
    fact_type: FactType, tests: Sequence[tuple[int, Test]], cuts: list[float]
) -> list[int | float | str | bool]:
    """One value that represents each cell."""
    if fact_type.numeric:
        return [cuts[0] - 1 - abs(cuts[0]) if cuts else 0.0, *cuts]
    if fact_type.type == "boolean":
        return [False, True]
    if fact_type.choices:
        return list(fact_type.choices)
    named = {m for _, t in tests if not isinstance(t, NumberTest) for m in t.members}
    return [*sorted(str(name) for name in named), _OTHER_TEXT]


class Engine:
    """The compiled rule base; build it once and judge many cases with it.

    Attributes:
        base: what it was compiled from; the bits of masks count its rules, then the rows of tables.
        axes: by fact, its cells.
        table_bits: each sub-decision table with the bit of its first row.
        prepared: by rule, its findings if it surely fires.
    """

    def __init__(self, base: RuleBase, vocabulary: Vocabulary | None = None) -> None:
        vocabulary = vocabulary or load_vocabulary()
        self.base = base
        self._rules = base.rules
        self._everything = 0
        tests: dict[str, list[tuple[int, Test]]] = {}
        bit = 0
        for rule in base.rules:
            _collect(tests, bit, rule.when)
            bit += 1
        self.table_bits: list[tuple[DecisionTable, int]] = []
        for table in base.tables:
            self.table_bits.append((table, bit))
            for row in table.rows:
                _collect(tests, bit, row.when)
                bit += 1
        self._everything = (1 << bit) - 1
        self._rule_mask = (1 << len(base.rules)) - 1
        self.axes = {k: Axis(vocabulary[k], t, self._everything) for k, t in tests.items()}
        decided = {table.decides for table in base.tables}
        self._base_axes = [
            (key, axis, axis.cuts if axis.numeric else None, axis.masks)
            for key, axis in self.axes.items()
            if key not in decided
        ]
        self.prepared = [_prepared(rule, vocabulary) for rule in base.rules]

    def numbers_of(self, key: str) -> tuple[float, ...]:
        """The numbers of a fact, rising, at which some test or the effect of some ramp changes."""
        axis = self.axes.get(key)
        numbers = set(axis.cuts if axis is not None else ())
        for fact, cuts, _ in self.prepared:
            if fact == key:
                numbers.update(cuts)
        return tuple(sorted(numbers))

    def reads(self, key: str) -> bool:
        """Whether a test or a ramp of some rule, or a row of a table, reads the fact."""
        return key in self.axes or any(prepared.fact == key for prepared in self.prepared)

    def texts_of(self, key: str) -> tuple[str, ...]:
        """The texts of a fact that tests tell apart, the last one for all others."""
        axis = self.axes.get(key)
        return tuple(str(cell) for cell in axis.cells) if axis is not None else ()

    def leaves_open(self, facts: Mapping[str, Value]) -> bool:
        """Whether unknown facts leave it open what some rule does."""
        return any(one.outcome is Outcome.UNDETERMINED for one in self.assess(facts).findings)

    def assess(self, facts: Mapping[str, Value]) -> Assessment:
        """Judge every rule on the facts; a key that is absent is unknown."""
        surely = possibly = self._everything
        get = facts.get
        for key, axis, cuts, masks in self._base_axes:
            value = get(key)
            # Nearly all values are single numbers, so they take the short way.
            if cuts is not None and value.__class__ in _NUMBERS:
                mask = masks[bisect_right(cuts, value)]  # type: ignore[type-var]
                surely &= mask
                possibly &= mask
            else:
                sure, possible = axis.look_up(value)
                surely &= sure
                possibly &= possible
        levels: dict[str, tuple[str | frozenset[str], tuple[int, ...]]] = {}
        for table, first_bit in self.table_bits:
            level, rows = _level(table, surely >> first_bit, possibly >> first_bit)
            levels[table.decides] = level, rows
            decided = self.axes.get(table.decides)
            if decided is not None:
                sure, possible = decided.look_up(facts.get(table.decides, level))
                surely &= sure
                possibly &= possible
        return Assessment(self._findings(surely, possibly, facts), levels)

    def _findings(self, surely: int, possibly: int, facts: Mapping[str, Value]) -> list[Finding]:
        findings = []
        rest = possibly & self._rule_mask
        while rest:
            lowest = rest & -rest
            rest ^= lowest
            number = lowest.bit_length() - 1
            fact, cuts, prepared = self.prepared[number]
            value = facts.get(fact)
            if not surely & lowest:
                findings.append(unsettled(self._rules[number], facts, fires=False))
            elif not cuts:
                findings.append(prepared[0])
            elif value.__class__ in _NUMBERS:
                findings.append(prepared[bisect_right(cuts, value)])  # type: ignore[type-var]
            else:
                findings.append(unsettled(self._rules[number], facts, fires=True))
        return findings


class Prepared(NamedTuple):
    """The findings of a rule that surely fires, one for each step of its ramps.

    ``fact`` is the one that the ramps read and ``cuts`` are the numbers at which an effect steps;
    a rule without ramps has no cuts and one finding.
    """

    fact: str
    cuts: tuple[float, ...]
    findings: tuple[Finding, ...]


def _prepared(rule: Rule, vocabulary: Vocabulary) -> Prepared:
    """Work out beforehand all findings that a firing rule can have."""
    ramps = [effect for effect in rule.effects.values() if isinstance(effect, Ramp)]
    cuts = tuple(sorted({cut for ramp in ramps for cut in ramp.cuts(vocabulary[ramp.fact])}))
    # Just below the first cut, and at each cut, which stands for all up to the next.
    samples = (0.0, *cuts)
    findings = [
        Finding(
            rule,
            Outcome.FIRES,
            tuple(
                (method, effect.at(sample) if isinstance(effect, Ramp) else effect)
                for method, effect in rule.effects.items()
            ),
            (),
        )
        for sample in samples
    ]
    return Prepared(ramps[0].fact if ramps else "", cuts, tuple(findings))


def _collect(tests: dict[str, list[tuple[int, Test]]], bit: int, when: Mapping[str, Test]) -> None:
    for key, test in when.items():
        tests.setdefault(key, []).append((bit, test))


def unsettled(rule: Rule, facts: Mapping[str, Value], *, fires: bool) -> Finding:
    """The finding of a rule that may fire, or whose ramp stands on a value that is not known."""
    bounds = []
    for method, effect in rule.effects.items():
        low, high = (
            effect.bounds(facts.get(effect.fact)) if isinstance(effect, Ramp) else (effect, effect)
        )
        bounds.append((method, low, high) if fires else (method, min(0, low), max(0, high)))
    if fires and all(low == high for _, low, high in bounds):
        return Finding(rule, Outcome.FIRES, tuple((m, low) for m, low, _ in bounds), ())
    return Finding(rule, Outcome.UNDETERMINED, (), tuple(bounds))


def _level(
    table: DecisionTable, surely: int, possibly: int
) -> tuple[str | frozenset[str], tuple[int, ...]]:
    """The level of the first row that holds; several if an earlier row is not settled yet."""
    levels: list[str] = []
    rows: list[int] = []
    for number, row in enumerate(table.rows):
        bit = 1 << number
        if possibly & bit:
            levels.append(row.level)
            rows.append(number)
            if surely & bit:
                break
    distinct = frozenset(levels)
    return (levels[0] if len(distinct) == 1 else distinct), tuple(rows)


def load_engine(packs: Sequence[Path] = ()) -> Engine:
    """Compile the shipped rules, with house rules from ``packs`` on top."""
    return Engine(load_rules(packs, quick=True))
