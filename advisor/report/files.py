"""Write a report to a file: complete or not at all, in the format that its name asks for."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from advisor.report.part import plain
from advisor.support import AdvisorError

_FORMATS = {
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "terminal",
    ".html": "html",
    ".htm": "html",
}


def format_for(path: Path) -> str:
    """The format that a file name asks for.

    Raises:
        AdvisorError: if its suffix names none.
    """
    if path.suffix.lower() not in _FORMATS:
        raise AdvisorError(
            f"the suffix {path.suffix!r} names no report format",
            where=f"-o {path}",
            hint=f"use {', '.join(_FORMATS)}, or say --format",
        )
    return _FORMATS[path.suffix.lower()]


def to_json(record: Any, *, indent: int | None = 2, ascii_only: bool = False) -> str:
    """The record as one JSON object, byte for byte the same for the same record."""
    return json.dumps(plain(record), ensure_ascii=ascii_only, indent=indent, allow_nan=False)


def write_file(path: Path, text: str) -> None:
    """Write the text through a temporary file beside it, so that no half report is left.

    A link is written through, and a pipe or device, which cannot be replaced, is written to.

    Raises:
        AdvisorError: if no file can have the name, or the folder is missing, read-only or full.
    """
    if "\0" in str(path):
        raise AdvisorError(
            "the report cannot be written: its file name holds a NUL character",
            where=str(path),
            hint="give the name without it",
        )
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
        else:
            _replace(target, text)
    except OSError as error:
        raise AdvisorError(
            f"the report cannot be written: {error.strerror or error}",
            where=str(path),
            hint="name a file in an existing, writable folder",
        ) from None


def _replace(target: Path, text: str) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        # Opened like any new file, so that the umask decides who may read it.
        with temporary.open("x", encoding="utf-8") as stream:
            stream.write(text)
        temporary.replace(target)
    except BaseException:  # an interruption, too, must leave nothing behind
        temporary.unlink(missing_ok=True)
        raise
