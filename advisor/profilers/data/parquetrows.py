"""Rows of Parquet files, read batch by batch with pyarrow where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from advisor.profilers.data.rows import Row, RowSource
from advisor.support.errors import AdvisorError
from advisor.support.textfiles import require_regular_file

_BATCH_ROWS = 256


def read_parquet(path: Path, *, what: str) -> RowSource:
    """A Parquet file; pyarrow is imported here and nowhere else.

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


def _rows(path: Path, pyarrow: Any) -> Iterator[Row]:
    number = 0
    try:
        with pyarrow.parquet.ParquetFile(path) as opened:
            for batch in opened.iter_batches(batch_size=_BATCH_ROWS):
                for values in batch.to_pylist():
                    number += 1
                    yield number, values
    # Most of Arrow's errors share a base; it also lets plain ones through.
    except (pyarrow.ArrowException, ValueError, OSError, RuntimeError) as error:
        reason = (str(error).splitlines() or ["unknown reason"])[0][:200]
        raise AdvisorError(
            f"the file cannot be read as Parquet: {reason}",
            where=f"{path}, after row {number}",
            hint="check that it was written completely, and that the suffix is right",
        ) from None
