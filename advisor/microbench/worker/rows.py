"""The order of training rows, and how long rows are."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from advisor.tuning.rows import Row


def training_batches(
    rows: Sequence[Row], size: int, pool: int, seed: int
) -> Iterator[Sequence[Row]]:
    """Batches without end, of rows of like length, in an order that the seed decides.

    Args:
        rows: what is trained on.
        size: rows of a batch; the last one of an epoch may have fewer.
        pool: how many batches are sorted by length together.
        seed: of the shuffling, which is another one in each epoch.
    """
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    while True:
        order = chance.sample(rows, len(rows))
        for start in range(0, len(order), size * pool):
            near = sorted(order[start : start + size * pool], key=lambda row: row.length)
            batches = [near[i : i + size] for i in range(0, len(near), size)]
            yield from chance.sample(batches, len(batches))


def quantiles(lengths: Sequence[int]) -> tuple[int, int, int]:
    """The median, the 95th of a hundred, and the longest; zeros where there is nothing."""
    if not lengths:
        return (0, 0, 0)
    order = sorted(lengths)
    return (order[len(order) // 2], order[min(len(order) - 1, len(order) * 95 // 100)], order[-1])
