"""What the routes have in common: losses to train on, outcomes to judge by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from advisor.microbench.worker.rows import Batch, Row


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch's losses (B, a tensor), outcomes (B), and answers as text where they are labels."""

    losses: Any
    outcomes: list[float]
    predicted: list[str]


class Answering(Protocol):
    """A learner on a route."""

    def collate(self, rows: Sequence[Row]) -> Batch:
        """Make a padded batch on the learner's device."""

    def losses(self, batch: Batch) -> Any:
        """The loss of each example (B), to be trained on."""

    def judge(self, batch: Batch) -> Judged:
        """Losses and outcomes in one pass."""


def choice_losses(scores: Any, answers: Any) -> Any:
    """Cross-entropy of each row of scores (B x C) for the right column (B)."""
    return torch.nn.functional.cross_entropy(scores.float(), answers.long(), reduction="none")


def judge_choices(scores: Any, batch: Batch, labels: Sequence[str]) -> Judged:
    """Losses of scores (B x C), whether the highest one is right, and its label."""
    picked = scores.float().argmax(dim=1).tolist()
    outcomes = [float(p == int(row.answer)) for p, row in zip(picked, batch.rows, strict=True)]
    predicted = [labels[p] for p in picked] if labels else []
    return Judged(choice_losses(scores, batch.answers), outcomes, predicted)
