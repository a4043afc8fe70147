"""One pass over the rows of a user's file, and what there is to say about it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from advisor.microbench.preparing.choices import Marking, Markings
from advisor.microbench.preparing.rowtexts import RowTexts, texts_of
from advisor.microbench.preparing.sampling import Reservoir
from advisor.microbench.preparing.table import preparation
from advisor.profilers.data import SAMPLE_LIMIT
from advisor.profilers.data.columns import Columns
from advisor.profilers.data.head import all_rows
from advisor.profilers.data.notes import rows
from advisor.profilers.data.opened import Opened
from advisor.profilers.data.shapes import Shape

_FEWEST_CHOICES = 2


class Row(NamedTuple):
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
        self.sample: Reservoir[Row] = Reservoir(limit)
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
            self.sample.add(Row(place, texts))


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
        yield f"cut to {preparation()['most_characters']:,} characters a text: {rows(scan.cut)}."
    if scan.sample.sampled:
        yield f"a sample of {len(scan.sample.kept):,} of {rows(scan.sample.seen)} is used."
    if repeated:
        yield f"left out as they repeat the input of an earlier row: {rows(repeated)}."
    if contradicting:
        yield f"inputs with different targets, of which the first counts: {contradicting:,}."
    if scan.multiple_choice and scan.markings.unclear:
        yield "the right choices may be counted from 0 or from 1; 0 is taken, so check this."
