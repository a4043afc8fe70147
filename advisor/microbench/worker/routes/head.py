"""A new head on the last hidden state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from advisor.microbench.records import Example, Prompt, Task
from advisor.microbench.worker.routes.answering import Judged, choice_losses, judge_choices
from advisor.microbench.worker.routes.targets import Scale, place_of
from advisor.microbench.worker.rows import Batch, Row, collate
from advisor.microbench.worker.wording import prompted
from advisor.tuning.encoding import Encoder
from advisor.tuning.head import LastToken
from advisor.tuning.learner import Learner


def outputs_of(task: Task) -> int:
    """How many numbers the head gives: one for a number or for each choice, else one a label."""
    return len(task.labels) or 1


def head_rows(encoder: Encoder, task: Task, scale: Scale, examples: Sequence[Example]) -> list[Row]:
    """The examples as rows; a choice is scored as a pair of the input and the choice."""
    rows = []
    for example in examples:
        if example.choices:
            options, answer = example.choices, float(place_of(example.target, example.choices))
        elif task.labels:
            options, answer = task.labels, float(place_of(example.target, task.labels))
        else:
            options, answer = ("",), scale.standardised(example.target)
        sequences, segments = _sequences(encoder, task, example)
        rows.append(Row(sequences, segments, answer, len(options), target=example.target))
    return rows


def _sequences(
    encoder: Encoder, task: Task, example: Example
) -> tuple[tuple[list[int], ...], tuple[list[int], ...]]:
    if task.architecture == "encoder":
        first, second = "\n".join(example.inputs), None
        if not example.choices and len(example.inputs) > 1:
            first, second = example.inputs[0], "\n".join(example.inputs[1:])
        pairs = [encoder.pair(first, end) for end in example.choices or (second,)]
        ids = tuple(pair[0] for pair in pairs)
        return ids, tuple(pair[1] for pair in pairs if pair[1])
    alone = example.model_copy(update={"choices": ()})
    ends = [f"\n{choice}" for choice in example.choices] or [""]
    return tuple(prompted(encoder, Prompt(after=end), alone) for end in ends), ()


class HeadAnswering:
    """A learner with a head; encoders keep the pooling that they were published with."""

    def __init__(self, learner: Learner, task: Task, scale: Scale, filler: int) -> None:
        self._learner = learner
        self._task = task
        self._scale = scale
        self._filler = filler
        decodes = task.architecture == "decoder"
        self._last = LastToken(learner.base, filler) if decodes else None

    def collate(self, rows: Sequence[Row]) -> Batch:
        """Make a padded batch on the learner's device."""
        return collate(rows, self._filler, self._learner.device)

    def scores(self, batch: Batch) -> Any:
        """The head's numbers for each example (B x C); -inf where there is no such choice."""
        if self._last is None:
            found = self._learner.forward(**batch.inputs).logits
        else:
            found = self._last.scores(self._learner, batch.inputs)
        if any(len(row.sequences) > 1 for row in batch.rows):
            return choices_in_rows(found[:, 0], [row.options for row in batch.rows])
        return found

    def losses(self, batch: Batch) -> Any:
        """Cross-entropy, or the squared error of a standardised number."""
        return head_losses(self.scores(batch), batch, self._task)

    def judge(self, batch: Batch) -> Judged:
        """Losses and outcomes in one pass."""
        return judge_head(self.scores(batch), batch, self._task, self._scale)


def head_losses(scores: Any, batch: Batch, task: Task) -> Any:
    """The loss of each example (B) for scores (B x C)."""
    if task.type == "regression":
        return (scores[:, 0].float() - batch.answers) ** 2
    return choice_losses(scores, batch.answers)


def judge_head(scores: Any, batch: Batch, task: Task, scale: Scale) -> Judged:
    """Losses and outcomes for scores (B x C)."""
    if task.type != "regression":
        return judge_choices(scores, batch, task.labels)
    numbers = [scale.restored(number) for number in scores[:, 0].float().tolist()]
    return Judged(head_losses(scores, batch, task), numbers, [])


def choices_in_rows(scores: Any, options: Sequence[int]) -> Any:
    """Scores of single choices (S) as one row for each example (B x C), filled with -inf."""
    parts = scores.split(list(options))
    return torch.nn.utils.rnn.pad_sequence(parts, batch_first=True, padding_value=-torch.inf)
