"""Memory and time of every combination that a report offers, in few enough letters to travel."""

from __future__ import annotations

import itertools
import math
import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from advisor.facts import Interval, Value
from advisor.facts.vocabulary import FactType, Vocabulary

KINDS = ("memory_gib", "hours")
_WIDTH = 2
_LEVELS = 36**_WIDTH - 1
"""Steps of the scale; over six powers of ten a number is told to half a percent."""
_UNKNOWN = "." * _WIDTH
_DIGITS = string.digits + string.ascii_lowercase
_Ends: TypeAlias = "tuple[float | None, float | None]"
"""Least and greatest value; None for one that is unknown or without limit."""


def offered_estimates(
    vocabulary: Vocabulary, counts: Sequence[int], found: Sequence[Mapping[str, Value] | None]
) -> list[dict[str, Any]]:
    """What is shown of memory and time, as data.

    Args:
        vocabulary: the facts.
        counts: settings of each knob.
        found: the values by fact for every combination, the last knob's settings running fastest;
            None where they contradict each other.

    Returns:
        For each of `KINDS` that is known anywhere the ``methods`` that have it; the ``knobs`` that
        it depends on, by number; and for every combination of these and every method one code, or
        two (``ends``) where some estimate is a range. A code of ``width`` digits in base 36 is a
        place on a scale from ``first`` in equal ratios: ``first * ratio ** code``. Dots stand for
        unknown, and for an end without limit.
    """
    shown = []
    for kind in KINDS:
        keys = _known(vocabulary, kind, found)
        if keys:
            rows = [[_ends((v or {}).get(key), vocabulary[key]) for key in keys] for v in found]
            shown.append(_encoded(kind, keys, counts, rows))
    return shown


def base36(number: int) -> str:
    """A whole number from 0 in digits and small letters."""
    high, low = divmod(number, len(_DIGITS))
    return (base36(high) if high else "") + _DIGITS[low]


def _known(
    vocabulary: Vocabulary, kind: str, found: Sequence[Mapping[str, Value] | None]
) -> list[str]:
    keys = (f"estimate.{method}.{kind}" for method in vocabulary.methods)
    return [key for key in keys if any(v and v.get(key) is not None for v in found)]


def _ends(value: Value, fact_type: FactType) -> _Ends:
    if isinstance(value, Interval):
        most = fact_type.range[1] if fact_type.range else math.inf
        return value.low, None if value.high >= most else value.high
    number = float(value) if isinstance(value, (int, float)) else None
    return number, number


def _encoded(
    kind: str, keys: Sequence[str], counts: Sequence[int], rows: Sequence[Sequence[_Ends]]
) -> dict[str, Any]:
    knobs = [number for number in range(len(counts)) if _matters(number, counts, rows)]
    kept = [row for place, row in _placed(counts, rows) if not _elsewhere(place, knobs)]
    numbers = [number for row in kept for one in row for number in one if number]
    first, last = min(numbers, default=1.0), max(numbers, default=1.0)
    ratio = (last / first) ** (1 / _LEVELS)
    ends = 2 if any(low != high for row in kept for low, high in row) else 1
    codes = (_code(n, first, ratio) for row in kept for one in row for n in one[:ends])
    return {
        "kind": kind,
        "methods": [key.split(".")[1] for key in keys],
        "knobs": knobs,
        "first": float(f"{first:.6g}"),
        "ratio": float(f"{ratio:.10g}"),
        "ends": ends,
        "width": _WIDTH,
        "cells": "".join(codes),
    }


def _placed(
    counts: Sequence[int], rows: Sequence[Sequence[_Ends]]
) -> Iterator[tuple[tuple[int, ...], Sequence[_Ends]]]:
    return zip(itertools.product(*map(range, counts)), rows, strict=True)


def _elsewhere(place: tuple[int, ...], knobs: Sequence[int]) -> bool:
    """Whether a knob that does not matter is not at its first setting."""
    return any(at and number not in knobs for number, at in enumerate(place))


def _matters(number: int, counts: Sequence[int], rows: Sequence[Sequence[_Ends]]) -> bool:
    """Whether some estimate differs between two settings of this knob."""
    step = math.prod(counts[number + 1 :])
    return any(place[number] and row != rows[index - step]
               for index, (place, row) in enumerate(_placed(counts, rows)))  # fmt: skip


def _code(number: float | None, first: float, ratio: float) -> str:
    if number is None:
        return _UNKNOWN
    level = round(math.log(max(number, first) / first) / math.log(ratio)) if ratio > 1 else 0
    return base36(level).rjust(_WIDTH, "0")
