"""The cells of every fact as tables of which tests hold there, surely and possibly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from advisor.rules import Axis, DecisionTable, Engine, fold
from advisor_portfolio.columns import Booleans, Column, Floats, Integers

_FEW = 8


@dataclass(frozen=True, slots=True)
class Lookup:
    """Tests on one fact that agree in every state of it.

    Attributes:
        surely, possibly: (states,) whether they hold.
        bits: the rules and rows of tables that make these tests.
    """

    surely: Booleans
    possibly: Booleans
    bits: tuple[int, ...]


class Steps:
    """Where numbers lie among rising cuts.

    A state is a pair of cells, the first and the last that a value covers, as one number:
    ``first * count + last``; an unknown value is beyond them all.
    """

    def __init__(self, cuts: Sequence[float]) -> None:
        self.count = len(cuts) + 1
        self.unknown = self.count * (self.count + 1)
        self._cuts: Floats = np.array(cuts, dtype=np.float64)
        # NaN is sorted last, so that unknown values fall into a cell of their own.
        self._with_unknown = np.append(self._cuts, np.nan)

    def pairs(self) -> list[tuple[int, int]]:
        """All pairs of a first and a last cell, in the order of their states."""
        return [(first, last) for first in range(self.count) for last in range(self.count)]

    def of_set(self, column: Column) -> Integers:
        """(projects,) the state of the set of numbers that each value stands for."""
        states = self._known(column)
        if column.ranges is not None:
            first = np.searchsorted(self._cuts, column.ranges.start, "right")
            last = np.searchsorted(self._cuts, column.ranges.end, "left")
            states[column.ranges.rows] = first * self.count + np.maximum(first, last)
        return states

    def of_ends(self, column: Column) -> Integers:
        """(projects,) the same, with both ends of a range counted in."""
        states = self._known(column)
        if column.ranges is not None:
            first = np.searchsorted(self._cuts, column.ranges.low, "right")
            last = np.searchsorted(self._cuts, column.ranges.high, "right")
            states[column.ranges.rows] = first * self.count + last
        return states

    def _known(self, column: Column) -> Integers:
        values = column.values
        if self.count > _FEW:
            cells = np.searchsorted(self._with_unknown, values, "right")
            return cells * (self.count + 1)
        # Comparing with each of few cuts takes a fraction of the time of searching them.
        states = np.zeros(len(values), dtype=np.intp)
        for cut in self._cuts:
            states += values >= cut
        states[np.isnan(values)] = self.count
        return states * (self.count + 1)


class FactTable:
    """The tests of rules and tables on one stated fact."""

    def __init__(self, axis: Axis, bits: int) -> None:
        self._steps = Steps(axis.cuts) if axis.numeric else None
        states = [(mask, mask) for mask in axis.masks]
        if self._steps is not None:
            # No value covers a last cell below its first, so any masks will do there.
            states = [
                fold(axis.masks[first : last + 1]) if first <= last else axis.unknown
                for first, last in self._steps.pairs()
            ]
            states += [axis.unknown] * (self._steps.unknown - len(states))
        self.lookups = _lookups([*states, axis.unknown], bits)

    def states(self, column: Column) -> Integers:
        """(projects,) in which state the fact is."""
        if self._steps is None:
            return column.values.astype(np.intp, copy=False)
        return self._steps.of_set(column)


class LevelTable:
    """A sub-decision: how its rows decide, and the tests of rules on its level.

    A state is the set of levels that are possible, as a number with one bit for each.
    """

    def __init__(self, table: DecisionTable, first_bit: int, axis: Axis | None, bits: int) -> None:
        levels = list(dict.fromkeys(row.level for row in table.rows))
        self.rows = [(first_bit + i, levels.index(r.level)) for i, r in enumerate(table.rows)]
        sets = [
            frozenset(level for i, level in enumerate(levels) if number >> i & 1)
            for number in range(1 << len(levels))
        ]
        # Some row always holds, so the empty set is never met and any masks will do.
        sets[0] = frozenset(levels)
        self.lookups = _lookups([axis.look_up(s) for s in sets], bits) if axis is not None else ()

    def states(self, surely: Booleans, possibly: Booleans) -> Integers:
        """(projects,) the possible levels: of the rows down to the first that surely holds."""
        found = np.zeros(surely.shape[1], dtype=np.intp)
        going_on = np.ones(surely.shape[1], dtype=np.bool_)
        for bit, level in self.rows:
            found |= (going_on & possibly[bit]).astype(np.intp) << level
            going_on &= ~surely[bit]
        return found


class Lookups:
    """All facts and sub-decisions of an engine."""

    def __init__(self, engine: Engine) -> None:
        decided = {table.decides for table, _ in engine.table_bits}
        self.bits = len(engine.base.rules) + sum(len(t.rows) for t, _ in engine.table_bits)
        self.facts = {
            key: FactTable(axis, self.bits)
            for key, axis in engine.axes.items()
            if key not in decided
        }
        self.levels = [
            LevelTable(table, first, engine.axes.get(table.decides), self.bits)
            for table, first in engine.table_bits
        ]

    def judge(self, columns: Mapping[str, Column], projects: int) -> tuple[Booleans, Booleans]:
        """Which rules and rows of tables fire.

        Args:
            columns: by fact.
            projects: how many there are.

        Returns:
            (bits, projects) surely, and possibly.
        """
        surely = np.ones((self.bits, projects), dtype=np.bool_)
        possibly = np.ones((self.bits, projects), dtype=np.bool_)
        for key, table in self.facts.items():
            _apply(table.lookups, table.states(columns[key]), surely, possibly)
        for level in self.levels:
            _apply(level.lookups, level.states(surely, possibly), surely, possibly)
        return surely, possibly


def _apply(
    lookups: Sequence[Lookup], states: Integers, surely: Booleans, possibly: Booleans
) -> None:
    for lookup in lookups:
        sure, possible = lookup.surely[states], lookup.possibly[states]
        for bit in lookup.bits:
            surely[bit] &= sure
            possibly[bit] &= possible


def _lookups(states: Sequence[tuple[int, int]], bits: int) -> tuple[Lookup, ...]:
    """Group the bits that some state clears by what the states make of them."""
    groups: dict[tuple[tuple[bool, bool], ...], list[int]] = {}
    always = (1 << bits) - 1
    for surely, _ in states:
        always &= surely
    for bit in range(bits):
        if not always >> bit & 1:
            pattern = tuple((bool(s >> bit & 1), bool(p >> bit & 1)) for s, p in states)
            groups.setdefault(pattern, []).append(bit)
    found = []
    for pattern, numbers in groups.items():
        surely, possibly = np.array(pattern, dtype=np.bool_).T
        found.append(Lookup(surely, possibly, tuple(numbers)))
    return tuple(found)
