"""The run as text of a script element of data, which no browser carries out."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

_ESCAPED = str.maketrans(
    {char: f"\\u{ord(char):04x}" for char in ("<", ">", "&", "\u2028", "\u2029")}
)


def embedded_json(record: dict[str, Any]) -> Markup:
    """The record as JSON in which nothing can end the element or begin another.

    JSON holds the escaped characters in strings alone, so that it stays the same JSON.
    """
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_ESCAPED))  # noqa: S704 - escaped above
