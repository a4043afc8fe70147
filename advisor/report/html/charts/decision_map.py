"""The decision map: one rectangle for each run of equal answers, over all rows alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from advisor.report.layout import plain_grid
from advisor.report.outlook import MapEntry
from advisor.report.outlook_document import HERE, answer_letter, map_grid

ROW = 12
"""Height of a row in pixels."""
_LETTER_WIDTH = 3.5
_LETTER_ROWS = 3
_DO_NOT_TRAIN = "."
"""A letter that would be lost among the dots of its pattern."""
_RIGHT_HALF = 50.0
_PATTERNS = {"hatched": "pf", "dotted": "?!~.", "crossed": "x-"}
"""Patterns beside the colours; what is decided has none."""


@dataclass(frozen=True, slots=True)
class CellRun:
    """Neighbouring cells with the same letter: across in percent, top and height in pixels.

    ``lettered``: whether the letter is drawn in it.
    """

    mark: str
    left: float
    width: float
    top: int
    height: int
    lettered: bool


@dataclass(frozen=True, slots=True)
class MapChart:
    """The grid.

    Attributes:
        across, up: what the numbers are.
        runs: the cells.
        columns: place in percent and name of some columns.
        rows: place in pixels and name of some rows.
        here: place of the project in percent and pixels, and to which side its label goes.
        legend: letter and meaning.
        height: of all rows in pixels.
        sentences: the same in words, a row each.
    """

    across: str
    up: str
    runs: tuple[CellRun, ...]
    columns: tuple[tuple[float, str], ...]
    rows: tuple[tuple[int, str], ...]
    here: tuple[float, int, str] | None
    legend: tuple[tuple[str, str], ...]
    height: int
    sentences: tuple[str, ...]
    template: str = "map.html.j2"


def map_chart(found: MapEntry) -> MapChart:
    """The chart of a map, as `advisor whatif --map` writes it."""
    grid = map_grid(found)
    width = 100.0 / len(grid.columns)
    lines = [_filled(letters, found, place) for place, (_, letters) in enumerate(grid.rows)]
    right, high = found.across.here, found.up.here
    here = None
    if right is not None and high is not None:
        across = (right + 0.5) * width
        top = (len(lines) - 1 - high) * ROW + ROW // 2
        here = (across, top, "end" if across > _RIGHT_HALF else "start")
    columns = _some(len(grid.columns), right)
    rows = _some(len(lines), None if high is None else len(lines) - 1 - high)
    return MapChart(
        grid.across,
        grid.up,
        tuple(_blocks(lines, width)),
        tuple(((place + 0.5) * width, grid.columns[place]) for place in columns),
        tuple((place * ROW + ROW // 2, grid.rows[place][0]) for place in rows),
        here,
        tuple(_legend(grid.meanings)),
        len(lines) * ROW,
        tuple(line.removeprefix("- ") for line in plain_grid(grid)),
    )


def _legend(meanings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each letter with its meaning, and the pattern that it is drawn with where it has one."""
    for mark, text in meanings.items():
        if mark != HERE:
            pattern = next((name for name, marks in _PATTERNS.items() if mark in marks), "")
            yield mark, f"{text} ({pattern})" if pattern else text


def _filled(letters: str, found: MapEntry, place: int) -> str:
    """The row's letters, the project's own cell filled with what the answer is there."""
    answers = found.grid[len(found.grid) - 1 - place]
    own = found.answers[answers[letters.find(HERE)]]
    return letters.replace(HERE, answer_letter(own))


def _blocks(lines: Sequence[str], width: float) -> Iterator[CellRun]:
    top = 0
    for line, same in itertools.groupby(lines):
        rows = len(list(same))
        yield from _runs(line, top, rows, width)
        top += rows


def _runs(line: str, top: int, rows: int, width: float) -> Iterator[CellRun]:
    # A letter in each of many thin rows would fill the map with letters.
    spoken = rows > 1 or top % _LETTER_ROWS == 1
    start = 0
    for mark, cells in itertools.groupby(line):
        count = len(list(cells))
        wide = count * width
        lettered = spoken and mark != _DO_NOT_TRAIN and wide >= _LETTER_WIDTH
        yield CellRun(mark, start * width, wide, top * ROW, rows * ROW, lettered)
        start += count


def _some(count: int, here: int | None) -> list[int]:
    """A few places to name: both ends, the middle or the present one."""
    middle = count // 2 if here is None else here
    return sorted({0, middle, count - 1})
