"""Read the rows of a file once: their texts, a bounded sample of them, and what was left out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Generic, NamedTuple, TypeVar

from advisor.catalogue import preparation
from advisor.microbench.preparing.choices import Marking, Markings, Options, read_options
from advisor.profilers import (
    SAMPLE_LIMIT,
    Columns,
    Opened,
    Shape,
    all_rows,
    first_answer,
    label_text,
    row_texts,
    rows,
)

_TWO_INPUTS = (Shape.PAIR, Shape.QUESTION_ANSWERING)


class RowTexts(NamedTuple):
    """What one row says.

    Attributes:
        inputs: the input, or two of them; none if the row has no text.
        target: what stands in the label or output column, maybe empty.
        options: the choices, for multiple choice.
        cut: whether some text was too long and was cut.
    """

    inputs: tuple[str, ...]
    target: str
    options: Options
    cut: bool


def texts_of(values: Mapping[str, Any], columns: Columns, where: str) -> RowTexts:
    """Read a row.

    Two texts that are to be compared, or a question and its context, are two inputs; a heading
    and its text, or an instruction and what it applies to, are joined by line breaks.

    Raises:
        AdvisorError: if a named column is missing in the row, or a value is no text.
    """
    texts, output = row_texts(values, columns, where)
    options = Options(())
    if columns.label is not None:
        output = label_text(values.get(columns.label), where=where)
    elif columns.shape is Shape.QUESTION_ANSWERING and columns.output is not None:
        output = first_answer(values.get(columns.output))
    if columns.shape is Shape.CHOICES:
        question, choices = columns.text
        texts = [text for name, text in zip(columns.text, texts, strict=True) if name == question]
        options = read_options(values.get(choices), where=where)
    inputs = _inputs(texts, columns.shape)
    most = preparation().most_characters
    return RowTexts(
        tuple(_bounded(text, most) for text in inputs),
        _bounded(output, most),
        Options(tuple(_bounded(text, most) for text in options.texts), options.names),
        cut=any(len(text) > most for text in [*inputs, output, *options.texts]),
    )


def _inputs(texts: list[str], shape: Shape) -> list[str]:
    stated = [text for text in texts if text.strip()]
    if not stated:
        return []
    return texts if shape in _TWO_INPUTS else ["\n".join(stated)]


def _bounded(text: str, most: int) -> str:
    """The start of a text, without half characters, which no JSON could carry."""
    return text.strip()[:most].encode("utf-8", "replace").decode("utf-8")


_SEED = 0
T = TypeVar("T")


class Reservoir(Generic[T]):
    """Keeps ``size`` of all items that it is shown, each with the same probability.

    The seed is fixed, so the same file gives the same sample.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._random = Random(_SEED)  # noqa: S311 - a sample, no secret
        self.kept: list[T] = []
        self.seen = 0

    def add(self, item: T) -> None:
        """Show the next item."""
        self.seen += 1
        if len(self.kept) < self._size:
            self.kept.append(item)
            return
        place = self._random.randrange(self.seen)
        if place < self._size:
            self.kept[place] = item

    @property
    def sampled(self) -> bool:
        """Whether some items were left out."""
        return self.seen > len(self.kept)


_FEWEST_CHOICES = 2


class UsableRow(NamedTuple):
    """A usable row and its place in the file."""

    place: int
    texts: RowTexts


class RowScan:
    """One pass over a file, keeping a sample of its usable rows.

    Attributes:
        sample: the usable rows that were kept.
        markings: how the right choice is marked in all usable rows.
        empty: rows without text, or without choices where there should be some.
        unlabelled: rows with text, but without a label or output.
        cut: usable rows with a text that was cut.
        stopped: whether SAMPLE_LIMIT ended the pass before the file did.
    """

    def __init__(self, columns: Columns, limit: int, marking: Marking | None) -> None:
        self.columns = columns
        self.sample: Reservoir[UsableRow] = Reservoir(limit)
        self.markings = Markings(marking)
        self.multiple_choice = columns.shape is Shape.CHOICES
        self.empty = self.unlabelled = self.cut = 0
        self.stopped = False

    def read(self, opened: Opened) -> None:
        """Look at all rows, but at no more than SAMPLE_LIMIT."""
        every = all_rows(opened.head, opened.source)
        for place, values in itertools.islice(every, SAMPLE_LIMIT):
            where = opened.source.where(place)
            self._add(place, texts_of(values, self.columns, where), where)
        self.stopped = next(every, None) is not None

    def _add(self, place: int, texts: RowTexts, where: str) -> None:
        if not texts.inputs or (self.multiple_choice and not _has_choices(texts)):
            self.empty += 1
        elif not texts.target:
            self.unlabelled += 1
        else:
            self.cut += texts.cut
            if self.multiple_choice:
                self.markings.add(texts.options, texts.target, where=where)
            self.sample.add(UsableRow(place, texts))


def _has_choices(texts: RowTexts) -> bool:
    choices = texts.options.texts
    return len(choices) >= _FEWEST_CHOICES and all(choices)


def notes_on(scan: RowScan, *, repeated: int, contradicting: int) -> Iterator[str]:
    """Sentences on what was left out, cut or taken for granted.

    Args:
        scan: the pass.
        repeated: sampled rows whose input stands further up.
        contradicting: inputs that come with different targets.
    """
    if scan.stopped:
        yield f"reading stopped after {rows(SAMPLE_LIMIT)}; the file holds more."
    if scan.empty:
        lacking = "text or choices" if scan.multiple_choice else "text"
        yield f"left out for want of {lacking}: {rows(scan.empty)}."
    if scan.unlabelled:
        yield f"left out for want of a label or output: {rows(scan.unlabelled)}."
    if scan.cut:
        yield f"cut to {preparation().most_characters:,} characters a text: {rows(scan.cut)}."
    if scan.sample.sampled:
        yield f"a sample of {len(scan.sample.kept):,} of {rows(scan.sample.seen)} is used."
    if repeated:
        yield f"left out as they repeat the input of an earlier row: {rows(repeated)}."
    if contradicting:
        yield f"inputs with different targets, of which the first counts: {contradicting:,}."
    if scan.multiple_choice and scan.markings.unclear:
        yield "the right choices may be counted from 0 or from 1; 0 is taken, so check this."
