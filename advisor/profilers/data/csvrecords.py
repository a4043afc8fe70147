"""Records of delimited text after RFC 4180, with exact places of what is wrong.

The standard library's reader limits fields to 128 KiB process-wide and does not tell where an
unclosed quote was opened; both matter here.
"""

from __future__ import annotations

from collections.abc import Iterator

from advisor.profilers.data.lines import MAX_LINE_BYTES
from advisor.support.errors import AdvisorError

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
