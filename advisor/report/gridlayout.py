"""A grid of letters in lines of a given width, or as sentences."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Iterator

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
    """One sentence a row: which letters it has from which column on."""
    for name, letters in grid.rows:
        runs = itertools.groupby(zip(grid.columns, letters, strict=True), key=lambda pair: pair[1])
        parts = []
        for letter, run in runs:
            columns = [column for column, _ in run]
            span = columns[0] if len(columns) == 1 else f"{columns[0]} to {columns[-1]}"
            parts.append(f"{span} {grid.meanings[letter]}")
        yield f"- {grid.up} {name}: {grid.across} {', '.join(parts)}."
