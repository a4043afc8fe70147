"""The choices of a multiple-choice row, and which of them its label marks as the right one."""

from __future__ import annotations

import string
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from advisor.profilers import cell_text
from advisor.support import AdvisorError, excerpt

_NAMES = ("label", "key")


class Options(NamedTuple):
    """The choices of a row: their texts, and their names where the row names them."""

    texts: tuple[str, ...]
    names: tuple[str, ...] = ()


class Marking(str, Enum):
    """How a label marks the right choice."""

    NAME = "by its name"
    TEXT = "by its text"
    FROM_ZERO = "by its number, counted from 0"
    FROM_ONE = "by its number, counted from 1"
    LETTER = "by its letter"


def read_options(value: Any, *, where: str) -> Options:
    """The choices in a cell.

    A list holds them itself, or objects with ``text`` and maybe ``label``; an object holds lists
    under ``text`` and maybe ``label``, or the choices by their names.

    Raises:
        AdvisorError: if a choice is no text that can be read.
    """
    names: list[Any] = []
    if isinstance(value, dict) and isinstance(value.get("text"), (list, tuple)):
        texts = list(value["text"])
        names = next((value[n] for n in _NAMES if isinstance(value.get(n), (list, tuple))), [])
    elif isinstance(value, dict):
        names, texts = list(value), list(value.values())
    else:
        texts = list(value) if isinstance(value, (list, tuple)) else []
        names = [_own_name(item) for item in texts]
    read = tuple(cell_text(text, where=where).strip() for text in texts)
    named = tuple(cell_text(name, where=where).strip() for name in names)
    whole = len(named) == len(read) and all(named)
    return Options(read, named if whole else ())


class Markings:
    """Which ways of marking fit every row that was seen."""

    def __init__(self, known: Marking | None = None) -> None:
        self._fitting = list(Marking) if known is None else [known]

    def add(self, options: Options, label: str, *, where: str) -> None:
        """Look at the next row.

        Raises:
            AdvisorError: if no way of marking fits this row and all before it.
        """
        self._fitting = [way for way in self._fitting if _place(way, options, label) is not None]
        if not self._fitting:
            raise AdvisorError(
                f"the label {excerpt(label, 40)!r} does not tell which of the "
                f"{len(options.texts)} choices is right, read as in the rows before",
                where=where,
                hint="mark the right choice in all rows by its text, its letter, or its number, "
                "counted from 0 or from 1",
            )

    @property
    def marking(self) -> Marking:
        """The way that fits all rows; the first of several."""
        return self._fitting[0]

    @property
    def unclear(self) -> bool:
        """Whether the numbers may be counted from 0 as well as from 1."""
        counted = {Marking.FROM_ZERO, Marking.FROM_ONE}
        return self.marking in counted and counted <= set(self._fitting)


def right_choice(marking: Marking, options: Options, label: str) -> str:
    """The text of the right choice of a row that the marking fits."""
    place = _place(marking, options, label)
    if place is None:
        raise ValueError(f"{label!r} does not mark a choice {marking.value}")
    return options.texts[place]


def _place(marking: Marking, options: Options, label: str) -> int | None:
    found = _PLACES[marking](options, label)
    return found if found is not None and 0 <= found < len(options.texts) else None


def _among(label: str, listed: tuple[str, ...]) -> int | None:
    return listed.index(label) if label in listed else None


def _number(label: str) -> int | None:
    return int(label) if label.isascii() and label.isdigit() and len(label) < 10 else None  # noqa: PLR2004 - no row has that many


def _counted_from_one(label: str) -> int | None:
    number = _number(label)
    return None if number is None else number - 1


def _letter(label: str) -> int | None:
    place = string.ascii_uppercase.find(label.upper()) if len(label) == 1 else -1
    return place if place >= 0 else None


_PLACES: dict[Marking, Callable[[Options, str], int | None]] = {
    Marking.NAME: lambda options, label: _among(label, options.names),
    Marking.TEXT: lambda options, label: _among(label, options.texts),
    Marking.FROM_ZERO: lambda _, label: _number(label),
    Marking.FROM_ONE: lambda _, label: _counted_from_one(label),
    Marking.LETTER: lambda _, label: _letter(label),
}


def _own_name(item: Any) -> Any:
    if not isinstance(item, dict) or "text" not in item:
        return ""
    return next((item[name] for name in _NAMES if name in item), "")
