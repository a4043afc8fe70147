"""Write a report to a file: complete or not at all, in the format that its name asks for."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from advisor.support.errors import AdvisorError

_FORMATS = {".json": "json", ".md": "markdown", ".markdown": "markdown", ".txt": "terminal"}


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


def to_json(record: dict[str, Any], *, indent: int | None = 2) -> str:
    """The record as one JSON object, byte for byte the same for the same record."""
    return json.dumps(record, ensure_ascii=False, indent=indent, allow_nan=False)


def write_file(path: Path, text: str) -> None:
    """Write the text through a temporary file beside it, so that no half report is left.

    Raises:
        AdvisorError: if the folder is missing, read-only or full.
    """
    temporary = ""
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8"
        ) as stream:
            temporary = stream.name
            stream.write(text)
        os.replace(temporary, path)  # noqa: PTH105 - the pair of calls is the atomic idiom
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise AdvisorError(
            f"the report cannot be written: {error.strerror or error}",
            where=str(path),
            hint="name a file in an existing, writable folder",
        ) from None
