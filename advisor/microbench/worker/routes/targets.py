"""Answers of the data as numbers."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.microbench.records import Example
from advisor.support import AdvisorError


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and spread of the training targets; numbers are learned in units of them."""

    mean: float = 0.0
    spread: float = 1.0

    def standardised(self, target: str) -> float:
        """A target in units of the spread."""
        return (number(target) - self.mean) / self.spread

    def restored(self, value: float) -> float:
        """A prediction in the data's own units."""
        return value * self.spread + self.mean


def scale_of(examples: Sequence[Example]) -> Scale:
    """The scale of the examples' targets."""
    numbers = [number(example.target) for example in examples]
    spread = statistics.pstdev(numbers) if numbers else 0.0
    return Scale(statistics.fmean(numbers) if numbers else 0.0, spread or 1.0)


def number(target: str) -> float:
    """The target as a number.

    Raises:
        AdvisorError: if it is none.
    """
    try:
        value = float(target)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise AdvisorError(f"the target {target[:40]!r} is not a number", where="the examples")
    return value


def place_of(target: str, options: Sequence[str]) -> int:
    """Where the target stands among the labels or choices.

    Raises:
        AdvisorError: if it is none of them.
    """
    if target not in options:
        raise AdvisorError(
            f"the target {target[:40]!r} is not among the labels or choices", where="the examples"
        )
    return options.index(target)
