"""A first guess of the task type; none where the columns do not tell."""

from __future__ import annotations

from typing import Protocol

from advisor.profilers.data.columns import Columns
from advisor.profilers.data.labels import Labels, Lengths
from advisor.profilers.data.shapes import Shape
from advisor.support import excerpt

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
