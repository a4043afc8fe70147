"""What a data profile finds: facts with evidence, sentences for a person, a guess of the task."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Protocol

from advisor.facts import Fact, Interval, Source, Value
from advisor.profilers.data.columns import Chosen, Columns
from advisor.profilers.data.labels import MAX_LABELS, Labels, Lengths
from advisor.profilers.data.nearduplicates import MAX_FINGERPRINTS, MAX_TEXTS, SIMILAR
from advisor.profilers.data.scan import EvalScan, Scan
from advisor.profilers.data.shapes import Shape
from advisor.support import excerpt

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
    column = f"column {excerpt(scan.columns.label or '', 40)}"
    label, rows = labels.largest
    unit = "tags" if scan.columns.shape is Shape.TAGGED_TOKENS else "rows"
    yield _read("data.label_count", len(labels.counts), f"{name}: distinct values of {column}")
    share = rows / labels.total
    # Rounding must not make N equal labels fall below 1/N each, which would be impossible.
    if share * len(labels.counts) < 1:
        share = math.nextafter(share, 1.0)
    detail = f"{name}: {rows:,} of {labels.total:,} {unit} are {excerpt(label, 40)!r}"
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
    column = excerpt(scan.columns.label, 40)
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


_SHORT_OUTPUT_WORDS = 12
_LONG_OUTPUT_WORDS = 20
_MOST_CLASSES = 200
_MOST_PAIR_LABELS = 20
# More whole-number labels than this may as well be amounts, which would be regression.
_MOST_NUMBERED_CLASSES = 20

_BY_SHAPE = {
    Shape.TAGGED_TOKENS: ("sequence_labeling", "each row has a list of tokens and a list of tags"),
    Shape.QUESTION_ANSWERING: ("extractive_qa", "the answers stand in the context"),
    Shape.CHOICES: ("multiple_choice", "each row has a list of choices and the right one"),
    Shape.MATH: ("math_reasoning", "the answers are worked solutions that end in a number"),
    Shape.CODE: ("code", "the output column holds code by its name"),
}


class Counted(Protocol):
    """What the guess reads of a file: usable rows, labels, and lengths of outputs in words."""

    columns: Columns
    rows: int
    labels: Labels
    output_words: Lengths


def guess_task(scan: Counted) -> tuple[str, str] | None:
    """The task type and the reason in words, or None when it is unclear."""
    columns = scan.columns
    if columns.shape in _BY_SHAPE:
        return _BY_SHAPE[columns.shape]
    if columns.output is not None:
        return _generation(scan)
    if columns.label is not None:
        return _judgement(scan)
    return None


def _generation(scan: Counted) -> tuple[str, str] | None:
    if scan.output_words.total == 0:
        return None
    words = scan.output_words.quantile(0.5)
    reason = f"half of the outputs ({_shown(scan.columns.output)}) have at most {words} words"
    if words <= _SHORT_OUTPUT_WORDS:
        return "generation_short", reason
    return ("generation_long", reason) if words >= _LONG_OUTPUT_WORDS else None


def _judgement(scan: Counted) -> tuple[str, str] | None:
    columns, labels = scan.columns, scan.labels
    if labels.numeric and labels.fractional:
        return "regression", f"the labels ({_shown(columns.label)}) are numbers with fractions"
    count = len(labels.counts)
    most = _MOST_NUMBERED_CLASSES if labels.numeric else _MOST_CLASSES
    # A label that hardly comes back is no class that could be learned from this file.
    if not 2 <= count <= most or 2 * count > scan.rows:  # noqa: PLR2004 - one label is no choice
        return None
    if columns.shape is Shape.PAIR:
        if count > _MOST_PAIR_LABELS:
            return None
        names = ", ".join(_shown(name) for name in columns.text)
        return "nli_pair", f"two text columns ({names}) and {count} labels"
    return "classification", f"text and {count} distinct labels ({_shown(columns.label)})"


def _shown(name: str | None) -> str:
    return excerpt(name or "", 40)
