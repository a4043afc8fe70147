"""Counts of labels and of lengths, bounded in how many are kept."""

from __future__ import annotations

import math
from collections import Counter

from advisor.profilers.data.head import is_number

MAX_LABELS = 10_000
"""Above this many distinct values a column is not taken as a label column."""

_MAX_LABEL_CHARACTERS = 500


class Labels:
    """The distinct labels of a file.

    Attributes:
        counts: rows by label; empty once there were too many labels.
        too_many: whether the column turned out not to hold labels.
        numeric: whether every label reads as a number.
        fractional: whether some label is a number with a fraction.
        not_finite: the place of the first "nan" or "inf", 0 if there is none.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.too_many = False
        self.numeric = True
        self.fractional = False
        self.not_finite = 0

    def add(self, label: str, place: int) -> None:
        """Count the label of the row at ``place``."""
        if self.too_many:
            if self.numeric:
                self._look_at_number(label, place)
            return
        label = label[:_MAX_LABEL_CHARACTERS]
        if label not in self.counts:
            self._look_at_number(label, place)
        self.counts[label] += 1
        if len(self.counts) > MAX_LABELS:
            self.too_many = True
            self.counts.clear()

    def _look_at_number(self, label: str, place: int) -> None:
        if not is_number(label):
            self.numeric = False
            return
        number = float(label)
        if number - number != 0:  # only nan and the infinities differ from themselves like this
            self.not_finite = self.not_finite or place
        elif not number.is_integer():
            self.fractional = True

    @property
    def total(self) -> int:
        """All counted rows (or tags)."""
        return sum(self.counts.values())

    @property
    def largest(self) -> tuple[str, int]:
        """The most frequent label and its count; of equals, the first by alphabet."""
        return min(self.counts.items(), key=lambda item: (-item[1], item[0]), default=("", 0))


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
