"""Rounding of amounts that must not be overstated."""

from __future__ import annotations

import math

from advisor.profilers.hardware.survey import GIB


def floor_gib(amount_bytes: float) -> float:
    """Return bytes as GiB, rounded down to hundredths so that no free memory is invented."""
    return floor_hundredths(amount_bytes / GIB)


def floor_hundredths(amount: float) -> float:
    """Return ``amount`` rounded down to two places."""
    return math.floor(amount * 100) / 100
