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
    """The sizes that ``count`` rows allow, no more than the table's share of them to judge by."""
    asked = sum(sizes)
    if count >= asked:
        return sizes
    least = least_sizes(sizes)
    learning = sizes.train + sizes.dev
    share = min(sizes.test / asked, float(preparation()["test_share"]))
    test = min(sizes.test, max(least.test, int(share * count), count - learning))
    dev = min(sizes.dev, max(least.dev, (count - test) * sizes.dev // learning))
    return SplitSizes(min(sizes.train, count - dev - test), dev, test)


def least_sizes(sizes: SplitSizes) -> SplitSizes:
    """The table's minimum, or what was asked for where that is less."""
    return SplitSizes(*map(min, sizes, SplitSizes(**preparation()["least_rows"])))


def sizes_of(splits: Splits) -> SplitSizes:
    """The sizes that the splits have."""
    return SplitSizes(len(splits.train), len(splits.dev), len(splits.test))
