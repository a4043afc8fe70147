"""Rounding of amounts that must not be overstated."""

from __future__ import annotations

import math

from advisor.profilers.hardware.survey import GIB


def floor_gib(amount_bytes: float) -> float:
    """Return bytes as GiB, rounded down to hundredths so that no free memory is invented."""
    return floor_hundredths(amount_bytes / GIB)


def floor_hundredths(amount: float) -> float:
    """Return ``amount`` rounded down to two places; one that has two stays what it is."""
    # 20.31 * 100 is a little less than 2031.
    return math.floor(round(amount * 100, 6)) / 100
