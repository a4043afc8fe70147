"""Counting labels up to a bound on how many different ones there can be."""

from __future__ import annotations

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
