"""The cells of a fact: one value for each stretch within which no rule changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from advisor.facts import FactType, Interval, Value
from advisor.rules import Engine

Number = int | float


def cells_of(fact_type: FactType, value: Value, engine: Engine) -> tuple[Value, ...]:
    """One value for each cell that an unknown or partial value can lie in.

    Args:
        fact_type: the fact.
        value: None for unknown, a range, or several choices; of a known value it is the cell.
        engine: the compiled rules; between the numbers of a fact neither test nor ramp changes.

    Returns:
        definite values; of a text that nobody has named, the texts that rules name and one other.
    """
    if isinstance(value, frozenset):
        return tuple(sorted(value, key=str))
    if value is not None and not isinstance(value, Interval):
        return (value,)
    if fact_type.numeric:
        return _numbers(fact_type, value, engine.numbers_of(fact_type.key))
    if fact_type.type == "boolean":
        return (False, True)
    return fact_type.choices or engine.texts_of(fact_type.key)


def _numbers(fact_type: FactType, value: Value, cuts: tuple[float, ...]) -> tuple[Number, ...]:
    """The first number of the range and each first number at or after a cut."""
    low, high = span_of(fact_type, value)
    starts = [low, *(cut for cut in cuts if low < cut <= high)]
    if fact_type.integer:
        whole = {math.ceil(start) for start in starts if math.isfinite(start)}
        return tuple(sorted(number for number in whole if number <= high))
    return tuple(starts)


def span_of(fact_type: FactType, value: Value) -> tuple[Number, Number]:
    """The first and last number that an unknown or partial value of a numeric fact can be."""
    span = value if isinstance(value, Interval) else Interval(*(fact_type.range or (0, math.inf)))
    low, end = span.half_open(integer=fact_type.integer)
    return low, before(end, integer=fact_type.integer)


def before(number: Number, *, integer: bool) -> Number:
    """The adjacent lower value."""
    return number - 1 if integer else math.nextafter(number, -math.inf)


def middle(low: Number, high: Number, *, integer: bool) -> Number | None:
    """A value strictly between, by ratio where the range is wide; None if there is none."""
    if low > 0 and high / low > 2:  # noqa: PLR2004 - wide enough for a ratio
        found: Number = math.sqrt(low) * math.sqrt(high)
    else:
        found = low + (high - low) / 2
    if integer:
        found = low + (high - low) // 2 if low <= 0 else int(found)
        found = min(max(found, low + 1), high - 1)
    return found if low < found < high else None


def halves(low: Number, high: Number, cells: Sequence[Value], *, integer: bool) -> list[Value]:
    """Two parts of a range, cut at a cell's first number if there is one inside, else halfway."""
    inside = [cell for cell in cells if isinstance(cell, (int, float)) and low < cell <= high]
    cut = inside[len(inside) // 2] if inside else middle(low, high, integer=integer) or high
    last = before(cut, integer=integer)
    parts = (low, last), (cut, high)
    return [first if first == end else Interval(first, end) for first, end in parts]
