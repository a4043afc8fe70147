"""Rows of .jsonl, .json, .csv, .tsv and .parquet files, by the names of their columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST = 8 * 1024 * 1024
"""Characters of a text of a Parquet file; no model could read more."""


def rows_of(path: Path) -> list[dict[str, Any]]:
    """All rows of a file; what cannot be read ends in one message."""
    suffix = path.suffix.lower()
    if not path.is_file():
        raise SystemExit(f"{path}: there is no such file")
    if suffix not in (".jsonl", ".json", ".csv", ".tsv", ".parquet"):
        raise SystemExit(f"{path}: rows are read from .jsonl, .json, .csv, .tsv and .parquet")
    try:
        if suffix == ".parquet":
            return _parquet(path)
        text = path.read_text(encoding="utf-8-sig")
        if suffix in (".csv", ".tsv"):
            return list(_delimited(text, "\t" if suffix == ".tsv" else ","))
        # A .json file may hold lines, too.
        whole = suffix == ".json" and text.lstrip().startswith("[")
        return _objects(json.loads(text)) if whole else _objects(list(_lines(text)))
    except (OSError, ValueError, csv.Error, ImportError) as error:
        raise SystemExit(f"{path}: cannot be read: {error}") from None


def require_columns(path: Path, rows: list[dict], names: list[str]) -> None:
    """Stop at a column that no row has; in single rows one may be missing."""
    if not rows:
        raise SystemExit(f"{path}: there are no rows")
    there = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        if name not in there:
            raise SystemExit(f"{path}: there is no column {name!r}, but {', '.join(there)}")


def _parquet(path: Path) -> list[dict[str, Any]]:
    """Rows a few at a time, and equal texts once: in the file many rows may name the same one."""
    import pyarrow.parquet

    rows: list[dict[str, Any]] = []
    texts: dict[str, str] = {}
    for batch in pyarrow.parquet.ParquetFile(path).iter_batches(8):
        for row in batch.to_pylist():
            for name, value in row.items():
                if isinstance(value, str):
                    if len(value) > LONGEST:
                        raise ValueError(f"row {len(rows) + 1} has over 8 MiB in {name!r}")
                    row[name] = texts.setdefault(value, value)
            rows.append(row)
    return rows


def _lines(text: str) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ValueError(f"line {number} is no JSON: {error}") from None


def _objects(values: list[Any]) -> list[dict[str, Any]]:
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict):
            raise ValueError(f"row {number} is no JSON object")  # noqa: TRY004 - the file is wrong
    return values


def _delimited(text: str, usual: str) -> Iterator[dict[str, Any]]:
    """Rows under a header line, which shows the delimiter if it is not the usual one."""
    header_line = text.split("\n", 1)[0]
    chosen = usual if usual in header_line else max(",\t;|", key=header_line.count)
    csv.field_size_limit(max(len(text), 1))  # texts may be longer than the library expects
    records = csv.reader(io.StringIO(text, newline=""), delimiter=chosen)
    named = enumerate(next(records, []), 1)
    header = [name.strip() or f"column_{number}" for number, name in named]
    for record in records:
        if record and len(record) != len(header):
            count = f"{len(record)} fields instead of {len(header)}"
            raise ValueError(f"the row that ends in line {records.line_num} has {count}")
        if record:
            yield dict(zip(header, record, strict=True))
