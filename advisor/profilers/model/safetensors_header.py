"""Reads the header of a safetensors file: names, types and shapes, never the weights.

The layout is eight bytes with the header's length, the header as a JSON object, then the data. A
tensor's place in the data is checked against its shape and the file's size, so that a truncated
or damaged file is found without reading it.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard

from advisor.support import AdvisorError, excerpt, parse_json, require_regular_file

MAX_HEADER_BYTES = 4 * 1024 * 1024
"""Largest header read; that of a shard with ten thousand tensors has about one MB."""

_BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I8", "U8", "BOOL"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}
_MAX_ELEMENTS = 10**15
_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor of a safetensors file.

    Attributes:
        dtype: its type as the file writes it, such as `BF16`.
        shape: its dimensions.
        elements: their product.
        path: the file that holds it.
        start: where its data begins in the file, in bytes.
        size: how long its data is, in bytes.
    """

    dtype: str
    shape: tuple[int, ...]
    elements: int
    path: Path
    start: int
    size: int


def read_safetensors_header(path: Path) -> dict[str, TensorInfo]:
    """Return the tensors of a file by name.

    Raises:
        AdvisorError: if it cannot be read, or is no intact safetensors file.
    """
    require_regular_file(path, what="weight file")
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            header = _header_bytes(stream, size, path)
    except OSError as error:
        raise AdvisorError(
            f"the weight file cannot be read: {error.strerror or error}", where=excerpt(str(path))
        ) from None
    try:
        text = header.decode("utf-8")
    except UnicodeDecodeError:
        raise _broken(path, "its header is not UTF-8 text") from None
    raw = parse_json(text, where=f"header of {excerpt(str(path))}")
    if not isinstance(raw, dict):
        raise _broken(path, "its header is not a JSON object")
    return _tensors(raw, path, _LENGTH_BYTES + len(header), size)


def _broken(path: Path, problem: str, hint: str = "download it again") -> AdvisorError:
    return AdvisorError(
        f"this is not an intact safetensors file: {problem}", where=excerpt(str(path)), hint=hint
    )


def _header_bytes(stream: BinaryIO, size: int, path: Path) -> bytes:
    prefix = stream.read(_LENGTH_BYTES)
    if len(prefix) < _LENGTH_BYTES:
        raise _broken(path, "it is empty or cut off")
    if prefix == b"version ":
        raise _broken(
            path, "it is a Git LFS pointer, not the weights", "run git lfs pull in its folder"
        )
    (length,) = struct.unpack("<Q", prefix)
    if length > MAX_HEADER_BYTES:
        raise _broken(path, f"its header claims {length:,} bytes")
    if _LENGTH_BYTES + length > size:
        raise _broken(path, "it is cut off within its header")
    header = stream.read(length)
    if len(header) < length:
        raise _broken(path, "it is cut off within its header")
    return header


def _tensors(raw: dict[str, Any], path: Path, start: int, size: int) -> dict[str, TensorInfo]:
    tensors = {
        name: _tensor(name, entry, path, start)
        for name, entry in raw.items()
        if name != "__metadata__"
    }
    end = start
    for name, tensor in sorted(tensors.items(), key=lambda item: (item[1].start, item[1].size)):
        if tensor.start != end:
            raise _broken(path, f"the tensor {excerpt(name)} does not follow the one before it")
        end += tensor.size
    if end > size:
        raise _broken(path, f"it is cut off, {end - size:,} bytes are missing")
    if end < size:
        raise _broken(path, f"it has {size - end:,} bytes that belong to no tensor")
    return tensors


def _tensor(name: str, entry: Any, path: Path, start: int) -> TensorInfo:
    shown = excerpt(name)
    if not isinstance(entry, dict):
        raise _broken(path, f"the entry of {shown} is not an object")
    dtype, shape, offsets = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if not isinstance(dtype, str) or not _whole_numbers(shape) or not _whole_numbers(offsets):
        raise _broken(path, f"the entry of {shown} lacks a type, a shape or offsets")
    elements = _product(shape)
    begin, end = offsets if len(offsets) == 2 else (1, 0)  # noqa: PLR2004 - a pair
    if elements > _MAX_ELEMENTS or end < begin or end > _MAX_ELEMENTS:
        raise _broken(path, f"the shape or the offsets of {shown} are impossible")
    bits = _BITS.get(dtype)
    if bits is not None and elements * bits != (end - begin) * 8:
        raise _broken(path, f"the shape of {shown} does not agree with its size")
    return TensorInfo(dtype, tuple(shape), elements, path, start + begin, end - begin)


def _product(shape: list[int]) -> int:
    """The product of the dimensions, cut short once it is absurd."""
    if 0 in shape:
        return 0
    product = 1
    for dimension in shape:
        product *= dimension
        if product > _MAX_ELEMENTS:
            break
    return product


def _whole_numbers(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(
        isinstance(entry, int) and not isinstance(entry, bool) and entry >= 0 for entry in value
    )
