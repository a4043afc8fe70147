"""The report laid out in lines of a given width, grids included, with a style name for each.

Whether and how the styles are shown is the terminal's business. Output that is not a terminal
gets the same lines without them.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from advisor.report.blocks import (
    Bars,
    Block,
    Bullets,
    Grid,
    Heading,
    Paragraph,
    Stacks,
    Table,
)

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


_INDENT = "  "
_GAP = 2
_BAR_HALF = 8
_LEAST_COLUMN = 9
"""Room for the longer half of "micro-benchmark"."""
_NARROW = 60
_NARROWEST = 40
_LEAST_STACK = 24
_SMALLEST = 1e-9


class ReportLine(NamedTuple):
    """One line of the report; the style is ``heading``, ``strong``, ``dim`` or empty."""

    text: str
    style: str = ""


def lay_out(blocks: Iterable[Block], width: int) -> Iterator[ReportLine]:
    """The whole report in lines of at most ``width`` characters, long words apart."""
    for block in blocks:
        yield from _lines(block, width)


def plain_lines(blocks: Iterable[Block]) -> Iterator[str]:
    """The report for screen readers and logs: one statement a line, each complete in itself."""
    for block in blocks:
        if isinstance(block, Heading):
            yield ""
            yield f"{block.text}:"
        elif isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Bullets):
            for number, item in enumerate(block.items, start=1):
                yield f"{number}. {item}" if block.numbered else f"- {item}"
        elif isinstance(block, Bars):
            for label, value, text in block.entries:
                yield f"- {label}, {value:+d} {block.unit}: {text}"
        elif isinstance(block, Stacks):
            for label, parts, text in block.entries:
                sizes = ", ".join(f"{block.kinds[mark]} {size:.2f}" for mark, size in parts)
                yield f"- {label}: {text}. {block.unit}: {sizes}."
        elif isinstance(block, Grid):
            yield from plain_grid(block)
        else:
            for row in block.rows:
                cells = zip(block.columns[1:], row[1:], strict=True)
                yield f"- {row[0]}. " + ". ".join(f"{c}: {v}" for c, v in cells if v) + "."


def _lines(block: Block, width: int) -> Iterator[ReportLine]:
    if isinstance(block, Heading):
        yield ReportLine("")
        yield from (ReportLine(text, "heading") for text in _wrap(block.text, width, "", ""))
    elif isinstance(block, Paragraph):
        style = "strong" if block.strong else ""
        yield from (ReportLine(text, style) for text in _wrap(block.text, width, _INDENT, _INDENT))
    elif isinstance(block, Bullets):
        for number, item in enumerate(block.items, start=1):
            mark = f"{number:>2}. " if block.numbered else "- "
            hanging = _INDENT + " " * len(mark)
            yield from (ReportLine(text) for text in _wrap(item, width, _INDENT + mark, hanging))
    elif isinstance(block, Bars):
        yield from _bars(block, width)
    elif isinstance(block, Stacks):
        yield from _stacks(block, width)
    elif isinstance(block, Grid):
        yield from (
            ReportLine(f"{_INDENT}{text}") for text in grid_lines(block, width - len(_INDENT))
        )
    else:
        yield from _table(block, width)


def _wrap(text: str, width: int, first: str, later: str) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, _NARROWEST),
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=False,
    )


def _bars(block: Bars, width: int) -> Iterator[ReportLine]:
    """Each share as a bar to the right, for the method named first, or to the left."""
    largest = max((abs(value) for _, value, _ in block.entries), default=1)
    half = _BAR_HALF if width >= _NARROW else _BAR_HALF // 2
    label_width = max((len(label) for label, _, _ in block.entries), default=0)
    for label, value, text in block.entries:
        bar = "#" * max(1, round(abs(value) / largest * half))
        left, right = ("", bar) if value > 0 else (bar, "")
        drawn = f"{left:>{half}}|{right:<{half}}"
        first = f"{_INDENT}{label:<{label_width}} {value:+4d} {drawn} "
        if len(first) > width // 2:  # too narrow for text beside the bar
            yield ReportLine(first.rstrip())
            first = 2 * _INDENT
        yield from (ReportLine(line) for line in _wrap(text, width, first, " " * len(first)))


def _stacks(block: Stacks, width: int) -> Iterator[ReportLine]:
    """Each entry as a bar of one letter for each kind, with the limit as a line across."""
    label_width = max((len(label) for label, _, _ in block.entries), default=0)
    totals = [sum(size for _, size in parts) for _, parts, _ in block.entries]
    text_width = max((len(text) for _, _, text in block.entries), default=0)
    room = width - len(_INDENT) - label_width - text_width - 2 * _GAP
    beside = room >= _LEAST_STACK
    room = room if beside else width - 2 * len(_INDENT)
    scale = (room - 1) / max(*totals, block.limit or 0.0, _SMALLEST)
    at = round(block.limit * scale) if block.limit is not None else None
    for label, parts, text in block.entries:
        drawn = _stack(parts, scale).ljust(room)
        if at is not None:
            drawn = f"{drawn[:at]}|{drawn[at + 1 :]}"
        if beside:
            yield ReportLine(f"{_INDENT}{label:<{label_width}}  {drawn}  {text}".rstrip())
        else:
            yield from (
                ReportLine(line) for line in _wrap(f"{label}: {text}", width, _INDENT, _INDENT)
            )
            yield ReportLine(f"{2 * _INDENT}{drawn}".rstrip())
    legend = ", ".join(f"{mark} {name}" for mark, name in block.kinds.items())
    limit = "" if block.limit is None else f"; | {block.limit:.1f} {block.unit} free"
    yield from (ReportLine(line, "dim") for line in _wrap(legend + limit, width, _INDENT, _INDENT))


def _stack(parts: Sequence[tuple[str, float]], scale: float) -> str:
    """The parts end to end, each end rounded, so that no rounding adds up."""
    drawn, total = "", 0.0
    for mark, size in parts:
        total += size
        drawn += mark * max(round(total * scale) - len(drawn), 0)
    return drawn


def _table(table: Table, width: int) -> Iterator[ReportLine]:
    widths = _column_widths(table, width - len(_INDENT))
    if sum(widths) + _GAP * (len(widths) - 1) > width - len(_INDENT):
        yield from _stacked(table, width)
        return
    yield from (ReportLine(text, "dim") for text in _row(table.columns, widths, table.right))
    for row in table.rows:
        yield from (ReportLine(text) for text in _row(row, widths, table.right))


def _stacked(table: Table, width: int) -> Iterator[ReportLine]:
    """Each row as a list of its cells, where the columns do not fit side by side."""
    for row in table.rows:
        yield from (ReportLine(text) for text in _wrap(row[0], width, _INDENT, _INDENT))
        for column, cell in zip(table.columns[1:], row[1:], strict=True):
            yield from (
                ReportLine(text)
                for text in _wrap(f"{column}: {cell}", width, 2 * _INDENT, 3 * _INDENT)
            )


def _column_widths(table: Table, available: int) -> list[int]:
    """Natural widths, the widest columns narrowed until the row fits, the first one last.

    The first column names what the row is about, and a name is not to be broken.
    """
    columns = list(zip(table.columns, *table.rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    excess = sum(widths) + _GAP * (len(widths) - 1) - available
    while excess > 0:
        widest = max(range(1, len(widths)), key=lambda index: widths[index], default=0)
        if widths[widest] <= _LEAST_COLUMN:
            widest = 0
        if widths[widest] <= _LEAST_COLUMN:
            break
        widths[widest] -= 1
        excess -= 1
    return widths


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> Iterator[str]:
    wrapped = [
        textwrap.wrap(cell, width, break_on_hyphens=_too_long(cell, width)) or [""]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for number in range(max(len(lines) for lines in wrapped)):
        parts = []
        for index, lines in enumerate(wrapped):
            text = lines[number] if number < len(lines) else ""
            aligned = text.rjust(widths[index]) if index in right else text.ljust(widths[index])
            parts.append(aligned)
        yield (_INDENT + (" " * _GAP).join(parts)).rstrip()


def _too_long(cell: str, width: int) -> bool:
    """Whether some word has to be broken; then better at its hyphen than anywhere."""
    return max(map(len, cell.split()), default=0) > width
