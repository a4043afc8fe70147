"""Rows of JSON Lines files, and of .json files that hold one list."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from advisor.profilers.data.lines import MAX_LINE_BYTES, open_bytes, read_guarded, read_lines
from advisor.profilers.data.rows import FileRow, RowSource, require_few_values
from advisor.support import AdvisorError, parse_json

_BLOCK = 1024 * 1024
_BETWEEN = re.compile(r'["\[\]{},]')
_INSIDE = re.compile(r'"[^"\\]*"|["\[\]{}]')  # most texts at once
_IN_TEXT = re.compile(r'["\\]')
_FILLED = re.compile(r"[^ \t\r\n]")


class Element(NamedTuple):
    """What stands between two commas of the list, which may be anything.

    Attributes:
        text: as it stands in the file. Where no element can stand, or the list does not go on as a
            list does, the mark before or behind it stands there too, so that no parser takes it.
        line: the line that the text begins on, from 1.
        column: how many characters of that line come before it; -1 if a mark was put before it.
    """

    text: str
    line: int
    column: int


def read_elements(stream: IO[bytes], path: Path, *, what: str) -> Iterator[Element]:
    """The elements of the list that the stream holds, from its opening bracket on.

    Raises:
        AdvisorError: on an element above MAX_LINE_BYTES, NUL bytes, invalid UTF-8, damaged gzip, or
            text behind the list.
    """
    return _Cutter(stream, path, what).elements()


class _Cutter:
    def __init__(self, stream: IO[bytes], path: Path, what: str) -> None:
        self._stream, self._path, self._what = stream, path, what
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._lines_read = 0
        self._text = ""
        self._begin = self._at = 0  # of the element, and as far as it has been looked through
        self._line, self._column = 1, 0  # where the element begins
        self._number = 0

    def elements(self) -> Iterator[Element]:
        self._find(_FILLED)
        self._begin_here()
        mark = ","
        while mark == ",":
            self._number += 1
            mark = self._to_end()
            text = self._text[self._begin : self._at - len(mark)]
            self._require_short(len(text.encode()))
            if mark in ("", "}"):
                yield Element(f"[{text}{mark}", self._line, self._column - 1)
                return
            if _FILLED.search(text):
                yield Element(text, self._line, self._column)
            elif mark == "," or self._number > 1:
                yield Element(text + mark, self._line, self._column)
            self._begin_here()
        if self._find(_FILLED):
            self._begin_here()
            raise AdvisorError(
                "this is not valid JSON: more text stands behind the list",
                where=f"{self._path}, line {self._line}, column {self._column}",
                hint="the file must be one whole JSON list of objects, or JSON Lines",
            )

    def _to_end(self) -> str:
        """The mark behind the element; "" if the file ends before there is one."""
        depth, in_text = 0, False
        while True:
            mark = self._find(_IN_TEXT if in_text else _INSIDE if depth else _BETWEEN)
            if not mark:
                return ""
            if in_text:
                in_text = mark != '"'
                self._at += mark == "\\"  # whatever stands behind it
            elif mark[0] == '"':
                in_text = len(mark) == 1
            elif mark in "[{":
                depth += 1
            elif depth == 0:
                return mark
            else:
                depth -= 1

    def _find(self, pattern: re.Pattern[str]) -> str:
        """Go behind the next match, and say what it is; "" if the file ends before there is one."""
        while (found := pattern.search(self._text, self._at)) is None:
            self._at = max(self._at, len(self._text))
            if not self._read():
                return ""
        self._at = found.end()
        return found[0]

    def _begin_here(self) -> None:
        lines = self._text.count("\n", self._begin, self._at)
        if lines:
            self._column = self._at - self._text.rindex("\n", self._begin, self._at) - 1
        else:
            self._column += self._at - self._begin
        self._line += lines
        self._begin = self._at

    def _read(self) -> bool:
        """Read on, keeping what belongs to the element; False at the end of the file."""
        self._require_short(self._at - self._begin)
        raw = read_guarded(self._stream, _BLOCK, self._path, line=False)
        try:
            text = self._decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            lines = error.object.count(b"\n", 0, error.start)
            raise self._no_text("is not valid UTF-8 text", lines) from None
        if "\0" in text:
            lines = text.count("\n", 0, text.index("\0"))
            raise self._no_text("contains NUL bytes, so it is not a text file", lines)
        self._lines_read += text.count("\n")
        self._text = self._text[self._begin :] + text
        self._at -= self._begin
        self._begin = 0
        return bool(raw)

    def _require_short(self, size: int) -> None:
        if size > MAX_LINE_BYTES:
            raise AdvisorError(
                f"the row is longer than {MAX_LINE_BYTES // 1024 // 1024} MiB",
                where=f"{self._path}, row {self._number}",
                hint="shorten texts that no model could read whole",
            )

    def _no_text(self, reason: str, lines: int) -> AdvisorError:
        return AdvisorError(
            f"the {self._what} {reason}",
            where=f"{self._path}, line {self._lines_read + lines + 1}",
            hint="save it as UTF-8 text",
        )


_PLACE = re.compile(r"(?:line (\d+), )?column (\d+)$")
_LIST_HINT = "the file must be one whole JSON list of objects, or JSON Lines"
_SPACE = b" \t\r\n\xef\xbb\xbf"


def read_json_lines(path: Path, *, what: str) -> RowSource:
    """A JSON Lines file: one object a line, blank lines skipped."""
    return RowSource(path, "JSON Lines", "line", _line_rows(path, what))


def read_json_file(path: Path, *, what: str) -> RowSource:
    """A .json file: one list of objects, or JSON Lines under that name.

    Raises:
        AdvisorError: if it cannot be read.
    """
    with open_bytes(path, what=what) as stream:
        first = read_guarded(stream, 4096, path, line=False).lstrip(_SPACE)[:1]
    if first != b"[":
        return RowSource(path, "JSON Lines", "line", _line_rows(path, what))
    return RowSource(path, "JSON list", "row", _list_rows(path, what))


def _line_rows(path: Path, what: str) -> Iterator[FileRow]:
    for number, line in read_lines(path, what=what):
        if line and not line.isspace():
            where = f"{path}, line {number}"
            require_few_values(line, where)
            yield number, _object(_parse(line, where), where)


def _parse(line: str, where: str) -> Any:
    try:
        return parse_json(line, where="")
    except AdvisorError as error:
        column = _PLACE.search(error.where)
        raise AdvisorError(
            error.message,
            where=where + (f", column {column[2]}" if column else ""),
            hint=error.hint or _line_hint(line),
        ) from None


def _line_hint(line: str) -> str:
    if line.lstrip().startswith("["):
        return "a list over several lines needs the suffix .json; here each line is one object"
    return 'each line must be one whole JSON object, such as {"text": "...", "label": "..."}'


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        kind = {list: "a list", str: "a text", type(None): "null"}.get(type(value), "a number")
        if isinstance(value, bool):
            kind = "true or false"
        raise AdvisorError(
            f"a row must be a JSON object, but this is {kind}",
            where=where,
            hint='name the columns: {"text": "...", "label": "..."}',
        )
    return value


def _list_rows(path: Path, what: str) -> Iterator[FileRow]:
    with open_bytes(path, what=what) as stream:
        for number, element in enumerate(read_elements(stream, path, what=what), 1):
            row = f"{path}, row {number}"
            require_few_values(element.text, row)
            try:
                value = parse_json(element.text, where="")
            except AdvisorError as error:
                where = row + _place(error.where, element)
                hint = error.hint or _LIST_HINT
                raise AdvisorError(error.message, where=where, hint=hint) from None
            yield number, _object(value, row)


def _place(told: str, element: Element) -> str:
    """The line and column of the file, from those within an element; "" if none were told."""
    found = _PLACE.search(told)
    if found is None:
        return ""
    line, column = int(found[1] or 1), int(found[2])
    before = element.column if line == 1 else 0
    return f", line {element.line + line - 1}, column {before + column}"
