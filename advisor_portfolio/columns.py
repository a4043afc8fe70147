"""Facts of many projects as one array a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from advisor.facts import FactType, Interval, Value
from advisor.rules import Axis

Floats: TypeAlias = "NDArray[np.float64]"
Integers: TypeAlias = "NDArray[np.intp]"
Booleans: TypeAlias = "NDArray[np.bool_]"


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


class ColumnEncoder:
    """Turns the values of many projects into columns, one for each of some facts.

    Args:
        types: of the facts.
        axes: the cells of those that tests read; a fact without is a number or yes or no.
    """

    def __init__(self, types: Sequence[FactType], axes: Mapping[str, Axis]) -> None:
        numeric = [one for one in types if one.numeric]
        self._numeric = {one.key: one for one in numeric}
        self._coded = {one.key: _Cells(axes.get(one.key)) for one in types if not one.numeric}
        # Merged with a project, it gives the values of all facts in this order.
        self._blank: dict[str, Value] = dict.fromkeys([*self._numeric, *self._coded])

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that have a column."""
        return tuple(self._blank)

    def encode(
        self, projects: Sequence[Mapping[str, Value]]
    ) -> tuple[dict[str, Column], list[int]]:
        """The columns by fact, and the rows that hold several choices, which no column can."""
        split = len(self._numeric)
        rows = [list({**self._blank, **project}.values()) for project in projects]
        try:
            table = np.array([row[:split] for row in rows], dtype=np.float64)
        except TypeError:  # a range is no number
            columns = {
                key: _numbers([row[i] for row in rows], fact_type)
                for i, (key, fact_type) in enumerate(self._numeric.items())
            }
        else:
            numbers = np.ascontiguousarray(table.reshape(-1, split).T)
            columns = {key: Column(numbers[i]) for i, key in enumerate(self._numeric)}
        several: set[int] = set()
        for i, (key, cells) in enumerate(self._coded.items(), split):
            columns[key], apart = cells.encode([row[i] for row in rows])
            several.update(apart)
        return columns, sorted(several)


def _numbers(raw: Sequence[Value], fact_type: FactType) -> Column:
    ends = [
        (row, value.low, value.high, *value.half_open(integer=fact_type.integer))
        for row, value in enumerate(raw)
        if isinstance(value, Interval)
    ]
    if not ends:
        return Column(np.array(raw, dtype=np.float64))
    rows, low, high, start, end = np.array(ends, dtype=np.float64).T
    plain = [None if isinstance(value, Interval) else value for value in raw]
    ranges = Ranges(rows.astype(np.intp), low, high, start, end)
    return Column(np.array(plain, dtype=np.float64), ranges)


class _Cells:
    """The numbers of the cells of one choice, text, or yes or no."""

    def __init__(self, axis: Axis | None) -> None:
        self._axis = axis
        cells = axis.cells if axis is not None else [False, True]
        self._numbers: dict[object, int] = {cell: number for number, cell in enumerate(cells)}
        self._numbers[None] = len(cells)

    def encode(self, raw: Sequence[Value]) -> tuple[Column, list[int]]:
        """The column, and the rows that hold several choices."""
        get = self._numbers.get
        cells = [get(value, -1) for value in raw]
        several = []
        if -1 in cells:
            for row in (row for row, cell in enumerate(cells) if cell < 0):
                value = raw[row]
                if isinstance(value, frozenset):
                    several.append(row)
                cells[row] = self._number(value)
        return Column(np.array(cells, dtype=np.intp)), several

    def _number(self, value: Value) -> int:
        """The cell of a value that is not written as its cell is; unknown for several."""
        if self._axis is None or isinstance(value, frozenset):
            return self._numbers[None]
        return self._axis.cell_of(value)  # type: ignore[arg-type] # one definite value
