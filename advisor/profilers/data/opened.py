"""Open the user's files; an evaluation file is read by the columns of its training file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from advisor.profilers.data.columns import Columns, choose_columns
from advisor.profilers.data.head import Head, read_head
from advisor.profilers.data.opening import open_rows
from advisor.profilers.data.require import require_column
from advisor.profilers.data.rows import RowSource, printable
from advisor.support.errors import AdvisorError


class Opened(NamedTuple):
    """An opened file, its first rows and the columns that count."""

    source: RowSource
    head: Head
    columns: Columns


def open_training(path: Path, *, text_columns: Sequence[str], label_column: str | None) -> Opened:
    """Open a training file and choose its columns.

    Args:
        path: the file.
        text_columns: the input columns; guessed if empty.
        label_column: the label column; guessed if None.

    Raises:
        AdvisorError: if it cannot be read, holds no row, or a named column does not exist.
    """
    named = (text_columns,) if isinstance(text_columns, str) else tuple(text_columns)
    source = open_rows(path, what="training data file", named=(*named, label_column or ""))
    head = _require_rows(read_head(source), source)
    columns = choose_columns(head, source, text_columns=named, label_column=label_column)
    return Opened(source, head, columns)


def open_evaluation(path: Path, columns: Columns, train: Path) -> Opened:
    """Open an evaluation file, which needs the columns of the training file ``train``.

    Raises:
        AdvisorError: if it cannot be read, holds no row, or lacks one of the columns.
    """
    source = open_rows(path, what="evaluation data file", named=columns.used)
    head = _require_rows(read_head(source), source)
    for name in columns.used:
        require_column(
            name, head.columns, f"{source.path} (the columns of {printable(train.name)})"
        )
    return Opened(source, head, columns)


def _require_rows(head: Head, source: RowSource) -> Head:
    if not head.rows:
        reason = "only a header line" if source.form in ("CSV", "TSV") else "no row"
        raise AdvisorError(
            f"the file holds {reason}", where=str(source.path), hint="check the path"
        )
    return head
