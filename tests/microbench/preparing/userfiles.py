"""Files as users have them, and examples made directly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from advisor.microbench.preparing.examples import read_examples
from advisor.microbench.preparing.slices import Slice
from advisor.microbench.records import Example

SPAM = Path(__file__).resolve().parents[3] / "examples" / "spam"


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_rows(folder: Path, rows: list[dict[str, Any]], **options: Any) -> Slice:
    return read_examples(write_rows(folder / "rows.jsonl", rows), **{"limit": 10_000, **options})


def labelled(count: int, labels: tuple[str, ...] = ("a", "b"), key: str = "text") -> list[dict]:
    """Rows with distinct texts and labels in turn."""
    return [
        {key: f"this is the text number {n}", "label": labels[n % len(labels)]}
        for n in range(count)
    ]


def slice_of(examples: list[Example], like: Slice, name: str = "made.jsonl") -> Slice:
    """Examples as if they had been read from a file with the columns of another one."""
    return Slice(
        path=Path(name),
        unit="line",
        examples=tuple(examples),
        places=tuple(range(1, len(examples) + 1)),
        columns=like.columns,
    )
