"""A few values of each fact that stand for all of them when several facts are changed at once."""

from __future__ import annotations

import math
from collections.abc import Iterator

from advisor.decide.bounds.cells import Number, before, middle
from advisor.facts import FactType, Value
from advisor.reasoning.case import Case

_NARROW = 1.01
"""Ratio of two numbers between which no further cell of an estimate is looked for."""
_FINE = 24
"""Parts between the steps of ramps that are looked at, of one fact."""
_LEAST = 1e-3
"""Numbers below this count as this one where ratios are compared."""


def representatives(case: Case, fact_type: FactType) -> tuple[Value, ...]:
    """Other values of a known fact, the nearest first.

    Of a choice these are all other choices. Of a number it is the value nearest to the present
    one in each part of its range within which, everything else as it is, no estimate passes a
    number that a rule tests; and of the finer parts, within which no step of a ramp lies either,
    that of at most some, evenly spread.

    Args:
        case: the project.
        fact_type: a fact with a definite value.
    """
    now = case.facts.value(fact_type.key)
    if fact_type.type == "boolean":
        return (not now,)
    if not fact_type.numeric:
        return tuple(choice for choice in fact_type.choices if choice != now)
    assert isinstance(now, (int, float))  # noqa: S101 - narrows the type
    low, high = fact_type.range or (0, math.inf)
    if fact_type.integer:
        low, high = int(low), int(high)
    cells = _Cells(case, fact_type)
    coarse, all_ = (
        {min(max(now, first), last) for first, last in cells.parts(low, high, tested=tested)}
        for tested in (True, False)
    )
    fine = sorted(all_)
    some = fine[:: math.ceil(len(fine) / _FINE)] + fine[-1:]
    found = {*coarse, *some} - {now}
    return tuple(sorted(found, key=lambda value: decades(now, value)))


def parts(
    case: Case, fact_type: FactType, low: Number, high: Number
) -> list[tuple[Number, Number]]:
    """A range of a number cut where the rules, or a test on an estimate, change by itself."""
    return list(_Cells(case, fact_type).parts(low, high, tested=True))


def decades(now: Number, value: Number) -> float:
    """How far a number is moved, in powers of ten."""
    return abs(math.log10(max(value, _LEAST) / max(now, _LEAST)))


class _Cells:
    """The parts of a number's range that rules tell apart."""

    def __init__(self, case: Case, fact_type: FactType) -> None:
        self._case = case
        self._type = fact_type

    def parts(self, low: Number, high: Number, *, tested: bool) -> Iterator[tuple[Number, Number]]:
        """First and last number of each part; `tested` leaves out steps of ramps on estimates."""
        starts = {low}
        for number in self._case.engine.numbers_of(self._type.key):
            first = math.ceil(number) if self._type.integer else number
            starts |= {first} if low < first <= high else set()
        ordered = sorted(starts)
        ends = [before(start, integer=self._type.integer) for start in ordered[1:]] + [high]
        for start, end in zip(ordered, ends, strict=True):
            yield from self._parts(start, end, tested=tested)

    def _parts(self, low: Number, high: Number, *, tested: bool) -> list[tuple[Number, Number]]:
        """A cell of the rules cut where estimates pass numbers of their own."""
        pieces, found = [(low, high)], []
        while pieces:
            left, right = pieces.pop()
            between = middle(left, right, integer=self._type.integer)
            one, other = (
                self._case.cells({self._type.key: value}, tested=tested) for value in (left, right)
            )
            if one == other:
                found.append((left, right))
            elif between is None or right <= left * _NARROW:
                found += [(left, left), (right, right)]
            else:
                pieces += [(between, right), (left, between)]
        return found
