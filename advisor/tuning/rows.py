"""Tokenised examples, the batches that are made of them, and what a model says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from . import TuningError
from .batches import by_length, inputs_of


@dataclass(frozen=True, slots=True)
class Row:
    """One tokenised example.

    Attributes:
        sequences: token ids; one sequence, or one for each choice where a head scores pairs.
        segments: segment ids beside the sequences, empty where the model has none.
        answer: place of the right label or choice, or the standardised number.
        words: tokens that stand for the labels or choices; empty where no words answer.
        written: tokens of the answer to write, its end mark included; empty elsewhere.
        target: the answer as the data has it.
    """

    sequences: tuple[list[int], ...]
    segments: tuple[list[int], ...] = ()
    answer: float = 0.0
    words: tuple[int, ...] = ()
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


@dataclass(frozen=True, slots=True)
class Judged:
    """What a model says of examples.

    Attributes:
        losses: of each example (B), a tensor.
        outcomes: of each example: right or wrong, a share, or the number that is answered.
        answers: places of labels or choices, or numbers; empty where answers are written.
    """

    losses: Any
    outcomes: list[float]
    answers: list[Any]


class Answering(Protocol):
    """A learner that answers by a head, by the words of labels, or by writing."""

    learner: Any

    def collate(self, rows: Sequence[Row]) -> Batch:
        """Make a padded batch on the learner's device."""

    def losses(self, batch: Batch) -> Any:
        """The loss of each example (B), to be trained on."""

    def judge(self, batch: Batch) -> Judged:
        """Losses, outcomes and answers in one pass, without writing."""


def collate(rows: Sequence[Row], filler: int, device: Any) -> Batch:
    """A batch of the rows' sequences, without answers to write."""
    sequences = [ids for row in rows for ids in row.sequences]
    segments = [part for row in rows for part in row.segments]
    inputs = inputs_of(sequences, filler, device, segments)
    lengths = torch.tensor([len(s) for s in sequences], device=device)
    answers = torch.tensor([row.answer for row in rows], device=device)
    return Batch(inputs, lengths, answers, rows)


def sorted_batches(rows: Sequence[Row], size: int) -> Iterator[tuple[Sequence[int], Sequence[Row]]]:
    """All rows once, the longest first: places in the original order, and the rows."""
    for places in by_length([row.length for row in rows], size):
        yield places, [rows[i] for i in places]


def judge_rows(answering: Answering, rows: Sequence[Row], size: int) -> Judged:
    """All rows, asked in batches of like length and judged in their own order."""
    losses, outcomes = torch.zeros(len(rows)), [0.0] * len(rows)
    answers: dict[int, Any] = {}
    with torch.no_grad():
        for places, chosen in sorted_batches(rows, size):
            judged = answering.judge(answering.collate(chosen))
            losses[list(places)] = judged.losses.float().cpu()
            for place, outcome in zip(places, judged.outcomes, strict=True):
                outcomes[place] = outcome
            if judged.answers:
                answers.update(zip(places, judged.answers, strict=True))
    return Judged(losses, outcomes, [answers[place] for place in sorted(answers)])


def choice_losses(scores: Any, answers: Any) -> Any:
    """Cross-entropy of each row of scores (B x C) for the right column (B)."""
    return torch.nn.functional.cross_entropy(scores.float(), answers.long(), reduction="none")


def judge_choices(scores: Any, batch: Batch) -> Judged:
    """Losses of scores (B x C), whether the highest one is right, and its place."""
    picked = scores.float().argmax(dim=1).tolist()
    outcomes = [float(p == int(row.answer)) for p, row in zip(picked, batch.rows, strict=True)]
    return Judged(choice_losses(scores, batch.answers), outcomes, picked)


def place_of(target: str, options: Sequence[str]) -> float:
    """Where the target stands among the labels or choices; 0 where none is known.

    Raises:
        TuningError: if it is none of them.
    """
    if target and target not in options:
        raise TuningError(f"the target {target[:40]!r} is not among the labels or choices")
    return float(options.index(target)) if target else 0.0
