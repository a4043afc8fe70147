"""The report on a terminal: coloured where that is wanted, plain lines for screen readers."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from advisor.report.document import Bars, Block, Bullets, Heading, Paragraph, Record, Table, blocks

_BAR_WIDTH = 16
_INDENT = (0, 0, 0, 2)


def print_report(record: Record, console: Console, *, plain: bool = False) -> None:
    """Print the report of a run.

    Args:
        record: the run's record.
        console: where to print; its width and colour settings are respected.
        plain: one statement a line, no tables, bars or colour, for screen readers and logs.

    """
    if plain:
        for line in plain_lines(record):
            console.print(Text(line), soft_wrap=True)
        return
    for block in blocks(record):
        _print(block, console)


def plain_lines(record: Record) -> Iterator[str]:
    """The report line by line, each one complete in itself."""
    for block in blocks(record):
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
        else:
            for row in block.rows:
                cells = zip(block.columns[1:], row[1:], strict=True)
                yield f"- {row[0]}. " + ". ".join(f"{c}: {v}" for c, v in cells if v) + "."


def _print(block: Block, console: Console) -> None:
    if isinstance(block, Heading):
        console.print()
        console.print(Text(block.text, style="bold underline"))
    elif isinstance(block, Paragraph):
        console.print(Padding(Text(block.text, style="bold" if block.strong else ""), _INDENT))
    elif isinstance(block, Bullets):
        console.print(Padding(_bullets(block), _INDENT))
    elif isinstance(block, Bars):
        console.print(Padding(_bars(block), _INDENT))
    else:
        console.print(Padding(_table(block), _INDENT))


def _bullets(block: Bullets) -> RichTable:
    grid = RichTable.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column()
    for number, item in enumerate(block.items, start=1):
        grid.add_row(Text(f"{number}." if block.numbered else "-"), Text(item))
    return grid


def _bars(block: Bars) -> RichTable:
    """Each share as a bar to the right (for the leader) or to the left of a middle line."""
    largest = max((abs(value) for _, value, _ in block.entries), default=1)
    grid = RichTable.grid(padding=(0, 1))
    for justify in ("left", "right", "left"):
        grid.add_column(justify=justify, no_wrap=True)
    grid.add_column()
    for label, value, text in block.entries:
        width = max(1, round(abs(value) / largest * _BAR_WIDTH / 2))
        half = _BAR_WIDTH // 2
        bar = (
            " " * half + "|" + "#" * width
            if value > 0
            else " " * (half - width) + "#" * width + "|"
        )
        colour = "green" if value > 0 else "red"
        grid.add_row(
            Text(label),
            Text(f"{value:+d}", style=colour),
            Text(bar.ljust(_BAR_WIDTH + 1), style=colour),
            Text(text),
        )
    return grid


def _table(block: Table) -> RichTable:
    table = RichTable(box=None, pad_edge=False, header_style="dim")
    for index, column in enumerate(block.columns):
        right = index in block.right
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    for row in block.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
