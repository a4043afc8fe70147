"""Read small text files that people wrote, refusing what cannot be one.

Facts, rules and run files are a few kilobytes. Reading them through here keeps a directory, a
device, a huge file or a binary from hanging the program or filling the memory.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from advisor.support.errors import AdvisorError

MAX_BYTES = 4 * 1024 * 1024
"""Largest file read whole. A run file is about 60 kB, so this is generous."""

STANDARD_INPUT = "-"


def read_text(path: str | Path, *, what: str, max_bytes: int = MAX_BYTES) -> str:
    """Return the text of a small UTF-8 file, or of standard input for ``-``.

    Args:
        path: the file, or ``-``.
        what: what the file is for, used in messages ("facts file").
        max_bytes: the largest size accepted.

    Raises:
        AdvisorError: if it is missing, not a regular file, too large, or not plain UTF-8 text.
    """
    where = "standard input" if str(path) == STANDARD_INPUT else str(path)
    raw = _read_bytes(path, what=what, where=where, max_bytes=max_bytes)
    if len(raw) > max_bytes:
        raise AdvisorError(
            f"the {what} is larger than {max_bytes // 1024} KiB",
            where=where,
            hint="pass the file that states the facts or rules, not the data set itself",
        )
    return decode_text(raw, what=what, where=where)


def decode_text(raw: bytes, *, what: str, where: str) -> str:
    """Return the text of a whole file, or raise AdvisorError naming the line that is not UTF-8."""
    if b"\0" in raw:
        raise AdvisorError(
            f"the {what} contains NUL bytes, so it is not a text file",
            where=f"{where}, line {raw[: raw.index(0)].count(10) + 1}",
            hint="save it as UTF-8 text",
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise AdvisorError(
            f"the {what} is not valid UTF-8 text",
            where=f"{where}, line {line}",
            hint="save it as UTF-8",
        ) from None


def _read_bytes(path: str | Path, *, what: str, where: str, max_bytes: int) -> bytes:
    if str(path) == STANDARD_INPUT:
        return sys.stdin.buffer.read(max_bytes + 1)
    require_regular_file(path, what=what)
    try:
        with Path(path).open("rb") as stream:
            return stream.read(max_bytes + 1)
    except OSError as error:
        raise AdvisorError(
            f"the {what} cannot be read: {error.strerror or error}", where=where
        ) from None


def require_regular_file(path: str | Path, *, what: str) -> None:
    """Raise AdvisorError unless ``path`` is an existing regular file (a pipe would block)."""
    where = str(path)
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - one call answers all questions below
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        reason = "does not exist" if missing else f"cannot be opened: {_reason(error)}"
        raise AdvisorError(f"the {what} {reason}", where=where, hint="check the path") from None
    if stat.S_ISDIR(mode):
        raise AdvisorError(f"the {what} is a directory", where=where, hint="name a file in it")
    if not stat.S_ISREG(mode):
        raise AdvisorError(
            f"the {what} is not a regular file (a device, pipe or socket)",
            where=where,
            hint="pass a file, or - for standard input",
        )


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
