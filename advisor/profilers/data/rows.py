"""What every reader hands over: rows of named values, and where each of them stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from advisor.support import AdvisorError, excerpt

MAX_VALUES = 200_000
"""Most values in a row: texts, numbers and the like, and the lists and objects around them."""
MAX_COLUMNS = 10_000
"""Most columns of a file, as far as its first rows tell."""

_QUOTED = re.compile(r'"[^"]*"')

FileRow: TypeAlias = tuple[int, Mapping[str, Any]]
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
    rows: Iterator[FileRow]
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's base name, safe to print."""
        return excerpt(self.path.name)

    def where(self, place: int) -> str:
        """The file and the line or row, for error messages."""
        return f"{self.path}, {self.unit} {place}"


def require_few_values(text: str, where: str) -> None:
    """Refuse a row of JSON, not yet parsed, that would become more than MAX_VALUES values.

    A byte or two of it can become a hundred in memory.
    """
    if _values(text) <= MAX_VALUES:
        return
    bare = _QUOTED.sub("", text.replace("\\\\", "").replace('\\"', ""))
    if _values(bare) > MAX_VALUES:
        raise too_many_values(_values(bare), where)


def too_many_values(count: int, where: str) -> AdvisorError:
    """The refusal of a row that holds so many values."""
    return AdvisorError(
        f"the row holds {count:,} values, more than {MAX_VALUES:,}",
        where=where,
        hint="write one example a row, and leave out columns of numbers that are not for reading",
    )


def require_few_columns(count: int, where: str) -> None:
    """Refuse more than MAX_COLUMNS columns, of each of which much is counted."""
    if count > MAX_COLUMNS:
        raise AdvisorError(
            f"there are {count:,} columns, more than {MAX_COLUMNS:,}",
            where=where,
            hint="keep the columns that hold texts and labels",
        )


def _values(text: str) -> int:
    """One for each comma and each list or object, empty ones included."""
    return text.count(",") + text.count("[") + text.count("{")
