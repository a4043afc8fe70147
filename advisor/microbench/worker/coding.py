"""Rows as the tokens of a route, and where in them an answer stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from advisor.microbench.records import Bench, Example, Prompt, Route, Task
from advisor.microbench.worker.rows import quantiles
from advisor.microbench.worker.wording import (
    Wording,
    prompted,
    spaced,
    word_choices,
    word_labels,
)
from advisor.support import AdvisorError
from advisor.tuning import TuningError
from advisor.tuning.encoding import Encoder, answer_lengths, decoder_start, positions_of
from advisor.tuning.head import Scale, head_row, scale_of
from advisor.tuning.rows import Row
from advisor.tuning.text import ending, text_row
from advisor.tuning.words import word_row


@dataclass(frozen=True, slots=True)
class Coder:
    """How a bench's examples become token ids.

    Attributes:
        scale: of the training targets where these are numbers; else None.
        most_choices: of any example.
        most_written: tokens of an answer that is written, its end mark included.
        answer_lengths: quantiles 0.5, 0.95 and 1 of the training answers to write, with their end
            marks; zeros elsewhere.
        ends: the line break where all training answers to write are single lines, which then ends
            an answer; else empty.
        start: tokens with which the decoder of an encoder-decoder begins; empty elsewhere.
    """

    encoder: Encoder
    task: Task
    scale: Scale | None
    most_choices: int
    most_written: int
    answer_lengths: tuple[int, int, int]
    ends: str
    start: tuple[int, ...]

    def word(self, prompt: Prompt) -> Wording:
        """The prompt with the tokens that stand for the labels, or for the choices' letters."""
        if self.task.route is not Route.LABEL_WORDS:
            return Wording(prompt, ())
        if self.task.labels:
            return word_labels(self.encoder, prompt, self.task.labels)
        return word_choices(self.encoder, prompt, self.most_choices)

    def rows(self, examples: Sequence[Example], wording: Wording) -> list[Row]:
        """The examples as rows of the task's route.

        Raises:
            AdvisorError: if a target does not fit the task.
        """
        try:
            return [self._row(example, wording) for example in examples]
        except TuningError as error:
            raise AdvisorError(str(error), where="the examples") from None

    def _row(self, example: Example, wording: Wording) -> Row:
        if self.task.route is Route.HEAD:
            return head_row(self.encoder, example, self.task.labels, self.scale)
        prompt = spaced(wording.prompt)
        ids = prompted(self.encoder, prompt, example)
        if self.task.route is Route.LABEL_WORDS:
            return word_row(
                ids, example.target, example.choices or self.task.labels, wording.tokens
            )
        return text_row(self.encoder, ids, prompt.after, example.target, self.most_written)


def coder_of(bench: Bench, tokenizer: Any, model: Any) -> Coder:
    """The coder for a bench whose tokenizer and model are loaded."""
    splits, written, lengths, ends = bench.splits, 0, list[int](), ""
    everything = (*splits.train, *splits.dev, *splits.test)
    if bench.task.route is Route.TEXT:
        targets = [example.target for example in splits.train]
        lengths, ends = answer_lengths(tokenizer, targets), ending(targets, ("\n",))
        written = min(bench.max_new_tokens or max(lengths), max(lengths))
    decodes = bench.task.architecture == "decoder"
    room = positions_of(model)
    if room is not None:
        room = max(room - bench.virtual_tokens, 1)
        if decodes:  # what it reads and what it writes share the positions, half for each at least
            written = min(written, max(room // 2, 1))
            room -= written
    return Coder(
        encoder=Encoder(tokenizer, decodes, bench.max_tokens, room),
        task=bench.task,
        scale=_scale(bench),
        most_choices=max((len(example.choices) for example in everything), default=0),
        most_written=written,
        answer_lengths=quantiles(lengths),
        ends=ends,
        start=decoder_start(tokenizer, model),
    )


def outputs_of(task: Task) -> int:
    """How many numbers a head gives: one for a number or for each choice, else one a label."""
    return len(task.labels) or 1


def _scale(bench: Bench) -> Scale | None:
    if bench.task.type != "regression":
        return None
    try:
        return scale_of([example.target for example in bench.splits.train])
    except TuningError as error:
        raise AdvisorError(str(error), where="the examples") from None
