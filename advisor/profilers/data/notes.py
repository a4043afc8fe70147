"""The sentences about a data file that a person should see."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.profilers.data.findings import has_answers, holds_labels
from advisor.profilers.data.fingerprints import MAX_FINGERPRINTS
from advisor.profilers.data.labels import MAX_LABELS
from advisor.profilers.data.nearduplicates import MAX_TEXTS, SIMILAR
from advisor.profilers.data.rows import printable
from advisor.profilers.data.scan import EvalScan, Scan


def train_notes(scan: Scan, name: str) -> Iterator[str]:
    """Notes on the training file."""
    yield scan.columns.describe()
    if scan.stopped:
        yield (
            f"{name}: reading stopped at the sample limit after "
            f"{scan.rows + scan.empty + scan.unlabelled:,} rows; the file holds more."
        )
    if scan.empty:
        yield f"{name}: {rows(scan.empty)} without text were skipped."
    if scan.unlabelled:
        yield f"{name}: {rows(scan.unlabelled)} without a label or output were skipped."
    if not has_answers(scan):
        yield (
            f"{name}: no label or output column was found, so the rows do not count as training "
            "examples; name it with --label-column, or state data.train_examples."
        )
    yield from _label_notes(scan, name)
    yield from _duplicate_notes(scan, name)


def eval_notes(scan: EvalScan, name: str, *, same_file: bool) -> Iterator[str]:
    """Notes on the evaluation file."""
    if same_file:
        yield "The training and the evaluation file are the same file: no score on it means much."
    if scan.stopped:
        yield f"{name}: reading stopped at the sample limit; the file holds more rows."
    if scan.skipped:
        yield f"{name}: {rows(scan.skipped)} without text or label were skipped."
    if scan.overlapping and not same_file:
        yield f"{name}: {rows(scan.overlapping)} also stand in the training data."
    if scan.compared < scan.rows:
        yield f"{name}: the overlap is measured on a sample of {rows(scan.compared)}."


def _label_notes(scan: Scan, name: str) -> Iterator[str]:
    if scan.columns.label is None:
        return
    column = printable(scan.columns.label, 40)
    if scan.labels.too_many:
        yield (
            f"{name}: column {column} has more than {MAX_LABELS:,} distinct values, so it is not "
            "taken as a label column."
        )
    elif not holds_labels(scan):
        kind = "numbers" if scan.labels.numeric else "values that hardly come back"
        yield f"{name}: column {column} holds {kind}, so its labels are not counted."
    elif len(scan.labels.counts) == 1:
        yield f"{name}: every row has the same label, so there is nothing to learn from it."


def _duplicate_notes(scan: Scan, name: str) -> Iterator[str]:
    repeats, near = scan.examples.repeats, scan.near_rows
    if repeats:
        yield f"{name}: {rows(repeats)} repeat an earlier row (case and spacing aside)."
    if near:
        yield (
            f"{name}: {rows(near)} nearly repeat another row "
            f"(at least {SIMILAR:.0%} of the word triples in common)."
        )
    if scan.examples.sampled:
        yield (
            f"{name}: more than {MAX_FINGERPRINTS:,} distinct rows, so duplicates are counted in a "
            f"sample of {scan.examples.share_kept:.1%} of them."
        )
    if scan.near.sampled:
        yield (
            f"{name}: near duplicates are looked for among {rows(scan.near.texts)} only (at most "
            f"{MAX_TEXTS:,}), so the share of duplicates can be higher."
        )


def rows(count: int) -> str:
    """``1 row`` or ``2,000 rows``."""
    return f"{count:,} row" + ("" if count == 1 else "s")
