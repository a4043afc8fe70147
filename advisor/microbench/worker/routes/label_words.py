"""The scores that a language model gives to the words of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from advisor.microbench.records import Example, Task
from advisor.microbench.worker.routes.answering import (
    Judged,
    choice_losses,
    judge_choices,
)
from advisor.microbench.worker.routes.targets import place_of
from advisor.microbench.worker.rows import Batch, Row, collate
from advisor.microbench.worker.wording import Wording, prompted
from advisor.tuning.batches import Picked
from advisor.tuning.encoding import Encoder
from advisor.tuning.learner import Learner


def word_rows(
    encoder: Encoder, task: Task, wording: Wording, examples: Sequence[Example]
) -> list[Row]:
    """The rendered examples, each with the place of its label or choice."""
    rows = []
    for example in examples:
        options = example.choices or task.labels
        ids = prompted(encoder, wording.prompt, example)
        answer = float(place_of(example.target, options))
        rows.append(Row((ids,), (), answer, len(options), target=example.target))
    return rows


class WordAnswering:
    """A learner that answers by the words of labels, at the position where the answer begins.

    That is a decoder's last token of the input; the decoder of an encoder-decoder reads no more
    than ``start``.
    """

    def __init__(
        self,
        learner: Learner,
        task: Task,
        wording: Wording,
        filler: int,
        start: tuple[int, ...],
    ) -> None:
        self._learner = learner
        self._labels = task.labels
        self._filler = filler
        self._words = torch.tensor(wording.tokens, device=learner.device)
        self._start = torch.tensor([start], device=learner.device)
        self._picked = None if start else Picked(learner.base.get_output_embeddings())

    def collate(self, rows: Sequence[Row]) -> Batch:
        """Make a padded batch on the learner's device."""
        return collate(rows, self._filler, self._learner.device)

    def scores(self, batch: Batch) -> Any:
        """The words' scores for each example (B x C); -inf where there is no such choice."""
        scores = self._logits(batch)[:, self._words]
        options = torch.tensor([row.options for row in batch.rows], device=self._learner.device)
        places = torch.arange(len(self._words), device=self._learner.device)
        return scores.masked_fill(places[None, :] >= options[:, None], -torch.inf)

    def _logits(self, batch: Batch) -> Any:
        """The scores of all words (B x W) where the answer begins."""
        count = len(batch.lengths)
        if self._picked is None:
            start = self._start.expand(count, -1)
            output = self._learner.forward(**batch.inputs, decoder_input_ids=start)
            return output.logits[:, -1]
        places = torch.arange(count, device=self._learner.device)
        positions = batch.lengths - 1 + self._learner.shift
        return self._picked.output(self._learner.forward, batch.inputs, places, positions).logits[0]

    def losses(self, batch: Batch) -> Any:
        """Cross-entropy among the labels' words."""
        return choice_losses(self.scores(batch), batch.answers)

    def judge(self, batch: Batch) -> Judged:
        """Losses and outcomes in one pass."""
        return judge_choices(self.scores(batch), batch, self._labels)
