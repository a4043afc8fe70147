"""Read a user's file into examples, by the readers of the data profile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from advisor.microbench.preparing.choices import Marking, right_choice
from advisor.microbench.preparing.rows import RowScan, RowTexts, notes_on
from advisor.microbench.preparing.slices import Slice, first_of_each
from advisor.microbench.records import Example
from advisor.profilers import Columns, RowSource, open_evaluation, open_training
from advisor.support import AdvisorError, excerpt


def read_examples(
    path: str | Path,
    *,
    limit: int,
    text_columns: Sequence[str] = (),
    label_column: str | None = None,
    train: Slice | None = None,
) -> Slice:
    """Read a training file, or an evaluation file like the training file that was read before.

    Of a file with more than ``limit`` usable rows a uniform sample is taken; of rows with the same
    input only the first is kept. At most SAMPLE_LIMIT rows are looked at.

    Args:
        path: JSONL, JSON list, CSV, TSV, text (also .gz) or Parquet.
        limit: most examples, and most rows that are held in memory beside the first ones.
        text_columns: the input columns; guessed if empty.
        label_column: the label column; guessed if None.
        train: for an evaluation file, the training examples: the same columns are read, and the
            right choice is marked in the same way.

    Raises:
        AdvisorError: if the file cannot be read, a row is malformed, no column holds what is to be
            learned, or no row is usable.
    """
    if train is None:
        opened = open_training(Path(path), text_columns=text_columns, label_column=label_column)
    else:
        opened = open_evaluation(Path(path), train.columns, train.path)
    _require_target(opened.columns, opened.source)
    scan = RowScan(opened.columns, limit, train.marking if train else None)
    scan.read(opened)
    if not scan.sample.kept:
        raise AdvisorError(
            "no row has both text and a label or output",
            where=str(opened.source.path),
            hint=f"{opened.columns.describe()} Name others if these are wrong.",
        )
    return _slice(scan, opened.source, is_training=train is None)


def _require_target(columns: Columns, source: RowSource) -> None:
    if columns.label is None and columns.output is None:
        there = ", ".join(excerpt(name, 40) for name in columns.available[:20])
        raise AdvisorError(
            "no column was found that holds the label or the output",
            where=str(source.path),
            hint=f"name it with --label-column; the columns are {there}",
        )


def _slice(scan: RowScan, source: RowSource, *, is_training: bool) -> Slice:
    marking = scan.markings.marking if scan.multiple_choice else None
    kept = sorted(scan.sample.kept, key=lambda row: row.place)
    drafts = [_example(row.texts, marking) for row in kept]
    numbers, contradicting = first_of_each(drafts)
    found = notes_on(scan, repeated=len(drafts) - len(numbers), contradicting=contradicting)
    notes = [f"{source.name}: {note}" for note in found]
    if is_training:
        notes = [*source.notes, scan.columns.describe(), *notes]
    return Slice(
        path=source.path,
        unit=source.unit,
        examples=tuple(drafts[number] for number in numbers),
        places=tuple(kept[number].place for number in numbers),
        columns=scan.columns,
        marking=marking,
        notes=tuple(notes),
    )


def _example(texts: RowTexts, marking: Marking | None) -> Example:
    if marking is None:
        return Example(inputs=texts.inputs, target=texts.target)
    target = right_choice(marking, texts.options, texts.target)
    return Example(inputs=texts.inputs, target=target, choices=texts.options.texts)
