"""The report on a terminal: the laid-out lines, in colour where the terminal wants it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TextIO

from advisor.report.document import Block
from advisor.report.layout import lay_out, plain_lines

_STYLES = {"heading": "bold underline", "strong": "bold", "dim": "dim", "": ""}
_WIDEST = 120
_PIPED_WIDTH = 100
_NARROW = 80


def print_report(blocks: Iterable[Block], stream: TextIO, *, plain: bool = False) -> None:
    """Print the report.

    Args:
        blocks: what it says.
        stream: where to print. rich decides about colour (NO_COLOR, FORCE_COLOR) and is loaded
            only for a terminal, since anything else gets text without styles.
        plain: one statement a line, for screen readers and logs.
    """
    if plain:
        stream.writelines(f"{line}\n" for line in plain_lines(blocks))
        return
    interactive = stream.isatty()
    width = width_of(stream)
    if not interactive and not os.environ.get("FORCE_COLOR"):
        stream.writelines(f"{line.text}\n" for line in lay_out(blocks, width))
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=stream, highlight=False)
    for line in lay_out(blocks, width):
        console.print(Text(line.text, style=_STYLES[line.style]), soft_wrap=True)


def width_of(stream: TextIO) -> int:
    """How wide lines on the stream may be."""
    return min(_columns(stream), _WIDEST) if stream.isatty() else _PIPED_WIDTH


def _columns(stream: TextIO) -> int:
    """The terminal's columns; COLUMNS overrides them, as everywhere.

    shutil would ask the interpreter's first standard output, which the program has replaced.
    """
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _NARROW
    except (OSError, ValueError):
        return _NARROW
