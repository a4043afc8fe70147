"""How many examples each split gets."""

from __future__ import annotations

from typing import NamedTuple

from advisor.microbench.preparing.table import preparation
from advisor.microbench.spec import Splits


class SplitSizes(NamedTuple):
    """Examples of each split."""

    train: int
    dev: int
    test: int


def fitting(sizes: SplitSizes, count: int) -> SplitSizes:
    """The sizes that ``count`` rows allow."""
    asked = sum(sizes)
    if count >= asked:
        return sizes
    least = least_sizes(sizes)
    dev = max(least.dev, count * sizes.dev // asked)
    test = max(least.test, count * sizes.test // asked)
    return SplitSizes(min(sizes.train, count - dev - test), dev, test)


def least_sizes(sizes: SplitSizes) -> SplitSizes:
    """The table's minimum, or what was asked for where that is less."""
    return SplitSizes(*map(min, sizes, SplitSizes(**preparation()["least_rows"])))


def sizes_of(splits: Splits) -> SplitSizes:
    """The sizes that the splits have."""
    return SplitSizes(len(splits.train), len(splits.dev), len(splits.test))
