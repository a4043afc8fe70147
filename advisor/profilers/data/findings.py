"""Turn the counts of a scan into facts, each with its line of evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator

from advisor.facts import Fact, Interval, Source
from advisor.facts.values import Value
from advisor.profilers.data.columns import Chosen
from advisor.profilers.data.rows import printable
from advisor.profilers.data.scan import EvalScan, Scan
from advisor.profilers.data.shapes import Shape
from advisor.profilers.data.task_guess import guess_task

_MOST_ROWS = 10**12
_FEW_ROWS = 20


def train_facts(scan: Scan, name: str) -> Iterator[Fact]:
    """The facts that the training file alone gives; ``name`` is its base name."""
    labelled = _count(scan) if has_answers(scan) else None
    yield _read("data.train_examples", labelled, f"{name}: {_count_evidence(scan)}")
    if scan.rows:
        for key, share in (("data.median_tokens", 0.5), ("data.p95_tokens", 0.95)):
            yield _read(key, scan.tokens.quantile(share), f"{name}: {scan.tokens.basis}")
    yield from _label_facts(scan, name)
    yield _read("data.duplicate_share", duplicate_share(scan), f"{name}: {_repeats(scan)}")
    guess = guess_task(scan)
    if guess is not None:
        detail = f"guess, please confirm: {guess[1]}"
        yield Fact("task.type", guess[0], Source.DETECTED, detail)


def has_answers(scan: Scan) -> bool:
    """Whether the rows hold what is to be learned, a label or an output, beside the input."""
    columns = scan.columns
    return columns.label is not None or columns.output is not None


def eval_facts(scan: EvalScan, name: str) -> Iterator[Fact]:
    """The facts that the evaluation file adds."""
    skipped = f", {scan.skipped:,} without text or label skipped" if scan.skipped else ""
    rows = f"at least {scan.rows:,} rows (stopped there)" if scan.stopped else f"{scan.rows:,} rows"
    yield _read("data.eval_examples", _count(scan), f"{name}: {rows}{skipped}")
    if scan.compared:
        sampled = " in a sample" if scan.compared < scan.rows else ""
        yield _read(
            "data.train_eval_overlap",
            scan.overlapping / scan.compared,
            f"{name}: {scan.overlapping:,} of {scan.compared:,} rows{sampled} also stand in the "
            "training data",
        )


def duplicate_share(scan: Scan) -> float:
    """The share of rows that repeat an earlier one exactly, or nearly."""
    exact = scan.examples.repeats / scan.examples.rows if scan.examples.rows else 0.0
    near = scan.near_rows / scan.near.texts if scan.near.texts else 0.0
    return exact + (1 - exact) * near


def holds_labels(scan: Scan) -> bool:
    """Whether the label column turned out to hold classes."""
    labels = scan.labels
    if scan.columns.label is None or not labels.counts or (labels.numeric and labels.fractional):
        return False
    if scan.columns.label_chosen is Chosen.NAMED or scan.columns.shape is Shape.TAGGED_TOKENS:
        return True
    return scan.rows < _FEW_ROWS or 2 * len(labels.counts) <= scan.rows


def _label_facts(scan: Scan, name: str) -> Iterator[Fact]:
    if not holds_labels(scan):
        return
    labels = scan.labels
    column = f"column {printable(scan.columns.label or '', 40)}"
    label, rows = labels.largest
    unit = "tags" if scan.columns.shape is Shape.TAGGED_TOKENS else "rows"
    yield _read("data.label_count", len(labels.counts), f"{name}: distinct values of {column}")
    share = rows / labels.total
    # Rounding must not make N equal labels fall below 1/N each, which would be impossible.
    if share * len(labels.counts) < 1:
        share = math.nextafter(share, 1.0)
    detail = f"{name}: {rows:,} of {labels.total:,} {unit} are {printable(label, 40)!r}"
    yield _read("data.largest_label_share", share, detail)


def _read(key: str, value: Value, detail: str) -> Fact:
    return Fact(key, value, Source.READ_FROM_FILE, detail)


def _count(scan: Scan | EvalScan) -> Value:
    """The number of rows; a file that was not read to its end has at least that many."""
    return Interval(scan.rows, _MOST_ROWS) if scan.stopped else scan.rows


def _count_evidence(scan: Scan) -> str:
    parts = [f"{scan.rows:,} rows"]
    if scan.stopped:
        parts = [f"at least {scan.rows:,} rows (reading stopped at the sample limit)"]
    if scan.empty:
        parts.append(f"{scan.empty:,} empty skipped")
    if scan.unlabelled:
        parts.append(f"{scan.unlabelled:,} without label skipped")
    if not has_answers(scan):
        parts.append("no label or output among them, so none counts as a labelled example")
    return ", ".join(parts)


def _repeats(scan: Scan) -> str:
    exact, rows = scan.examples.repeats, scan.examples.rows
    sampled = " (a sample)" if scan.examples.sampled else ""
    near, texts = scan.near_rows, scan.near.texts
    return (
        f"{exact:,} of {rows:,} rows{sampled} repeat exactly, "
        f"{near:,} of {texts:,} compared texts nearly"
    )
