"""Tokenised examples and the padded batches that are made of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from advisor.tuning.batches import by_length, inputs_of


@dataclass(frozen=True, slots=True)
class Row:
    """One tokenised example.

    Attributes:
        sequences: token ids; one sequence, or one for each choice where a head scores pairs.
        segments: segment ids beside the sequences, empty where the model has none.
        answer: index of the right label or choice, or the standardised number.
        options: how many answers there are.
        written: tokens of the answer to write, its end mark included; empty elsewhere.
        target: the answer as the data has it.
    """

    sequences: tuple[list[int], ...]
    segments: tuple[list[int], ...] = ()
    answer: float = 0.0
    options: int = 1
    written: tuple[int, ...] = ()
    target: str = ""

    @property
    def length(self) -> int:
        """Tokens of the longest sequence, the answer to write included."""
        return max(len(ids) for ids in self.sequences) + len(self.written)


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded rows: S sequences of B examples.

    Attributes:
        inputs: arguments of the model, S x T each.
        lengths: tokens of each sequence (S).
        answers: of each example (B).
        rows: what it was made of.
    """

    inputs: dict[str, Any]
    lengths: Any
    answers: Any
    rows: Sequence[Row]


def collate(rows: Sequence[Row], filler: int, device: str) -> Batch:
    """A batch of the rows' sequences, without answers to write."""
    sequences = [ids for row in rows for ids in row.sequences]
    segments = [part for row in rows for part in row.segments]
    inputs = inputs_of(sequences, filler, device, segments)
    lengths = torch.tensor([len(s) for s in sequences], device=device)
    answers = torch.tensor([row.answer for row in rows], device=device)
    return Batch(inputs, lengths, answers, rows)


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


def sorted_batches(rows: Sequence[Row], size: int) -> Iterator[tuple[Sequence[int], Sequence[Row]]]:
    """All rows once, the longest first: places in the original order, and the rows."""
    for places in by_length([row.length for row in rows], size):
        yield places, [rows[i] for i in places]


def quantiles(lengths: Sequence[int]) -> tuple[int, int, int]:
    """The median, the 95th of a hundred, and the longest; zeros where there is nothing."""
    if not lengths:
        return (0, 0, 0)
    order = sorted(lengths)
    return (order[len(order) // 2], order[min(len(order) - 1, len(order) * 95 // 100)], order[-1])
