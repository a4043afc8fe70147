"""Rows of JSON Lines files, and of small .json files that hold one list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from advisor.profilers.data.lines import open_bytes, read_guarded, read_lines
from advisor.profilers.data.rows import Row, RowSource
from advisor.support.errors import AdvisorError
from advisor.support.strictjson import parse_json
from advisor.support.textfiles import decode_text

MAX_LIST_BYTES = 64 * 1024 * 1024
"""Largest .json list, in bytes: a list has to be read whole."""

_COLUMN = re.compile(r"column (\d+)$")
_SPACE = b" \t\r\n\xef\xbb\xbf"


def read_json_lines(path: Path, *, what: str) -> RowSource:
    """A JSON Lines file: one object a line, blank lines skipped."""
    return RowSource(path, "JSON Lines", "line", _line_rows(path, what))


def read_json_file(path: Path, *, what: str) -> RowSource:
    """A .json file: one list of objects, or JSON Lines under that name.

    Raises:
        AdvisorError: if it is a list above MAX_LIST_BYTES, or neither of the two.
    """
    with open_bytes(path, what=what) as stream:
        first = read_guarded(stream, 4096, path, line=False).lstrip(_SPACE)[:1]
    if first != b"[":
        return RowSource(path, "JSON Lines", "line", _line_rows(path, what))
    return RowSource(path, "JSON list", "row", _list_rows(path, what))


def _line_rows(path: Path, what: str) -> Iterator[Row]:
    for number, line in read_lines(path, what=what):
        if line and not line.isspace():
            yield number, _object(_parse(line, path, number), f"{path}, line {number}")


def _parse(line: str, path: Path, number: int) -> Any:
    try:
        return parse_json(line, where="")
    except AdvisorError as error:
        column = _COLUMN.search(error.where)
        raise AdvisorError(
            error.message,
            where=f"{path}, line {number}" + (f", column {column[1]}" if column else ""),
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


def _list_rows(path: Path, what: str) -> Iterator[Row]:
    text = _whole_text(path, what)
    try:
        value = parse_json(text, where=str(path))
    except AdvisorError as error:
        hint = error.hint or "the file must be one whole JSON list of objects, or JSON Lines"
        raise AdvisorError(error.message, where=error.where, hint=hint) from None
    for number, item in enumerate(value, 1):
        yield number, _object(item, f"{path}, row {number}")


def _whole_text(path: Path, what: str) -> str:
    with open_bytes(path, what=what) as stream:
        raw = read_guarded(stream, MAX_LIST_BYTES + 1, path, line=False)
    if len(raw) > MAX_LIST_BYTES:
        raise AdvisorError(
            f"the {what} is one JSON list larger than {MAX_LIST_BYTES // 1024 // 1024} MiB",
            where=str(path),
            hint="convert it to JSON Lines (.jsonl), which is read row by row",
        )
    return decode_text(raw, what=what, where=str(path))
