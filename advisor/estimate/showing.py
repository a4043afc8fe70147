"""Computed numbers as facts, rounded to what a closed form can claim."""

from __future__ import annotations

import functools
import math

from advisor.catalogue.tables import Method
from advisor.facts import Fact, Interval, Source, Value

NO_LIMIT = 1e9
"""The headroom under a limit that nobody has set."""


def estimated(method: Method, suffix: str, low: float, high: float, detail: str) -> Fact:
    """The fact ``estimate.<method>.<suffix>``; a range where the ends differ."""
    least, most = _rounded(low), _rounded(high)
    value: Value = least if least == most else Interval(least, most)
    return Fact(f"estimate.{method.id}.{suffix}", value, Source.ESTIMATED, detail)


@functools.cache
def unlimited(method: str, suffix: str, detail: str) -> Fact:
    """The fact ``estimate.<method>.<suffix>`` where nobody has set a limit."""
    return Fact(f"estimate.{method}.{suffix}", NO_LIMIT, Source.ESTIMATED, detail)


def span(low: float, high: float) -> str:
    """A range as text, or the number where both ends show the same."""
    least, most = f"{low:.3g}", f"{high:.3g}"
    return least if least == most else f"{least} to {most}"


def _rounded(number: float) -> float:
    """Four significant digits: more would pretend to an accuracy that a closed form lacks."""
    if number == 0 or not math.isfinite(number):
        return min(number, NO_LIMIT)
    return float(f"{min(number, NO_LIMIT):.4g}")
