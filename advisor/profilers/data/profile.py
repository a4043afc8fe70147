"""Profile a training file and, if there is one, an evaluation file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.facts import Fact
from advisor.profilers.data.columns import Columns
from advisor.profilers.data.head import all_rows
from advisor.profilers.data.notes import eval_facts, eval_notes, train_facts, train_notes
from advisor.profilers.data.opening import open_evaluation, open_training
from advisor.profilers.data.rows import RowSource
from advisor.profilers.data.scan import EvalScan, Scan
from advisor.profilers.data.tokens import token_meter
from advisor.support import AdvisorError

SAMPLE_LIMIT = 5_000_000
"""Rows read of each file unless the caller says otherwise."""


@dataclass(frozen=True)
class DataProfile:
    """What the data files say.

    Attributes:
        facts: facts of the ``data.*`` family, and a first guess of ``task.type`` where clear.
        columns: the columns that were used, and whether they were named or guessed.
        notes: sentences that a person should see.
    """

    facts: tuple[Fact, ...]
    columns: Columns
    notes: tuple[str, ...]


def profile_data(
    train: str | Path,
    *,
    eval_data: str | Path | None = None,
    text_columns: Sequence[str] = (),
    label_column: str | None = None,
    tokenizer_folder: Path | None = None,
    sample_limit: int = SAMPLE_LIMIT,
) -> DataProfile:
    """Read the files once, row by row, and state what they hold.

    Args:
        train: the training file: JSONL, JSON list, CSV, TSV, text (also .gz) or Parquet.
        eval_data: the evaluation file; it needs the same columns.
        text_columns: the input columns; guessed if empty.
        label_column: the label column; guessed if None.
        tokenizer_folder: a folder with ``tokenizer.json``; without one, tokens are estimated.
        sample_limit: most rows read of each file; a note says so when it is reached.

    Raises:
        AdvisorError: if a file cannot be read, a row is malformed, a named column is missing, or
            no row is usable.
    """
    if sample_limit < 1:
        raise AdvisorError("the sample limit must be at least one row", where=str(sample_limit))
    source, head, columns = open_training(
        Path(train), text_columns=text_columns, label_column=label_column
    )
    tokens, token_note = token_meter(tokenizer_folder)
    scan = Scan(columns, tokens)
    scan.read(all_rows(head, source), source, sample_limit)
    _require_usable(scan, source)
    facts = list(train_facts(scan, source.name))
    notes = [*source.notes, *train_notes(scan, source.name), *filter(None, [token_note])]
    if eval_data is not None:
        more_facts, more_notes = _evaluate(Path(eval_data), Path(train), scan, sample_limit)
        facts.extend(more_facts)
        notes.extend(more_notes)
    return DataProfile(tuple(facts), columns, tuple(notes))


def _evaluate(
    path: Path, train: Path, scan: Scan, limit: int
) -> tuple[Iterable[Fact], Iterable[str]]:
    source, head, columns = open_evaluation(path, scan.columns, train)
    found = EvalScan(columns, scan.inputs)
    found.read(all_rows(head, source), source, limit)
    same = path.samefile(train)
    return eval_facts(found, source.name), eval_notes(found, source.name, same_file=same)


def _require_usable(scan: Scan, source: RowSource) -> None:
    labels = scan.labels
    if labels.numeric and labels.not_finite:
        raise AdvisorError(
            "the label is not a finite number, though all others are numbers",
            where=source.where(labels.not_finite),
            hint="leave a missing label empty, or write null",
        )
    if scan.rows == 0:
        what = "text" if scan.unlabelled == 0 else "both text and a label or output"
        raise AdvisorError(
            f"no row has {what}",
            where=str(source.path),
            hint=f"{scan.columns.describe()} Name others if these are wrong.",
        )
