"""The first rows of a file, kept to judge its columns before the file is read through."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from advisor.profilers.data.cells import cell_text, is_messages, label_text
from advisor.profilers.data.rows import FileRow, RowSource, require_few_columns
from advisor.support import AdvisorError

HEAD_ROWS = 1000
_HEAD_CHARACTERS = 16 * 1024 * 1024
_HEAD_VALUES = 1_000_000
_TEXT_WORDS = 3
_NAME_CHARACTERS = 60
_TWO = 2
_ROWS_A_LABEL = 5


@dataclass
class ColumnStats:
    """What one column holds in the head.

    Attributes:
        filled: rows in which it is neither null nor blank.
        kinds: how many of those are "text", "number", "boolean", "messages", "list" or "object".
        values: the distinct values as text.
    """

    name: str
    filled: int = 0
    words: int = 0
    longest: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    values: set[str] = field(default_factory=set)

    def add(self, value: Any, where: str) -> None:
        """Count one value."""
        try:
            text = label_text(value, where=where)
        except AdvisorError:  # a bad value matters only if its column is used, and then again
            return
        if not text:
            return
        self.filled += 1
        self.kinds[_kind(value)] += 1
        self.words += len(text.split())
        self.longest = max(self.longest, len(text))
        self.values.add(text)

    @property
    def kind(self) -> str:
        """The most frequent kind of its values, the empty text if it has none."""
        return max(sorted(self.kinds), key=lambda kind: self.kinds[kind], default="")

    @property
    def is_prose(self) -> bool:
        """Whether it holds texts of several words, or single long texts without spaces."""
        if self.kind != "text":
            return False
        return self.words >= _TEXT_WORDS * self.filled or self.longest > _NAME_CHARACTERS

    @property
    def few_values(self) -> bool:
        """Whether at least two values exist and most of them come back several times."""
        return _TWO <= len(self.values) <= max(_TWO, self.filled // _ROWS_A_LABEL)

    @property
    def is_free_text(self) -> bool:
        """Whether it can be an output that a model writes: texts that hardly repeat."""
        if self.kind not in ("text", "object", "list") or not self.values:
            return False
        few_rows = self.filled < _ROWS_A_LABEL
        return few_rows or len(self.values) > max(_TWO, self.filled // _ROWS_A_LABEL)


@dataclass(frozen=True)
class FirstRows:
    """The first rows and the columns seen in them, in the order of the file."""

    rows: Sequence[FileRow]
    columns: dict[str, ColumnStats]

    def find(self, names: Iterable[str], *kinds: str) -> str | None:
        """The column that has the first of ``names`` (any case) and one of ``kinds``."""
        lowered = {name.lower(): name for name in reversed(self.columns)}
        for name in names:
            column = lowered.get(name)
            if column is not None and (not kinds or self.columns[column].kind in kinds):
                return column
        return None


def read_head(source: RowSource) -> FirstRows:
    """Read up to HEAD_ROWS rows, or fewer if they are very long or hold very many values.

    Raises:
        AdvisorError: if they have more than MAX_COLUMNS columns, or one of them cannot be read.
    """
    rows: list[FileRow] = []
    size = count = 0
    for row in itertools.islice(source.rows, HEAD_ROWS):
        rows.append(row)
        size += sum(len(str(value)) for value in row[1].values())
        count += sum(map(_values_in, row[1].values()))
        if size > _HEAD_CHARACTERS or count > _HEAD_VALUES:
            break
    columns: dict[str, ColumnStats] = {}
    for place, values in rows:
        require_few_columns(len(columns.keys() | values.keys()), source.where(place))
        for name, value in values.items():
            columns.setdefault(name, ColumnStats(name)).add(value, source.where(place))
    return FirstRows(tuple(rows), columns)


def all_rows(head: FirstRows, source: RowSource) -> Iterator[FileRow]:
    """The rows of the head again, then the rest of the file."""
    return itertools.chain(head.rows, source.rows)


def column_of_text(head: FirstRows, column: str) -> list[str]:
    """The texts of one column of the head, empty ones left out."""
    texts = (cell_text(values.get(column), where="") for _, values in head.rows)
    return [text for text in texts if text]


def _values_in(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_values_in, value.values()))
    return 1 + sum(map(_values_in, value)) if isinstance(value, (list, tuple)) else 1


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "number" if is_number(value) else "text"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, dict):
        return "object"
    if is_messages(value):
        return "messages"
    return "list" if isinstance(value, (list, tuple)) else "text"


def is_number(text: str) -> bool:
    """Whether a text reads as a number, "nan" and "inf" included."""
    try:
        float(text)
    except ValueError:
        return False
    return True
