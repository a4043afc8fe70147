"""A histogram of lengths in bounded memory."""

from __future__ import annotations

import math

_EXACT = 2048
_STEP = math.log(1.01)


class Lengths:
    """Counts of whole lengths: exact below 2,048, in steps of one percent above."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self.total = 0

    def add(self, length: int) -> None:
        """Count one length, zero or more."""
        key = length if length < _EXACT else _EXACT + int(math.log(length / _EXACT) / _STEP)
        self._counts[key] = self._counts.get(key, 0) + 1
        self.total += 1

    def quantile(self, share: float) -> int:
        """The smallest length that at least ``share`` of the lengths do not exceed (0 if none)."""
        wanted = math.ceil(share * self.total)
        passed = 0
        for key in sorted(self._counts):
            passed += self._counts[key]
            if passed >= wanted:
                return key if key < _EXACT else round(_EXACT * math.exp((key - _EXACT) * _STEP))
        return 0
