"""Rows of CSV and TSV files: delimiter, quoting, header and the number of fields."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from pathlib import Path

from advisor.profilers.data.lines import MAX_LINE_BYTES, read_lines
from advisor.profilers.data.names import KNOWN_NAMES
from advisor.profilers.data.rows import FileRow, RowSource, require_few_columns
from advisor.support import AdvisorError, excerpt

MAX_PARTS = 200_000
"""Most lines (and doubled quotes) in one quoted field."""


class RecordReader:
    """Puts lines together into records; a quoted field may run over several lines."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._fields: list[str] = []
        self._parts: list[str] = []
        self._size = 0
        self.quote_open = False

    def feed(self, line: str) -> list[str] | None:
        """The fields of the record that ends with ``line``, or None while a quote is open.

        Raises:
            ValueError: if text follows a closing quote, or the record grows beyond the bound.
        """
        self._size += len(line) + 1
        if self._size > MAX_LINE_BYTES:
            raise ValueError(f"a quoted field does not end within {MAX_LINE_BYTES >> 20} MiB")
        if len(self._parts) > MAX_PARTS:
            raise ValueError(f"a quoted field does not end within {MAX_PARTS:,} lines")
        if '"' in line:
            return self._scan(line)
        if self.quote_open:
            self._parts.append(line + "\n")
            return None
        self._size = 0
        return line.split(self._delimiter)

    def _scan(self, line: str) -> list[str] | None:
        position = 0
        while True:
            if self.quote_open:
                end = line.find('"', position)
                if end < 0:
                    self._parts.append(line[position:] + "\n")
                    return None
                if line.startswith('"', end + 1):  # a doubled quote stands for one
                    self._parts.append(line[position : end + 1])
                    position = end + 2
                    continue
                self._close(line[position:end])
                if end + 1 == len(line):
                    return self._finish()
                if line[end + 1] != self._delimiter:
                    raise ValueError(f"text follows the closing quote of field {len(self._fields)}")
                position = end + 2
            elif line.startswith('"', position):
                self.quote_open = True
                position += 1
            else:
                end = line.find(self._delimiter, position)
                if end < 0:
                    self._fields.append(line[position:])
                    return self._finish()
                self._fields.append(line[position:end])
                position = end + 1

    def _close(self, rest: str) -> None:
        self._parts.append(rest)
        self._fields.append("".join(self._parts))
        self._parts = []
        self.quote_open = False

    def _finish(self) -> list[str]:
        fields, self._fields, self._size = self._fields, [], 0
        return fields


def read_records(
    lines: Iterator[tuple[int, str]], delimiter: str, name: str
) -> Iterator[tuple[int, list[str]]]:
    """The records with the line each starts on; blank lines are skipped.

    Raises:
        AdvisorError: on text after a closing quote, or a quote that is never closed.
    """
    reader = RecordReader(delimiter)
    start = 0
    for number, line in lines:
        if not reader.quote_open:
            if not line:
                continue
            start = number
        try:
            fields = reader.feed(line)
        except ValueError as error:
            raise _quoting(str(error), name, number, start) from None
        if fields is not None:
            yield start, fields
    if reader.quote_open:
        raise _quoting("a quoted field is never closed", name, start, start)


def _quoting(message: str, name: str, line: int, start: int) -> AdvisorError:
    begun = "" if line == start else f" (the record begins on line {start})"
    return AdvisorError(
        message + begun,
        where=f"{name}, line {line}",
        hint='a quote inside a quoted field is written twice: "he said ""yes"""',
    )


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
                f"the header names the column {excerpt(name)!r} twice",
                where=where,
                hint="give each column a name of its own",
            )
    return names


def _require_header(header: tuple[str, ...], records: list[list[str]], where: str) -> None:
    reason = next(filter(None, (_not_a_name(name) for name in header)), "")
    for place, name in enumerate(header):
        values = {record[place] for record in records if place < len(record)}
        if not reason and name in values and name.lower() not in KNOWN_NAMES:
            reason = f"{excerpt(name, 40)!r} is also a value below it"
    if reason:
        raise AdvisorError(
            f"the first line looks like data, not like a header: {reason}",
            where=where,
            hint="add a header line such as text,label, or name the columns if it is one",
        )


def _not_a_name(name: str) -> str:
    shown = excerpt(name, 40)
    try:
        float(name)
    except ValueError:
        long = len(name) > _LONG_NAME_CHARACTERS or len(name.split()) > _LONG_NAME_WORDS
        return f"{shown!r} is too long for a column's name" if long or "\n" in name else ""
    return f"{shown!r} is a number"


def _rows(
    records: Iterator[tuple[int, list[str]]], header: tuple[str, ...], name: str, separator: str
) -> Iterator[FileRow]:
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
