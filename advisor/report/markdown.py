"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

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
from advisor.report.layout import grid_lines

_GRID_WIDTH = 80
_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|#"} | {"\n": " ", "\r": " "})


def to_markdown(blocks: Iterable[Block], title: str) -> str:
    """Return the report as one Markdown text."""
    return "\n\n".join([f"# {title}", *map(_render, blocks)]) + "\n"


def _render(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {escaped(block.text)}"
    if isinstance(block, Paragraph):
        text = escaped(block.text)
        return f"**{text}**" if block.strong else text
    if isinstance(block, Bullets):
        marks = (f"{n}." if block.numbered else "-" for n in range(1, len(block.items) + 1))
        return "\n".join(
            f"{mark} {escaped(item)}" for mark, item in zip(marks, block.items, strict=True)
        )
    if isinstance(block, Bars):
        rows = tuple((label, f"{value:+d}", text) for label, value, text in block.entries)
        return _table(Table(("Rule", block.unit.capitalize(), "Claim"), rows, right=(1,)))
    if isinstance(block, Stacks):
        columns = ("Method", *(name.capitalize() for name in block.kinds.values()), block.unit)
        sized = (
            (label, *(f"{dict(parts).get(mark, 0.0):.2f}" for mark in block.kinds), text)
            for label, parts, text in block.entries
        )
        return _table(Table(columns, tuple(sized), right=tuple(range(1, len(block.kinds) + 1))))
    if isinstance(block, Grid):
        return "\n".join(["```", *grid_lines(block, _GRID_WIDTH), "```"])
    return _table(block)


def _table(table: Table) -> str:
    rule = ["---:" if index in table.right else "---" for index in range(len(table.columns))]
    lines = [table.columns, tuple(rule)]
    lines.extend(tuple(escaped(cell) for cell in row) for row in table.rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def escaped(text: str) -> str:
    """Keep names and data samples from turning into markup."""
    return text.translate(_SPECIAL)
