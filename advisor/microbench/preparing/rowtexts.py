"""The input, the target and the choices of one row, as bounded and encodable texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from advisor.microbench.preparing.choices import Options, read_options
from advisor.microbench.preparing.table import preparation
from advisor.profilers.data.cells import label_text
from advisor.profilers.data.columns import Columns
from advisor.profilers.data.scan import row_texts
from advisor.profilers.data.shapes import Shape, first_answer

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
    most = preparation()["most_characters"]
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
