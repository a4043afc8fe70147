"""Bounded little-endian reading of a file's beginning."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from advisor.profilers.model.findings import plain
from advisor.support.errors import AdvisorError
from advisor.support.textfiles import require_regular_file

_BUFFER_BYTES = 1024 * 1024
_LENGTH_BYTES = 8


class HeaderStream:
    """Reads numbers and texts in order; whatever runs past the end of the file is an error.

    Nothing is allocated by a size that the file merely claims: every claim is compared with the
    bytes that remain before anything is read.
    """

    def __init__(self, stream: BinaryIO, size: int, where: str) -> None:
        self._stream = stream
        self.size = size
        self.where = where
        self.position = 0

    def error(self, problem: str, hint: str = "download it again") -> AdvisorError:
        """An error that says what is wrong with the file."""
        return AdvisorError(
            f"this is not an intact GGUF file: {problem}", where=self.where, hint=hint
        )

    @property
    def remaining(self) -> int:
        """Bytes between here and the end of the file."""
        return self.size - self.position

    def require(self, count: int) -> None:
        """Raise AdvisorError unless `count` more bytes are there."""
        if count > self.remaining:
            raise self.error("it is cut off within its header")

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        self.require(count)
        taken = self._stream.read(count)
        if len(taken) != count:
            raise self.error("it is cut off within its header")
        self.position += count
        return taken

    def skip(self, count: int) -> None:
        """Pass over `count` bytes without reading them."""
        self.require(count)
        self._stream.seek(count, os.SEEK_CUR)
        self.position += count

    def skip_texts(self, count: int) -> None:
        """Pass over `count` texts, each with its length in front; vocabularies have many."""
        block, start, position = b"", self.position, self.position
        length_at = struct.Struct("<Q").unpack_from
        for _ in range(count):
            if position - start + _LENGTH_BYTES > len(block):
                self._stream.seek(position if position < self.size else self.size)
                block, start = self._stream.read(_BUFFER_BYTES), position
                if len(block) < _LENGTH_BYTES:
                    raise self.error("it is cut off within its header")
            position += _LENGTH_BYTES + length_at(block, position - start)[0]
        if position > self.size:
            raise self.error("it is cut off within its header")
        self._stream.seek(position)
        self.position = position

    def number(self, code: str) -> Any:
        """One number of the `struct` code `code`."""
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]

    def text(self, longest: int) -> str:
        """A text with its length in front; longer ones are an error."""
        length = self.number("Q")
        if length > longest:
            raise self.error(f"a name claims {length:,} bytes")
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            raise self.error("a name is not UTF-8 text") from None


@contextmanager
def open_header(path: Path) -> Iterator[HeaderStream]:
    """Open a regular file for reading its header.

    Raises:
        AdvisorError: if it is missing, a device or pipe, or cannot be read.
    """
    require_regular_file(path, what="model file")
    where = plain(str(path))
    try:
        with path.open("rb", buffering=_BUFFER_BYTES) as stream:
            yield HeaderStream(stream, os.fstat(stream.fileno()).st_size, where)
    except OSError as error:
        raise AdvisorError(
            f"the model file cannot be read: {error.strerror or error}", where=where
        ) from None
