"""Answers by a new head on the last hidden state."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from . import TuningError
from .encoding import Encoder
from .rows import Batch, Judged, Row, choice_losses, collate, judge_choices, place_of


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and spread of the training targets; numbers are learned in units of them."""

    mean: float
    spread: float

    def standardised(self, target: str) -> float:
        """A target in units of the spread; 0 where none is known."""
        return (_number(target) - self.mean) / self.spread if target else 0.0

    def restored(self, value: float) -> float:
        """A prediction in the data's own units."""
        return value * self.spread + self.mean


def scale_of(targets: Sequence[str]) -> Scale:
    """The scale of training targets.

    Raises:
        TuningError: if one is no number.
    """
    numbers = [_number(target) for target in targets]
    spread = statistics.pstdev(numbers) if numbers else 0.0
    return Scale(statistics.fmean(numbers) if numbers else 0.0, spread or 1.0)


def _number(target: str) -> float:
    try:
        value = float(target)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TuningError(f"the target {target[:40]!r} is not a number")
    return value


def head_row(encoder: Encoder, example: Any, labels: Sequence[str], scale: Scale | None) -> Row:
    """An example as a row; each choice is scored as a pair of the input and the choice.

    Args:
        encoder: of the model.
        example: with ``inputs``, ``target`` and ``choices``, all texts.
        labels: in their order; empty for numbers and choices.
        scale: of numbers; None for labels and choices.

    Raises:
        TuningError: if the target is no number, or none of the labels or choices.
    """
    options = example.choices or labels
    answer = (
        place_of(example.target, options) if scale is None else scale.standardised(example.target)
    )
    if encoder.decodes:
        ends = [f"\n{choice}" for choice in example.choices] or [""]
        ids = tuple(_ended(encoder, example.inputs, end) for end in ends)
        return Row(ids, (), answer, target=example.target)
    first, second = "\n".join(example.inputs), None
    if not example.choices and len(example.inputs) > 1:
        first, second = example.inputs[0], "\n".join(example.inputs[1:])
    pairs = [encoder.pair(first, end) for end in example.choices or (second,)]
    segments = tuple(pair[1] for pair in pairs if pair[1])
    return Row(tuple(pair[0] for pair in pairs), segments, answer, target=example.target)


def _ended(encoder: Encoder, inputs: tuple[str, ...], end: str) -> list[int]:
    """Token ids of the inputs, cut where they are too long, and of what follows them."""
    return encoder.prompted(lambda shown: "\n".join(shown) + end, inputs)


class HeadAnswering:
    """A learner with a head.

    Encoders keep the pooling that they were published with. For decoders transformers looks for
    the last token among the token ids, which it does not see behind virtual tokens: there it would
    read the padding. So the head is read here at each sequence's own last token.

    Args:
        learner: whose base model has the head.
        filler: the token of padding, without which transformers refuses a decoder's batch.
        scale: of the numbers to answer; None for labels and choices.
    """

    def __init__(self, learner: Any, filler: int, scale: Scale | None) -> None:
        self.learner = learner
        self._filler = filler
        self._scale = scale
        # A decoder's head is named score.
        self._last = LastToken(learner.base, filler) if hasattr(learner.base, "score") else None

    def collate(self, rows: Sequence[Row]) -> Batch:
        """Make a padded batch on the learner's device."""
        return collate(rows, self._filler, self.learner.device)

    def scores(self, batch: Batch) -> Any:
        """The head's numbers for each example (B x C); -inf where there is no such choice."""
        if self._last is None:
            found = self.learner.forward(**batch.inputs).logits
        else:
            found = self._last.scores(self.learner, batch.inputs)
        counts = [len(row.sequences) for row in batch.rows]
        return choices_in_rows(found[:, 0], counts) if max(counts) > 1 else found

    def losses(self, batch: Batch) -> Any:
        """Cross-entropy, or the squared error of a standardised number (B)."""
        return head_losses(self.scores(batch), batch, self._scale)

    def judge(self, batch: Batch) -> Judged:
        """Losses, outcomes and answers in one pass."""
        return judge_head(self.scores(batch), batch, self._scale)


class LastToken:
    """Reads a decoder's head at each input's own last token."""

    def __init__(self, base: Any, filler: int) -> None:
        base.config.get_text_config().pad_token_id = filler
        self._scores: Any = None
        base.score.register_forward_hook(self._keep)

    def scores(self, learner: Any, inputs: dict[str, Any]) -> Any:
        """The head's numbers (B x C)."""
        learner.forward(**inputs)
        last = inputs["attention_mask"].sum(dim=1) - 1 + learner.shift
        whole, self._scores = self._scores, None
        return whole[torch.arange(len(last), device=last.device), last]

    def _keep(self, _layer: Any, _arguments: Any, found: Any) -> None:
        """Keep the scores of all positions (B x T x C)."""
        self._scores = found


def head_losses(scores: Any, batch: Batch, scale: Scale | None) -> Any:
    """The loss of each example (B) for scores (B x C)."""
    if scale is not None:
        return (scores[:, 0].float() - batch.answers) ** 2
    return choice_losses(scores, batch.answers)


def judge_head(scores: Any, batch: Batch, scale: Scale | None) -> Judged:
    """Losses, outcomes and answers for scores (B x C)."""
    if scale is None:
        return judge_choices(scores, batch)
    numbers = [scale.restored(number) for number in scores[:, 0].float().tolist()]
    return Judged(head_losses(scores, batch, scale), numbers, numbers)


def choices_in_rows(scores: Any, counts: Sequence[int]) -> Any:
    """Scores of single choices (S) as one row for each example (B x C), filled with -inf."""
    parts = scores.split(list(counts))
    return torch.nn.utils.rnn.pad_sequence(parts, batch_first=True, padding_value=-torch.inf)
