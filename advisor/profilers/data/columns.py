"""Which columns are the text and which the label: named by the user, else guessed.

The guess goes by the shapes that public data sets have (chat messages, tokens with tags, question
and context, prompt and completion), then by column names, then by content: a label is the one
column whose values come back often, a text one of several words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from advisor.profilers.data import names
from advisor.profilers.data.head import ColumnStats, FirstRows
from advisor.profilers.data.rows import RowSource
from advisor.profilers.data.shapes import Found, Shape, find_shape
from advisor.support import AdvisorError, did_you_mean, excerpt

_LISTED = 20


def require_column(name: str, available: Iterable[str], where: str) -> None:
    """Raise AdvisorError, with the columns there are, unless ``name`` is one of them."""
    known = list(available)
    if name in known:
        return
    meant = did_you_mean(name, known)
    listed = ", ".join(excerpt(column, 40) for column in known[:_LISTED])
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    there = f"the columns are {listed}{more}" if known else "the row has no columns"
    raise AdvisorError(
        f"there is no column {excerpt(name)!r}",
        where=where,
        hint=f"{excerpt(meant, 200)} {there}".strip(),
    )


class Chosen(str, Enum):
    """How a column came to be used."""

    NAMED = "named"
    GUESSED = "guessed"
    NONE = "none"


@dataclass(frozen=True)
class Columns:
    """The columns that were used.

    Attributes:
        text: the input columns, read together as one text.
        label: the label column, if there is one.
        output: the column that a model is to write, for generation and question answering.
        text_chosen: whether ``text`` was named or guessed.
        label_chosen: whether ``label`` (or ``output``) was named or guessed.
        available: all columns of the file's first rows.
        shape: the arrangement that was recognised.
    """

    text: tuple[str, ...]
    label: str | None
    output: str | None
    text_chosen: Chosen
    label_chosen: Chosen
    available: tuple[str, ...]
    shape: Shape

    @property
    def used(self) -> tuple[str, ...]:
        """All columns that are read: text, label, output."""
        return (*self.text, *(name for name in (self.label, self.output) if name is not None))

    def describe(self) -> str:
        """One sentence for the user."""
        text = ", ".join(excerpt(name, 40) for name in self.text)
        parts = [f"text {text} ({self.text_chosen.value})"]
        for role, name in (("label", self.label), ("output", self.output)):
            if name is not None and name not in self.text:
                parts.append(f"{role} {excerpt(name, 40)} ({self.label_chosen.value})")
        if self.label is None and self.output is None:
            parts.append("no label column")
        return f"Columns used: {'; '.join(parts)}."


def choose_columns(
    head: FirstRows, source: RowSource, *, text_columns: Sequence[str], label_column: str | None
) -> Columns:
    """Decide on the columns from the first rows of the training file.

    Raises:
        AdvisorError: if a named column does not exist, or no text column can be found.
    """
    named = (*text_columns, *([label_column] if label_column is not None else []))
    if label_column is not None and label_column in text_columns:
        raise AdvisorError(
            f"the column {excerpt(label_column)!r} is named as text and as label",
            where=str(source.path),
            hint="name it once",
        )
    for name in named:
        require_column(name, head.columns, source.where(head.rows[0][0]))
    found = find_shape(head)
    if found is None or not _fits(found, text_columns, label_column):
        found = _by_name_and_content(head, tuple(text_columns), label_column)
    if not found.text:
        raise AdvisorError(
            "no column looks like text",
            where=str(source.path),
            hint="name the text columns; there are "
            + ", ".join(excerpt(name, 40) for name in list(head.columns)[:20]),
        )
    target = found.label or found.output
    return Columns(
        text=found.text,
        label=found.label,
        output=found.output,
        text_chosen=Chosen.NAMED if text_columns else Chosen.GUESSED,
        label_chosen=_how(target, label_column, text_columns),
        available=tuple(head.columns),
        shape=found.shape,
    )


def _how(target: str | None, label_column: str | None, text_columns: Sequence[str]) -> Chosen:
    if target is None:
        return Chosen.NONE
    named = target == label_column or target in text_columns
    return Chosen.NAMED if named else Chosen.GUESSED


def _fits(found: Found, text_columns: Sequence[str], label_column: str | None) -> bool:
    """Whether a recognised shape agrees with everything that the user named."""
    inputs, output = set(found.text), {found.output} - {None}
    if text_columns and set(text_columns) not in (inputs, inputs | output):
        return False
    return label_column is None or label_column in (found.label, found.output)


def _by_name_and_content(head: FirstRows, text: tuple[str, ...], label: str | None) -> Found:
    label = label or _guess_label(head, text)
    if not text:
        text = _guess_text(head, label)
    if label is not None and label.lower() in names.OUTPUTS and head.columns[label].is_free_text:
        return Found(Shape.GENERATION, text, output=label)
    if len(text) == 2 and not any(name.lower() in names.HEADINGS for name in text):  # noqa: PLR2004
        return Found(Shape.PAIR, text, label=label)
    return Found(Shape.PLAIN, text, label=label)


def _guess_label(head: FirstRows, text: tuple[str, ...]) -> str | None:
    for name in names.LABEL_COLUMNS:
        column = head.find([name], "text", "number", "boolean")
        if column is not None and column not in text and _can_be_label(head.columns[column]):
            return column
    others = [c for c in head.columns.values() if c.name not in text]
    others = [c for c in others if c.name.lower() not in names.TEXTS]
    repeating = [c.name for c in others if c.few_values and _is_short(c)]
    return repeating[0] if len(repeating) == 1 else None


def _can_be_label(column: ColumnStats) -> bool:
    return _is_short(column) and (column.kind != "text" or not column.is_prose or column.few_values)


def _is_short(column: ColumnStats) -> bool:
    simple = column.kind in ("text", "number", "boolean")
    return simple and column.longest <= 60 and not names.is_identifier(column.name)  # noqa: PLR2004


def _guess_text(head: FirstRows, label: str | None) -> tuple[str, ...]:
    """A known pair, a known name with its heading, all prose, or the only texts there are."""
    others = [c for c in head.columns.values() if c.name != label and c.kind == "text"]
    texts = [c.name for c in others if not names.is_identifier(c.name)]
    lowered = {name.lower(): name for name in texts}
    for pair in names.PAIRS:
        if all(name in lowered for name in pair):
            return tuple(lowered[name] for name in pair)
    is_prose: Callable[[str], bool] = lambda name: head.columns[name].is_prose  # noqa: E731
    for known in names.TEXTS:
        column = head.find([known])
        if column is not None and column != label:
            heading = [n for n in texts if n.lower() in names.HEADINGS and is_prose(n)]
            return (*heading, column)
    return tuple(filter(is_prose, texts)) or tuple(texts[:1])
