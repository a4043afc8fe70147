"""A grid of letters in lines of a given width, or as sentences."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Iterator, Sequence

from advisor.report.blocks import Grid

_LEAST_TICKS = 2
"""Spaces between two names of columns."""


def grid_lines(grid: Grid, width: int) -> Iterator[str]:
    """The grid with names of rows and columns, and below it what the letters mean.

    Where it is too wide, only each second, third, ... column is shown.
    """
    margin = max(len(name) for name, _ in grid.rows)
    step = math.ceil(len(grid.columns) / max(width - margin - 1, 1))
    yield grid.up
    for name, letters in grid.rows:
        yield f"{name:>{margin}} {letters[::step]}"
    yield from _ticks(grid.columns[::step], margin + 1)
    yield f"{'':>{margin}} {grid.across}"
    meanings = "; ".join(f"{letter} {meaning}" for letter, meaning in grid.meanings.items())
    yield from textwrap.wrap(meanings, width, break_on_hyphens=False)


def _ticks(names: tuple[str, ...], margin: int) -> Iterator[str]:
    """Marks below columns, and the names of these as far as there is room."""
    marks, shown = "", ""
    for column, name in enumerate(names):
        if len(shown) <= column - _LEAST_TICKS or not column:
            marks = f"{marks:<{column}}|"
            shown = f"{shown:<{column}}{name}"
    yield f"{'':>{margin}}{marks}"
    yield f"{'':>{margin}}{shown}"


def plain_grid(grid: Grid) -> Iterator[str]:
    """One sentence for all rows that are the same: which letters they have from which column on."""
    for letters, same in itertools.groupby(grid.rows, key=lambda row: row[1]):
        names = [name for name, _ in same]
        runs = itertools.groupby(zip(grid.columns, letters, strict=True), key=lambda pair: pair[1])
        parts = [
            f"{_span([column for column, _ in run])} {grid.meanings[letter]}"
            for letter, run in runs
        ]
        yield f"- {grid.up} {_span(names[::-1])}: {grid.across} {', '.join(parts)}."


def _span(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
