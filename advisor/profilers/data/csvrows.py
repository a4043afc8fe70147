"""Rows of CSV and TSV files: delimiter, header and the number of fields."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from pathlib import Path

from advisor.profilers.data.csvrecords import read_records
from advisor.profilers.data.lines import read_lines
from advisor.profilers.data.names import KNOWN_NAMES
from advisor.profilers.data.rows import Row, RowSource, printable, require_few_columns
from advisor.support.errors import AdvisorError

_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar"}
_PEEK = 20
_LONG_NAME_WORDS = 6
_LONG_NAME_CHARACTERS = 80


def read_delimited(
    path: Path, delimiter: str | None, *, what: str, named: Collection[str]
) -> RowSource:
    """A CSV or TSV file with a header line.

    Args:
        path: the file.
        delimiter: what its suffix says, or None to take it from the header.
        what: what the file is for, in messages.
        named: columns that the user named; a header that has one of them is believed.

    Raises:
        AdvisorError: if it is empty, has no header, names a column twice, or more than MAX_COLUMNS.
    """
    lines = read_lines(path, what=what)
    first = next(lines, None)
    if first is None:
        raise AdvisorError(f"the {what} is empty", where=str(path), hint="check the path")
    chosen, notes = _delimiter(first[1], delimiter)
    records = read_records(itertools.chain([first], lines), chosen, str(path))
    start, fields = next(records, (1, []))
    header = _header(fields, f"{path}, line {start}")
    peeked = list(itertools.islice(records, _PEEK))
    if not set(header) & set(named):
        _require_header(header, [record for _, record in peeked], f"{path}, line {start}")
    rows = _rows(itertools.chain(peeked, records), header, str(path), _NAMES[chosen])
    return RowSource(path, "TSV" if chosen == "\t" else "CSV", "line", rows, notes)


def _delimiter(header: str, expected: str | None) -> tuple[str, tuple[str, ...]]:
    """The suffix decides if its delimiter occurs at all; else the most frequent one does."""
    if expected is not None and expected in header:
        return expected, ()
    counts = {candidate: header.count(candidate) for candidate in _NAMES}
    best = max(counts, key=lambda candidate: counts[candidate])
    if counts[best] == 0:
        return expected or ",", ()
    return best, (f"The fields are separated by {_NAMES[best]}s, judged by the header line.",)


def _header(fields: list[str], where: str) -> tuple[str, ...]:
    require_few_columns(len(fields), where)
    names = tuple(field.strip() or f"column_{n}" for n, field in enumerate(fields, 1))
    if not any(field.strip() for field in fields):
        raise AdvisorError(
            "the header line names no column", where=where, hint="write one such as text,label"
        )
    for name in names:
        if names.count(name) > 1:
            raise AdvisorError(
                f"the header names the column {printable(name)!r} twice",
                where=where,
                hint="give each column a name of its own",
            )
    return names


def _require_header(header: tuple[str, ...], records: list[list[str]], where: str) -> None:
    reason = next(filter(None, (_not_a_name(name) for name in header)), "")
    for place, name in enumerate(header):
        values = {record[place] for record in records if place < len(record)}
        if not reason and name in values and name.lower() not in KNOWN_NAMES:
            reason = f"{printable(name, 40)!r} is also a value below it"
    if reason:
        raise AdvisorError(
            f"the first line looks like data, not like a header: {reason}",
            where=where,
            hint="add a header line such as text,label, or name the columns if it is one",
        )


def _not_a_name(name: str) -> str:
    shown = printable(name, 40)
    try:
        float(name)
    except ValueError:
        long = len(name) > _LONG_NAME_CHARACTERS or len(name.split()) > _LONG_NAME_WORDS
        return f"{shown!r} is too long for a column's name" if long or "\n" in name else ""
    return f"{shown!r} is a number"


def _rows(
    records: Iterator[tuple[int, list[str]]], header: tuple[str, ...], name: str, separator: str
) -> Iterator[Row]:
    width = len(header)
    for line, fields in records:
        if len(fields) != width:
            amount = "few" if len(fields) < width else "many"
            raise AdvisorError(
                f"the row has too {amount} fields: {len(fields)} instead of {width}",
                where=f"{name}, line {line}",
                hint=f"put a field that holds a {separator} between double quotes",
            )
        yield line, dict(zip(header, fields, strict=True))
