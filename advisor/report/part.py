"""What records are made of: parts with named fields, written as JSON in the order of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from advisor.decide import Status
from advisor.methods import FULL, SOFT_PROMPT, load_methods

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:
    # It tells type checkers alone; from Python 3.11 on it is in typing.
    def dataclass_transform(**_: Any) -> Any:  # noqa: D103
        return lambda function: function


_T = TypeVar("_T")


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False)
def part_class(kind: type[_T]) -> type[_T]:
    """A class of fields that are all given by name.

    A type checker refuses to change one later. Python does not: watching for it, as comparing and
    showing, would double the time that the classes take to import.
    """
    return dataclass(slots=True, kw_only=True, eq=False, repr=False)(kind)


@part_class
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


Probability = Annotated[float, Within(0, 1)]
Count = Annotated[int, Within(0)]
MethodId = Annotated[str, Words(load_methods)]
Side = Annotated[str, Words(lambda: (SOFT_PROMPT, FULL))]
StatusWord = Annotated[str, Words(lambda: Status)]
