"""Cells of a row as texts, answers and choices, as the advisor reads them."""

from __future__ import annotations

import json
import math
import string
from typing import Any


def choices_of(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names (if any) and texts of the choices of a cell."""
    if isinstance(value, str):
        value = json.loads(value)
    if not value or not isinstance(value, (dict, list)):
        raise ValueError("there are no choices")
    if isinstance(value, dict) and "text" in value:
        names = value.get("label", value.get("key", ()))
        return tuple(map(answer_of, names)), tuple(map(text_of, value["text"]))
    if isinstance(value, dict):
        return tuple(value), tuple(map(text_of, value.values()))
    named = [item.get("label", item.get("key")) for item in value if isinstance(item, dict)]
    return tuple(map(answer_of, named)), tuple(map(text_of, value))


def right_one(target: str, names: tuple, texts: tuple, marked_by: str) -> int:
    """The place of the choice that a label marks; ValueError if it marks none."""
    count = len(texts)
    marks = {
        "name": names[:count],
        "text": texts,
        "letter": tuple(string.ascii_uppercase[:count]),
        "number from 0": tuple(map(str, range(count))),
        "number from 1": tuple(map(str, range(1, count + 1))),
    }[marked_by]
    mark = target.upper() if marked_by == "letter" else target
    if mark not in marks:
        raise ValueError(f"the label {target!r} marks none of {count} choices by its {marked_by}")
    return marks.index(mark)


def text_of(value: Any) -> str:
    """A cell as text; the parts of a list are joined by blanks."""
    if isinstance(value, dict):
        value = value["text"] if "text" in value else list(value.values())
    if isinstance(value, (list, tuple)):
        return " ".join(filter(None, map(text_of, value)))
    if isinstance(value, bool):
        return str(value).lower()
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if missing else str(value).strip()


def answer_of(value: Any) -> str:
    """A label or an answer as text; of several the first one counts, and 1.0 is the label 1."""
    if isinstance(value, dict):
        value = value.get("text", "")
    while isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return text_of(value)
