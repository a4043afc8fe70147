"""Answers by the scores that a language model gives to the words of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .batches import Picked, padded
from .rows import Batch, Judged, Row, choice_losses, collate, judge_choices, place_of


def word_row(ids: list[int], target: str, options: Sequence[str], words: Sequence[int]) -> Row:
    """A rendered example as a row.

    Args:
        ids: token ids of the prompt with its inputs.
        target: the right label or choice; empty where none is known.
        options: the labels, or the choices of the example.
        words: the token that stands for each, or of more letters than there are choices.

    Raises:
        TuningError: if the target is none of the options.
    """
    return Row(
        (ids,), (), place_of(target, options), words=tuple(words[: len(options)]), target=target
    )


class WordAnswering:
    """A learner that answers by the words of labels, at the position where the answer begins.

    That is a decoder's last token of the input; the decoder of an encoder-decoder reads no more
    than its start.

    Args:
        learner: a language model.
        filler: the token of padding.
        start: what the decoder of an encoder-decoder begins with; empty elsewhere.
    """

    def __init__(self, learner: Any, filler: int, start: Sequence[int]) -> None:
        self.learner = learner
        self._filler = filler
        self._start = start
        self._picked = None if start else Picked(learner.base.get_output_embeddings())

    def collate(self, rows: Sequence[Row]) -> Batch:
        """Make a padded batch on the learner's device."""
        return collate(rows, self._filler, self.learner.device)

    def scores(self, batch: Batch) -> Any:
        """The words' scores for each example (B x C); -inf where there is no such choice."""
        device = self.learner.device
        words = [row.words for row in batch.rows]
        found = self._logits(batch).gather(1, padded(words, 0, device))
        there = padded([[1] * len(tokens) for tokens in words], 0, device)
        return found.masked_fill(there == 0, -torch.inf)

    def losses(self, batch: Batch) -> Any:
        """Cross-entropy among the labels' words (B)."""
        return choice_losses(self.scores(batch), batch.answers)

    def judge(self, batch: Batch) -> Judged:
        """Losses, outcomes and answers in one pass."""
        return judge_choices(self.scores(batch), batch)

    def _logits(self, batch: Batch) -> Any:
        """The scores of all words (B x W) where the answer begins."""
        count, device = len(batch.lengths), self.learner.device
        if self._picked is None:
            start = torch.tensor([list(self._start)], device=device).expand(count, -1)
            return self.learner.forward(**batch.inputs, decoder_input_ids=start).logits[:, -1]
        places = torch.arange(count, device=device)
        positions = batch.lengths - 1 + self.learner.shift
        return self._picked.output(self.learner.forward, batch.inputs, places, positions).logits[0]
