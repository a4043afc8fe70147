"""Rows of Parquet files, read batch by batch with pyarrow where it is installed.

A few bytes of a file can stand for a text of megabytes that each of many rows names, or for a list
of a billion nulls. So few rows are read at once where texts are long, Arrow gets so much memory and
no more, and what a row takes is known before it is made.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from advisor.profilers.data.lines import MAX_LINE_BYTES
from advisor.profilers.data.rows import (
    MAX_VALUES,
    FileRow,
    RowSource,
    require_few_columns,
    too_many_values,
)
from advisor.support import AdvisorError, excerpt, memory_limited, require_regular_file

_NUMBER_BYTES = 8


class Cost(NamedTuple):
    """The size of values.

    Attributes:
        bytes: of texts, byte strings and numbers.
        values: how many there are, the lists and objects around them included.
    """

    bytes: int
    values: int


def _total(costs: Iterable[Cost]) -> Cost:
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
    inner = _total(map(cost_of, _parts(array)))
    return Cost(inner.bytes, len(array) + inner.values)


def _longest_entry(array: Any) -> int:
    """The bytes of the longest text in the dictionaries of an array, 0 if it has none."""
    import pyarrow as arrow  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    if arrow.types.is_dictionary(array.type):
        return int(compute.max(compute.binary_length(array.dictionary)).as_py() or 0)
    if not arrow.types.is_nested(array.type):
        return 0
    return max(map(_longest_entry, _parts(array)), default=0)


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


_MOST_ROWS = 256
_USUAL_BYTES = 4 * 1024 * 1024
"""Of a batch whose rows are as long as the file tells of itself."""
_MOST_BYTES = 64 * 1024 * 1024
"""Of a batch whose rows all name the longest texts."""
_MEMORY = 256 * 1024 * 1024
"""Of Arrow: the pages that are open, and a batch of them."""
_READING = {"buffer_size": 1024 * 1024, "pre_buffer": False}


def read_parquet(path: Path, *, what: str) -> RowSource:
    """A Parquet file; pyarrow is imported here and in arrowcost.py alone.

    Raises:
        AdvisorError: if pyarrow is missing or the file is not valid Parquet.
    """
    require_regular_file(path, what=what)
    return RowSource(path, "Parquet", "row", _rows(path, _pyarrow(path)))


def _pyarrow(path: Path) -> Any:
    try:
        import pyarrow.parquet  # noqa: PLC0415 - heavy, and only this format needs it
    except ImportError:
        raise AdvisorError(
            "reading Parquet needs the package pyarrow, which is not installed",
            where=str(path),
            hint="pip install 'tuning-advisor[parquet]', or convert the file to JSON Lines",
        ) from None
    return pyarrow


def _rows(path: Path, pyarrow: Any) -> Iterator[FileRow]:
    number = 0
    try:
        for batch in _batches(path, pyarrow):
            for part in _affordable(batch, f"{path}, row", number):
                for values in part.to_pylist():
                    number += 1
                    yield number, values
    except MemoryError:
        raise AdvisorError(
            f"the next rows take more than {_MEMORY >> 20} MiB to unpack",
            where=f"{path}, after row {number}",
            hint="convert the file to JSON Lines, or write it with shorter texts and smaller pages",
        ) from None
    # Most of Arrow's errors share a base; it also lets plain ones through.
    except (pyarrow.ArrowException, ValueError, OSError, RuntimeError) as error:
        reason = (str(error).splitlines() or ["unknown reason"])[0][:200]
        raise AdvisorError(
            f"the file cannot be read as Parquet: {reason}",
            where=f"{path}, after row {number}",
            hint="check that it was written completely, and that the suffix is right",
        ) from None


def _batches(path: Path, pyarrow: Any) -> Iterator[Any]:
    with contextlib.ExitStack() as opened:
        with _bounded(pyarrow):
            file = opened.enter_context(pyarrow.parquet.ParquetFile(path, **_READING))
            require_few_columns(len(file.schema_arrow.names), str(path))
            named = _named_texts(file)
            entries = opened.enter_context(
                pyarrow.parquet.ParquetFile(path, read_dictionary=named, **_READING)
            )
        for group in range(file.num_row_groups):
            with _bounded(pyarrow):
                rows = _batch_rows(file.metadata.row_group(group), _longest(entries, group, named))
                batches = file.iter_batches(rows, row_groups=[group], use_threads=False)
                batch = next(batches, None)
            while batch is not None:
                yield batch
                with _bounded(pyarrow):
                    batch = next(batches, None)


def _named_texts(file: Any) -> list[str]:
    """The columns with texts that stand once, in a dictionary, and are named by the rows."""
    groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    return [
        file.schema.column(place).path
        for place in range(len(file.schema))
        if file.schema.column(place).physical_type == "BYTE_ARRAY"
        and any("DICTIONARY" in form for group in groups for form in group.column(place).encodings)
    ]


def _longest(entries: Any, group: int, columns: list[str]) -> int:
    """The bytes of a row that names the longest text of each dictionary.

    A dictionary stands before the first row that names one of its texts, and is shown whole.
    """
    settings = {"row_groups": [group], "columns": columns, "use_threads": False}
    first = next(entries.iter_batches(_MOST_ROWS, **settings), None) if columns else None
    return 0 if first is None else sum(map(_longest_entry, first.columns))


def _batch_rows(group: Any, longest: int) -> int:
    """How many rows to read at once: few if they are long, or may be."""
    usual = int(group.total_byte_size) // max(int(group.num_rows), 1)
    most = min(_USUAL_BYTES // max(usual, 1), _MOST_BYTES // max(longest, 1), _MOST_ROWS)
    return max(most, 1)


@contextlib.contextmanager
def _bounded(pyarrow: Any) -> Iterator[None]:
    """Let Arrow hold no more than _MEMORY, where the system can limit that."""
    before, system = pyarrow.default_memory_pool(), pyarrow.system_memory_pool()
    pyarrow.set_memory_pool(system)  # the others reserve memory far beyond what they need
    try:
        with memory_limited(max(_MEMORY - system.bytes_allocated(), 0)):
            yield
    finally:
        pyarrow.set_memory_pool(before)


def _affordable(batch: Any, where: str, number: int) -> Iterator[Any]:
    """The batch in parts of which each takes no more than one row may.

    Raises:
        AdvisorError: if there is a row that takes more.
    """
    costs = [cost_of(column) for column in batch.columns]
    size, count = _total(costs)
    if size <= MAX_LINE_BYTES and count <= MAX_VALUES:
        yield batch
    elif batch.num_rows > 1:
        half = batch.num_rows // 2
        yield from _affordable(batch.slice(0, half), where, number)
        yield from _affordable(batch.slice(half), where, number + half)
    elif count > MAX_VALUES:
        raise too_many_values(count, f"{where} {number + 1}")
    else:
        largest = max(range(len(costs)), key=lambda place: costs[place].bytes)
        name = excerpt(batch.schema.names[largest], 40)
        raise AdvisorError(
            f"the row holds {size:,} bytes, more than {MAX_LINE_BYTES // 1024 // 1024} MiB, most "
            f"of them in the column {name!r}",
            where=f"{where} {number + 1}",
            hint="leave the column out, or shorten texts that no model could read whole",
        )
