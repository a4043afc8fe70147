"""What records are made of: parts with named fields, written as JSON in the order of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Part:
    """A part of the run file.

    A class may name fields in ``LEFT_OUT`` that its JSON lacks where they are None.
    """

    LEFT_OUT: ClassVar[frozenset[str]] = frozenset()
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"use_attribute_docstrings": True}


def plain(value: Any) -> Any:
    """A part, or what holds parts, as the values of JSON: each field a key, in order.

    A field such as ``from_`` is the key ``from``, which no field can be named.
    """
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if is_dataclass(value):
        out = getattr(value, "LEFT_OUT", ())
        found = ((key, getattr(value, name)) for key, name in _keys(value.__class__))
        return {key: plain(inner) for key, inner in found if inner is not None or key not in out}
    return value


@cache
def _keys(kind: Any) -> tuple[tuple[str, str], ...]:
    """Key and name of each field."""
    return tuple((field.name.rstrip("_"), field.name) for field in fields(kind))


def fields_of(part: Part) -> dict[str, Any]:
    """The fields of a part by name, to make a longer one of them."""
    return {field.name: getattr(part, field.name) for field in fields(part)}


class Within:
    """A number from low to high, for whoever checks a file; high is None where there is no end."""

    __slots__ = ("_high", "_low")

    def __init__(self, low: int, high: int | None = None) -> None:
        self._low, self._high = low, high

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """The check as pydantic asks for it."""
        ends = {"ge": self._low} if self._high is None else {"ge": self._low, "le": self._high}
        return {**handler(source), **ends}


class Words:
    """Text that is one of some words, which are asked for only where a file is checked."""

    __slots__ = ("_words",)

    def __init__(self, words: Callable[[], Iterable[str | Enum]]) -> None:
        self._words = words

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """The check as pydantic asks for it."""
        words = [word.value if isinstance(word, Enum) else word for word in self._words()]
        return {"type": "literal", "expected": words}
