"""The report on a terminal: the laid-out lines, in colour where the terminal wants it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from typing import TextIO

from advisor.report.blocks import Block
from advisor.report.layout import lay_out, plain_lines

_STYLES = {"heading": "bold underline", "strong": "bold", "dim": "dim", "": ""}
_WIDEST = 120
_PIPED_WIDTH = 100


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
    width = min(shutil.get_terminal_size().columns, _WIDEST) if interactive else _PIPED_WIDTH
    if not interactive and not os.environ.get("FORCE_COLOR"):
        stream.writelines(f"{line.text}\n" for line in lay_out(blocks, width))
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=stream, highlight=False)
    for line in lay_out(blocks, width):
        console.print(Text(line.text, style=_STYLES[line.style]), soft_wrap=True)
