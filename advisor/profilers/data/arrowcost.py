"""What Arrow's arrays take once they are Python values, told before any is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

_NUMBER_BYTES = 8


class Cost(NamedTuple):
    """The size of values.

    Attributes:
        bytes: of texts, byte strings and numbers.
        values: how many there are, the lists and objects around them included.
    """

    bytes: int
    values: int


def total(costs: Iterable[Cost]) -> Cost:
    """All of the costs together."""
    found = list(costs)
    return Cost(sum(cost.bytes for cost in found), sum(cost.values for cost in found))


def cost_of(array: Any) -> Cost:
    """The cost of all values of an array.

    Raises:
        NotImplementedError: if its type is none that a Parquet file is read as.
    """
    import pyarrow as arrow  # noqa: PLC0415 - heavy, and only Parquet needs it
    from pyarrow import compute  # noqa: PLC0415

    kind, types = array.type, arrow.types
    if types.is_dictionary(kind):
        sizes = compute.take(compute.binary_length(array.dictionary), array.indices)
        return Cost(compute.sum(sizes).as_py() or 0, len(array))
    if str(kind) in ("string_view", "binary_view"):
        array = array.cast(arrow.large_binary())
    if str(array.type) in ("string", "large_string", "binary", "large_binary"):
        return Cost(compute.sum(compute.binary_length(array)).as_py() or 0, len(array))
    if types.is_fixed_size_binary(kind) or types.is_decimal(kind):
        return Cost(len(array) * kind.byte_width, len(array))
    if types.is_null(kind) or types.is_primitive(kind):
        return Cost(len(array) * _NUMBER_BYTES, len(array))
    inner = total(map(cost_of, _parts(array)))
    return Cost(inner.bytes, len(array) + inner.values)


def longest_entry(array: Any) -> int:
    """The bytes of the longest text in the dictionaries of an array, 0 if it has none."""
    import pyarrow as arrow  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    if arrow.types.is_dictionary(array.type):
        return int(compute.max(compute.binary_length(array.dictionary)).as_py() or 0)
    if not arrow.types.is_nested(array.type):
        return 0
    return max(map(longest_entry, _parts(array)), default=0)


def _parts(array: Any) -> list[Any]:
    """The arrays that lists or objects are made of, cut to what these hold."""
    import pyarrow as arrow  # noqa: PLC0415

    kind, types = array.type, arrow.types
    if isinstance(array, arrow.ExtensionArray):
        return [array.storage]
    if types.is_struct(kind):
        return list(array.flatten())
    if types.is_list(kind) or types.is_large_list(kind) or types.is_map(kind):
        first, last = array.offsets[0].as_py(), array.offsets[-1].as_py()
        return [array.values.slice(first, last - first)]
    if types.is_fixed_size_list(kind) or str(kind).startswith(("list_view", "large_list_view")):
        return [array.flatten()]
    raise NotImplementedError(f"columns of the type {kind} are not read")
