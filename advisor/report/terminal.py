"""The report on a terminal: the laid-out lines, in colour where the terminal wants it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TextIO

from advisor.report.blocks import Block
from advisor.report.layout import lay_out, plain_lines

_STYLES = {"heading": "1;4", "strong": "1", "dim": "2"}
"""Codes of ECMA-48: bold, underlined, faint."""
_DUMB = ("dumb", "unknown")
_WIDEST = 120
_PIPED_WIDTH = 100
_NARROW = 80


def print_report(blocks: Iterable[Block], stream: TextIO, *, plain: bool = False) -> None:
    """Print the report.

    Args:
        blocks: what it says.
        stream: where to print. A terminal gets bold, underlined and faint lines unless NO_COLOR is
            set or it is dumb; anything else gets them only with FORCE_COLOR.
        plain: one statement a line, for screen readers and logs.
    """
    if plain:
        stream.writelines(f"{line}\n" for line in plain_lines(blocks))
        return
    interactive = stream.isatty()
    width = width_of(stream)
    styled = os.environ.get("FORCE_COLOR") or (interactive and _has_styles())
    for line in lay_out(blocks, width):
        style = _STYLES.get(line.style) if styled and line.text else None
        stream.write(f"\x1b[{style}m{line.text}\x1b[0m\n" if style else f"{line.text}\n")


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


def _has_styles() -> bool:
    """Whether the terminal knows the codes; rich switches them on where Windows has to be asked."""
    if os.name == "nt":
        from rich.console import Console  # noqa: PLC0415

        return not Console().legacy_windows
    return os.environ.get("TERM", "").lower() not in _DUMB and not os.environ.get("NO_COLOR")
