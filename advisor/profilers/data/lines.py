"""Lines of a text file of any size, each of them bounded, checked and decoded."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from advisor.support import AdvisorError, require_regular_file

MAX_LINE_BYTES = 8 * 1024 * 1024
"""Longest line (and longest CSV record) accepted, in bytes."""

_BUFFER = 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def open_bytes(path: Path, *, what: str) -> IO[bytes]:
    """Open a regular file for reading, decompressing it if its name ends in ``.gz``.

    Raises:
        AdvisorError: if it is missing, a directory, a device or pipe, or not readable.
    """
    require_regular_file(path, what=what)
    try:
        if path.suffix.lower() == ".gz":
            packed = cast("io.RawIOBase", gzip.open(path, "rb"))  # noqa: SIM115 - the caller closes it
            return io.BufferedReader(packed, _BUFFER)
        return path.open("rb", buffering=_BUFFER)
    except OSError as error:
        raise AdvisorError(
            f"the {what} cannot be read: {error.strerror or error}", where=str(path)
        ) from None


def read_lines(path: Path, *, what: str) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file with their 1-based numbers, without their line ends.

    Raises:
        AdvisorError: on a line above MAX_LINE_BYTES, NUL bytes, invalid UTF-8, or damaged gzip.
    """
    with open_bytes(path, what=what) as stream:
        number = 0
        while raw := read_guarded(stream, MAX_LINE_BYTES + 1, path, line=True):
            number += 1
            yield number, _decode(raw, number, str(path))


def read_guarded(stream: IO[bytes], size: int, path: Path, *, line: bool) -> bytes:
    """Read a line, or a block, of at most ``size`` bytes; damage becomes an AdvisorError."""
    try:
        return stream.readline(size) if line else stream.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise AdvisorError(
            f"the file cannot be read to its end: {error}",
            where=str(path),
            hint="the compressed file may be damaged or cut off; fetch or pack it again",
        ) from None


def _decode(raw: bytes, number: int, name: str) -> str:
    where = f"{name}, line {number}"
    if len(raw) > MAX_LINE_BYTES:
        raise AdvisorError(
            f"the line is longer than {MAX_LINE_BYTES // 1024 // 1024} MiB",
            where=where,
            hint="write one example a line, and shorten texts that no model could read whole",
        )
    if b"\0" in raw:
        raise AdvisorError(
            "the line contains NUL bytes, so this is not a UTF-8 text file",
            where=where,
            hint="save it as UTF-8 (it may be UTF-16 or binary now)",
        )
    if number == 1 and raw.startswith(_BOM):
        raw = raw[len(_BOM) :]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AdvisorError(
            f"the line is not valid UTF-8 (byte {error.start + 1} of it)",
            where=where,
            hint="save the file as UTF-8",
        ) from None
    return text.removesuffix("\n").removesuffix("\r")
