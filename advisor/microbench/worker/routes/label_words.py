"""The scores that a language model gives to the words of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from advisor.microbench.spec import Example, Task
from advisor.microbench.worker.encoding import Encoder
from advisor.microbench.worker.learner import Learner
from advisor.microbench.worker.routes.answering import (
    Judged,
    Picked,
    choice_losses,
    judge_choices,
)
from advisor.microbench.worker.routes.targets import place_of
from advisor.microbench.worker.rows import Batch, Row, collate
from advisor.microbench.worker.wording import Wording


def word_rows(
    encoder: Encoder, task: Task, wording: Wording, examples: Sequence[Example]
) -> list[Row]:
    """The rendered examples, each with the place of its label or choice."""
    rows = []
    for example in examples:
        options = example.choices or task.labels
        ids = encoder.prompted(wording.prompt, example)
        answer = float(place_of(example.target, options))
        rows.append(Row((ids,), (), answer, len(options), target=example.target))
    return rows


class WordAnswering:
    """A learner that answers by the words of labels, at the position where the answer begins."""

    def __init__(self, learner: Learner, task: Task, wording: Wording, filler: int) -> None:
        self._learner = learner
        self._labels = task.labels
        self._filler = filler
        self._words = torch.tensor(wording.tokens, device=learner.device)
        self._picked = Picked(learner.base.get_output_embeddings())

    def collate(self, rows: Sequence[Row]) -> Batch:
        """Make a padded batch on the learner's device."""
        return collate(rows, self._filler, self._learner.device)

    def scores(self, batch: Batch) -> Any:
        """The words' scores for each example (B x C); -inf where there is no such choice."""
        count = len(batch.lengths)
        places = torch.arange(count, device=self._learner.device)
        self._picked.at(places, batch.lengths - 1 + self._learner.shift)
        logits = self._learner.forward(**batch.inputs).logits[0]
        self._picked.everywhere()
        scores = logits[:, self._words]
        options = torch.tensor([row.options for row in batch.rows], device=self._learner.device)
        places = torch.arange(len(self._words), device=self._learner.device)
        return scores.masked_fill(places[None, :] >= options[:, None], -torch.inf)

    def losses(self, batch: Batch) -> Any:
        """Cross-entropy among the labels' words."""
        return choice_losses(self.scores(batch), batch.answers)

    def judge(self, batch: Batch) -> Judged:
        """Losses and outcomes in one pass."""
        return judge_choices(self.scores(batch), batch, self._labels)
