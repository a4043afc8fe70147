"""The run as text of a script element of data, which no browser carries out."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from advisor.report.files import to_json

_ESCAPED = str.maketrans(
    {char: f"\\u{ord(char):04x}" for char in ("<", ">", "&", "\u2028", "\u2029")}
)


def embedded_json(record: dict[str, Any]) -> Markup:
    """The record as JSON in which nothing can end the element or begin another.

    JSON holds the escaped characters in strings alone, so that it stays the same JSON.
    """
    return Markup(to_json(record, indent=None).translate(_ESCAPED))  # noqa: S704 - escaped above
