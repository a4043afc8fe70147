"""Open the user's files by suffix or first bytes; evaluation files as their training file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from advisor.profilers.data.columns import Columns, choose_columns, require_column
from advisor.profilers.data.csvrows import read_delimited
from advisor.profilers.data.head import FirstRows, read_head
from advisor.profilers.data.jsonrows import read_json_file, read_json_lines
from advisor.profilers.data.lines import open_bytes, read_guarded, read_lines
from advisor.profilers.data.parquetrows import read_parquet
from advisor.profilers.data.rows import FileRow, RowSource
from advisor.support import AdvisorError, excerpt, require_regular_file

_SUFFIXES = {
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": "json",
    ".csv": ",",
    ".tsv": "\t",
    ".tab": "\t",
    ".txt": "text",
    ".text": "text",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_HINT = "use .jsonl, .csv, .tsv, .txt or .parquet (text formats also with .gz)"
_PEEK_BYTES = 4096


def open_rows(path: Path, *, what: str, named: Collection[str] = ()) -> RowSource:
    """Open ``path`` for reading row by row.

    Args:
        path: a JSONL, JSON, CSV, TSV, text or Parquet file, the text formats also as .gz.
        what: what the file is for, in messages ("training data file").
        named: columns that the user named.

    Raises:
        AdvisorError: if it cannot be read, is empty, or its format is not known.
    """
    require_regular_file(path, what=what)
    if path.stat().st_size == 0:
        raise AdvisorError(f"the {what} is empty", where=str(path), hint="check the path")
    inner = Path(path.stem) if path.suffix.lower() == ".gz" else path
    packed = inner is not path
    form = _SUFFIXES.get(inner.suffix.lower()) or _form_by_content(path, what)
    if form == "parquet":
        if packed:
            raise AdvisorError(
                "Parquet is compressed by itself and not read from .gz",
                where=str(path),
                hint="unpack it first",
            )
        return read_parquet(path, what=what)
    if form == "lines":
        return read_json_lines(path, what=what)
    if form == "json":
        return read_json_file(path, what=what)
    if form == "text":
        return RowSource(path, "plain text", "line", _text_rows(path, what))
    return read_delimited(path, form if form != "sniff" else None, what=what, named=named)


def _form_by_content(path: Path, what: str) -> str:
    with open_bytes(path, what=what) as stream:
        start = read_guarded(stream, _PEEK_BYTES, path, line=False)
    if start.startswith(b"PAR1"):
        return "parquet"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return "json"
    if any(delimiter in text.split(b"\n")[0] for delimiter in (b",", b"\t", b";", b"|")):
        return "sniff"
    raise AdvisorError(
        f"the format of the {what} is not recognised by its name or its first line",
        where=str(path),
        hint=_HINT,
    )


def _text_rows(path: Path, what: str) -> Iterator[FileRow]:
    for number, line in read_lines(path, what=what):
        yield number, {"text": line}


class Opened(NamedTuple):
    """An opened file, its first rows and the columns that count."""

    source: RowSource
    head: FirstRows
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
        require_column(name, head.columns, f"{source.path} (the columns of {excerpt(train.name)})")
    return Opened(source, head, columns)


def _require_rows(head: FirstRows, source: RowSource) -> FirstRows:
    if not head.rows:
        reason = "only a header line" if source.form in ("CSV", "TSV") else "no row"
        raise AdvisorError(
            f"the file holds {reason}", where=str(source.path), hint="check the path"
        )
    return head
