"""From values to places across a chart, in percent of its width."""

from __future__ import annotations

import math
from dataclasses import dataclass

_FEW = 4
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class LinearScale:
    """A straight scale; what lies outside is drawn at the edge.

    Attributes:
        low, high: the values at the left and the right edge.
        left, right: where these are, in percent.
    """

    low: float
    high: float
    left: float = 0.0
    right: float = 100.0

    def place(self, value: float) -> float:
        """Where a value lies, in percent."""
        span = (self.high - self.low) or 1.0
        share = min(max((value - self.low) / span, 0.0), 1.0)
        return self.left + share * (self.right - self.left)


def ticks(low: float, high: float) -> tuple[float, ...]:
    """A few round values from low to high."""
    rough = (high - low) / _FEW or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in _STEPS if power * part >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(round(number * step, 10) for number in range(first, last + 1))
