"""What every reader hands over: rows of named values, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Row: TypeAlias = tuple[int, Mapping[str, Any]]
"""The 1-based place of a row in its file, and its values by column."""


@dataclass(frozen=True)
class RowSource:
    """An opened data file.

    Attributes:
        path: the file.
        form: the format in words, for notes ("CSV").
        unit: what a row's place counts, "line" or "row".
        rows: the rows, read as they are asked for; reading raises AdvisorError on a bad row.
        notes: sentences on how the file is read.
    """

    path: Path
    form: str
    unit: str
    rows: Iterator[Row]
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's base name, safe to print."""
        return printable(self.path.name)

    def where(self, place: int) -> str:
        """The file and the line or row, for error messages."""
        return f"{self.path}, {self.unit} {place}"


def printable(text: str, limit: int = 80) -> str:
    """``text`` cut to ``limit`` characters, with everything that is not printable escaped."""
    shown = text if len(text) <= limit else text[: limit - 3] + "..."
    return shown if shown.isprintable() else ascii(shown)[1:-1]
