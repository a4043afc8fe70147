"""Choose the reader of a data file by its suffix, else by its first bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from advisor.profilers.data.csvrows import read_delimited
from advisor.profilers.data.jsonrows import read_json_file, read_json_lines
from advisor.profilers.data.lines import open_bytes, read_guarded, read_lines
from advisor.profilers.data.parquetrows import read_parquet
from advisor.profilers.data.rows import Row, RowSource
from advisor.support.errors import AdvisorError
from advisor.support.textfiles import require_regular_file

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


def _text_rows(path: Path, what: str) -> Iterator[Row]:
    for number, line in read_lines(path, what=what):
        yield number, {"text": line}
