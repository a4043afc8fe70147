"""One pass over the rows of a file, keeping only bounded counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from advisor.profilers.data.cells import cell_text, label_text, split_answer
from advisor.profilers.data.columns import Chosen, Columns, require_column
from advisor.profilers.data.labels import Labels, Lengths
from advisor.profilers.data.nearduplicates import Fingerprints, NearDuplicates, fingerprint
from advisor.profilers.data.rows import FileRow, RowSource
from advisor.profilers.data.shapes import Shape
from advisor.profilers.data.tokens import TokenMeter


class Scan:
    """What one pass over a training file counts.

    Attributes:
        rows: usable rows: with text, and with a label or output where there is a column for it.
        empty: rows without any text.
        unlabelled: rows with text, but with a null or blank label or output.
        stopped: whether the sample limit ended the pass before the file did.
        inputs: fingerprints of the input columns, to find the same inputs in the evaluation file.
        examples: fingerprints of input and output together, to find repeated rows.
        near: distinct texts to be compared with each other.
        near_rows: how many of those nearly repeat another; set when the pass has ended.
        output_words: lengths of the outputs in words.
    """

    def __init__(self, columns: Columns, tokens: TokenMeter) -> None:
        self.columns = columns
        self.tokens = tokens
        self.rows = self.empty = self.unlabelled = self.near_rows = 0
        self.stopped = False
        self.labels = Labels()
        self.inputs = Fingerprints()
        self.examples = self.inputs if columns.output is None else Fingerprints()
        self.near = NearDuplicates()
        self.output_words = Lengths()

    def read(self, rows: Iterable[FileRow], source: RowSource, limit: int) -> None:
        """Count rows until the file or the limit ends."""
        for read, (place, values) in enumerate(rows):
            if read == limit:
                self.stopped = True
                break
            self._add(values, place, source.where(place))
        self.near_rows = self.near.count()

    def _add(self, values: Mapping[str, Any], place: int, where: str) -> None:
        texts, output = row_texts(values, self.columns, where)
        if not any(text.strip() for text in texts):
            self.empty += 1
            return
        columns = self.columns
        if columns.label is not None:
            if not self._add_label(values.get(columns.label), place, where):
                self.unlabelled += 1
                return
        elif columns.output is not None:
            if not output or output.isspace():
                self.unlabelled += 1
                return
            self.output_words.add(len(output.split()))
        self.rows += 1
        self._add_texts(texts, output)

    def _add_label(self, value: Any, place: int, where: str) -> bool:
        if self.columns.shape is Shape.TAGGED_TOKENS and isinstance(value, list):
            for tag in value:
                self.labels.add(label_text(tag, where=where), place)
            return bool(value)
        label = label_text(value, where=where)
        if label:
            self.labels.add(label, place)
        return bool(label)

    def _add_texts(self, texts: list[str], output: str) -> None:
        whole = [*texts, output] if output else texts
        mark = fingerprint(texts)
        self.inputs.add(mark)
        if self.examples is not self.inputs:
            mark = fingerprint(whole)
            self.examples.add(mark)
        text = "\n".join(whole)
        self.near.add(mark, text)
        self.tokens.add(text)


class EvalScan:
    """What one pass over an evaluation file counts.

    Attributes:
        rows: usable rows.
        skipped: rows without text, label or output.
        compared: rows whose input could be compared with the training file.
        overlapping: compared rows whose input also stands in the training file.
    """

    def __init__(self, columns: Columns, seen: Fingerprints) -> None:
        self.columns = columns
        self.seen = seen
        self.rows = self.skipped = self.compared = self.overlapping = 0
        self.stopped = False

    def read(self, rows: Iterable[FileRow], source: RowSource, limit: int) -> None:
        """Count rows until the file or the limit ends."""
        for read, (place, values) in enumerate(rows):
            if read == limit:
                self.stopped = True
                return
            self._add(values, source.where(place))

    def _add(self, values: Mapping[str, Any], where: str) -> None:
        texts, output = row_texts(values, self.columns, where)
        if self.columns.label is not None:
            output = label_text(values.get(self.columns.label), where=where)
        unlabelled = self.columns.label_chosen is not Chosen.NONE and not output.strip()
        if unlabelled or not any(text.strip() for text in texts):
            self.skipped += 1
            return
        self.rows += 1
        mark = fingerprint(texts)
        if mark < self.seen.threshold:
            self.compared += 1
            self.overlapping += mark in self.seen


def row_texts(values: Mapping[str, Any], columns: Columns, where: str) -> tuple[list[str], str]:
    """The input texts of a row, and the text that the model is to write (empty if none).

    Raises:
        AdvisorError: if a column that the user named is missing in the row.
    """
    if columns.shape is Shape.MESSAGES and columns.output is not None:
        _require_named(values, columns, where)
        asked, answer = split_answer(values.get(columns.output))
        return [cell_text(asked, where=where)], cell_text(answer, where=where)
    if any(name not in values for name in columns.used):
        _require_named(values, columns, where)
    texts = [cell_text(values.get(name), where=where) for name in columns.text]
    output = cell_text(values.get(columns.output), where=where) if columns.output else ""
    return texts, output


def _require_named(values: Mapping[str, Any], columns: Columns, where: str) -> None:
    """A named column must stand in every row; a guessed one that is missing counts as empty."""
    for name in columns.used:
        how = columns.text_chosen if name in columns.text else columns.label_chosen
        if how is Chosen.NAMED:
            require_column(name, values, where)
