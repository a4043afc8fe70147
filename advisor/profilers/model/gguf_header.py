"""Read the header of a GGUF file, bounded: metadata and tensor shapes, never the weights.

The layout is published with the ggml project: a magic number, a version, two counts, key-value
pairs, then the name, shape, type and place of every tensor. Versions 2 and 3 are read; they
differ in nothing that stands in a little-endian header.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from advisor.support import AdvisorError, excerpt, require_regular_file

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
    where = excerpt(str(path))
    try:
        with path.open("rb", buffering=_BUFFER_BYTES) as stream:
            yield HeaderStream(stream, os.fstat(stream.fileno()).st_size, where)
    except OSError as error:
        raise AdvisorError(
            f"the model file cannot be read: {error.strerror or error}", where=where
        ) from None


Scalar: TypeAlias = "int | float | bool | str"

_VERSIONS = (2, 3)
_MAX_PAIRS = 65_536
_MAX_TENSORS = 65_536
_MAX_ARRAY_TEXTS = 2_000_000
_MAX_KEY = 1024
_MAX_TEXT = 4096
_MAX_DIMENSIONS = 4
_MAX_ELEMENTS = 10**15
_DEFAULT_ALIGNMENT = 32
_MAX_ALIGNMENT = 2**20
# A pair has at least an eight-byte length, a type and a byte; a tensor its lengths and numbers.
_SMALLEST_PAIR, _SMALLEST_TENSOR = 13, 24

_TEXT, _ARRAY, _BOOLEAN = 8, 9, 7
_CODES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 10: "Q", 11: "q", 12: "d"}
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
# Elements and bytes of one block, by the number of the tensor type.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 40), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18),
    21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36),
    41: (128, 18),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What the header of a GGUF file says.

    Attributes:
        values: scalar metadata by key; texts that are longer than 4 KiB or not
            UTF-8 are left out.
        lengths: the length of every array by key.
        tensors: the shape of every tensor by name, innermost dimension first.
    """

    values: dict[str, Scalar]
    lengths: dict[str, int]
    tensors: dict[str, tuple[int, ...]]


def read_gguf_header(path: Path) -> GgufHeader:
    """Read a GGUF file's header.

    Raises:
        AdvisorError: if the file is missing, no GGUF file, cut off, or claims absurd counts.
    """
    with open_header(path) as stream:
        tensor_count, pair_count = _counts(stream)
        header = GgufHeader({}, {}, {})
        texts_left = _MAX_ARRAY_TEXTS
        for _ in range(pair_count):
            texts_left = _pair(stream, header, texts_left)
        end = 0
        for _ in range(tensor_count):
            end = max(end, _tensor(stream, header))
        _require_data(stream, header, end)
        return header


def _counts(stream: HeaderStream) -> tuple[int, int]:
    magic = stream.take(4)
    if magic == b"vers":
        raise stream.error(
            "it is a Git LFS pointer, not the model", "run git lfs pull in its folder"
        )
    if magic != b"GGUF":
        raise stream.error("it does not begin with GGUF")
    version = stream.number("I")
    if version not in _VERSIONS:
        if version & 0xFFFF == 0:
            raise stream.error("it is big-endian", "convert it on a little-endian machine")
        raise stream.error(
            f"its version is {version}", "convert the model with a current llama.cpp"
        )
    tensors, pairs = stream.number("Q"), stream.number("Q")
    if tensors > min(_MAX_TENSORS, stream.remaining // _SMALLEST_TENSOR):
        raise stream.error(f"it claims {tensors:,} tensors")
    if pairs > min(_MAX_PAIRS, stream.remaining // _SMALLEST_PAIR):
        raise stream.error(f"it claims {pairs:,} key-value pairs")
    return tensors, pairs


def _pair(stream: HeaderStream, header: GgufHeader, texts_left: int) -> int:
    """Read one key-value pair; return how many texts in arrays may still be passed over."""
    key = stream.text(_MAX_KEY)
    if key in header.values or key in header.lengths:
        raise stream.error(f"the key {excerpt(key)} stands twice")
    kind = stream.number("I")
    if kind == _ARRAY:
        element, length = stream.number("I"), stream.number("Q")
        header.lengths[key] = length
        return _skip_array(stream, element, length, texts_left)
    if kind == _TEXT:
        length = stream.number("Q")
        if length > _MAX_TEXT:
            stream.skip(length)
        else:
            raw = stream.take(length)
            with contextlib.suppress(UnicodeDecodeError):
                header.values[key] = raw.decode("utf-8")
    elif kind == _BOOLEAN:
        header.values[key] = bool(stream.number("B"))
    elif kind in _CODES:
        header.values[key] = stream.number(_CODES[kind])
    else:
        raise stream.error(f"the key {excerpt(key)} has the unknown type {kind}")
    return texts_left


def _skip_array(stream: HeaderStream, element: int, length: int, texts_left: int) -> int:
    if element in _WIDTHS:
        stream.skip(length * _WIDTHS[element])
        return texts_left
    if element != _TEXT:
        raise stream.error(f"an array has the unknown type {element}")
    if length > min(texts_left, stream.remaining // 8):
        raise stream.error(f"an array claims {length:,} texts")
    stream.skip_texts(length)
    return texts_left - length


def _tensor(stream: HeaderStream, header: GgufHeader) -> int:
    """Read one tensor's entry; return where its data ends, counted from where all data begins."""
    name = stream.text(_MAX_KEY)
    if name in header.tensors:
        raise stream.error(f"the tensor {excerpt(name)} stands twice")
    count = stream.number("I")
    if not 1 <= count <= _MAX_DIMENSIONS:
        raise stream.error(f"the tensor {excerpt(name)} has {count} dimensions")
    shape = tuple(stream.number("Q") for _ in range(count))
    elements = elements_of(shape)
    if not 0 < elements <= _MAX_ELEMENTS:
        raise stream.error(f"the shape of the tensor {excerpt(name)} is impossible")
    header.tensors[name] = shape
    block, size = _BLOCKS.get(stream.number("I"), (1, 0))
    offset: int = stream.number("Q")
    return offset + -(-elements // block) * size


def _require_data(stream: HeaderStream, header: GgufHeader, end: int) -> None:
    alignment = header.values.get("general.alignment", _DEFAULT_ALIGNMENT)
    if isinstance(alignment, (str, float)) or not 1 <= alignment <= _MAX_ALIGNMENT:
        raise stream.error("its alignment is impossible")
    start = -(-stream.position // alignment) * alignment
    if header.tensors and start + end > stream.size:
        raise stream.error(f"it is cut off, {start + end - stream.size:,} bytes are missing")


def elements_of(shape: tuple[int, ...]) -> int:
    """The product of the dimensions."""
    product = 1
    for dimension in shape:
        product *= dimension
    return product
