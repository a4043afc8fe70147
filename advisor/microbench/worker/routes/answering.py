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


class Picked:
    """Lets a module see only the hidden states at chosen places.

    An output layer of 50,000 words costs more than a small model's body, and is needed at one
    position of each sequence. A hook in front of it works whatever a method wraps around the model.
    """

    def __init__(self, module: Any) -> None:
        self._places: tuple[Any, Any] | None = None
        module.register_forward_pre_hook(self._pick)

    def at(self, rows: Any, positions: Any) -> None:
        """Choose places for the next passes: row and position of each of N states."""
        self._places = (rows, positions)

    def everywhere(self) -> None:
        """Choose nothing: the next passes see all states."""
        self._places = None

    def _pick(self, _module: Any, arguments: tuple[Any, ...]) -> Any:
        if self._places is None:
            return None
        rows, positions = self._places
        return (arguments[0][rows, positions].unsqueeze(0), *arguments[1:])
