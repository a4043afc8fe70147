"""Facts of many projects as one array a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from advisor.facts import FactType, Interval, Value
from advisor.rules.engine import Axis

Floats: TypeAlias = "NDArray[np.float64]"
Integers: TypeAlias = "NDArray[np.intp]"
Booleans: TypeAlias = "NDArray[np.bool_]"

_EXACT = {int, float, NoneType}


@dataclass(frozen=True, slots=True)
class Ranges:
    """The rows of a numeric column that hold a range.

    Attributes:
        rows: (ranges,) their numbers, rising.
        low, high: (ranges,) the ends as stated.
        start, end: (ranges,) the same set as ``start <= x < end``.
    """

    rows: Integers
    low: Floats
    high: Floats
    start: Floats
    end: Floats

    def between(self, first: int, last: int) -> Ranges:
        """The ranges of the rows from ``first`` up to ``last``, which are counted from zero."""
        here = slice(*np.searchsorted(self.rows, (first, last)))
        return Ranges(
            self.rows[here] - first, self.low[here], self.high[here],
            self.start[here], self.end[here],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of all projects.

    Attributes:
        values: (projects,) numbers, NaN where unknown; or numbers of cells, of which the last
            stands for unknown.
        ranges: rows of a numeric column that hold a range; their values are NaN.
    """

    values: Floats | Integers
    ranges: Ranges | None = None

    def between(self, first: int, last: int) -> Column:
        """The rows from ``first`` up to ``last``."""
        ranges = self.ranges.between(first, last) if self.ranges is not None else None
        return Column(self.values[first:last], ranges)


class Encoder:
    """Turns the values of one fact into a column."""

    def __init__(self, fact_type: FactType, axis: Axis | None) -> None:
        self.numeric = fact_type.numeric
        self._integer = fact_type.integer
        self._axis = axis
        cells = axis.cells if axis is not None else [False, True]
        self._numbers: dict[object, int] = {cell: number for number, cell in enumerate(cells)}
        self._numbers[None] = len(cells)

    def encode(self, raw: Sequence[Value]) -> tuple[Column, list[int]]:
        """The column, and the rows that hold several choices, which no column can."""
        return (self._numbers_of(raw), []) if self.numeric else self._cells_of(raw)

    def _numbers_of(self, raw: Sequence[Value]) -> Column:
        if set(map(type, raw)) <= _EXACT:
            return Column(np.array(raw, dtype=np.float64))
        found = [(row, value) for row, value in enumerate(raw) if isinstance(value, Interval)]
        ends = [
            (row, value.low, value.high, *value.half_open(integer=self._integer))
            for row, value in found
        ]
        rows, low, high, start, end = np.array(ends, dtype=np.float64).T
        plain = [None if isinstance(value, Interval) else value for value in raw]
        ranges = Ranges(rows.astype(np.intp), low, high, start, end)
        return Column(np.array(plain, dtype=np.float64), ranges)

    def _cells_of(self, raw: Sequence[Value]) -> tuple[Column, list[int]]:
        get = self._numbers.get
        cells = [get(value, -1) for value in raw]
        several = []
        # Texts that no test names, or that are not written in lower case.
        for row in (row for row, cell in enumerate(cells) if cell < 0):
            value = raw[row]
            if isinstance(value, frozenset):
                several.append(row)
                value = None
            cells[row] = self._number(value)
        return Column(np.array(cells, dtype=np.intp)), several

    def _number(self, value: Value) -> int:
        if value is None or self._axis is None:
            return self._numbers[None]
        return self._axis.cell_of(value)  # type: ignore[arg-type] # one definite value


def column_of(records: Sequence[Mapping[str, Value]], key: str) -> list[Value]:
    """The values of one fact, None where it is absent."""
    return [record.get(key) for record in records]
