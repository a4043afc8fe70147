"""A record that can be passed round: paths of this machine are reduced to their last part."""

from __future__ import annotations

import re
from typing import Any

_START = r"(?:(?:file://)?(?:~[\w.-]*|[A-Za-z]:)?[\\/]+|(?:\.{1,2}[\\/])+)"
_FOLDERS = r"(?:[^\s\\/:\"'<>|]+(?: [^\s\\/:\"'<>|]+)*[\\/]+)+"
_LAST = r"(?P<last>[^\s\\/:\"'<>|]*)"
_INSIDE = re.compile(rf"(?<![\w.:/\\~]){_START}(?=\S){_FOLDERS}{_LAST}")
"""A path within a sentence that begins at a root, a home or with dots.

What a word precedes is a ratio, such as GB/s, a Hub id or a URL.
"""
_WHOLE = re.compile(rf"{_START}[^\n]*[^\\/\s][\\/]*")
_SPLIT = re.compile(r"[\\/]+")


def portable(value: Any) -> Any:
    """The same plain data, each path in its texts reduced to its last part.

    A path names folders, often with the name of whoever owns them; files are known by their names.
    """
    if isinstance(value, str):
        return _without_folders(value)
    if isinstance(value, dict):
        return {key: portable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [portable(inner) for inner in value]
    return value


def _without_folders(text: str) -> str:
    if _WHOLE.fullmatch(text) and not _INSIDE.sub("", text).strip(" \\/"):
        return _SPLIT.split(text.rstrip("\\/"))[-1]
    return _INSIDE.sub(lambda found: found["last"] or "...", text)
