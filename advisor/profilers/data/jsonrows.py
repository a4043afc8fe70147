"""Rows of JSON Lines files, and of .json files that hold one list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from advisor.profilers.data.jsonlist import Element, read_elements
from advisor.profilers.data.lines import open_bytes, read_guarded, read_lines
from advisor.profilers.data.rows import FileRow, RowSource, require_few_values
from advisor.support import AdvisorError, parse_json

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
