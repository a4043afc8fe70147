"""What a fact's value can be: known, partial, or unknown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Interval:
    """A partial answer to a numeric question, such as "1B to 10B" or "at least 5k"."""

    low: float
    high: float
    low_closed: bool = True
    high_closed: bool = True

    def half_open(self, *, integer: bool) -> tuple[float, float]:
        """The same set as ``low <= x < high``.

        Integers step to the next integer and other numbers to the adjacent float, so that ``> 5``
        and ``>= 6`` are one and the same set of integers.
        """
        if integer:
            low = _ceil(self.low) + (not self.low_closed and self.low == _ceil(self.low))
            high = _floor(self.high)
            high += 1 if self.high_closed or self.high != high else 0
            return low, high
        low = self.low if self.low_closed else math.nextafter(self.low, math.inf)
        high = math.nextafter(self.high, math.inf) if self.high_closed else self.high
        return low, high


def _ceil(number: float) -> float:
    return number if math.isinf(number) else math.ceil(number)


def _floor(number: float) -> float:
    return number if math.isinf(number) else math.floor(number)


Value: TypeAlias = "int | float | str | bool | Interval | frozenset[str] | frozenset[bool] | None"
"""A fact's value. None is unknown; Interval and frozenset are partial answers."""


def is_known(value: Value) -> bool:
    """Whether the value is one definite value, neither unknown nor partial."""
    return value is not None and not isinstance(value, (Interval, frozenset))
