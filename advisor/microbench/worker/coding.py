"""Rows as the tokens of a route, and where in them an answer stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from advisor.microbench.records import Bench, Example, Prompt, Route, Task
from advisor.microbench.worker.routes.head import head_rows
from advisor.microbench.worker.routes.label_words import word_rows
from advisor.microbench.worker.routes.targets import Scale, scale_of
from advisor.microbench.worker.routes.text import text_rows
from advisor.microbench.worker.rows import Row, quantiles
from advisor.microbench.worker.wording import Wording, word_choices, word_labels
from advisor.tuning.encoding import Encoder, answer_lengths, decoder_start, positions_of


@dataclass(frozen=True, slots=True)
class Coder:
    """How a bench's examples become token ids.

    Attributes:
        scale: of the training targets, where these are numbers.
        most_choices: of any example.
        most_written: tokens of an answer that is written, its end mark included.
        answer_lengths: quantiles 0.5, 0.95 and 1 of the training answers to write, with their end
            marks; zeros elsewhere.
        start: tokens with which the decoder of an encoder-decoder begins; empty elsewhere.
    """

    encoder: Encoder
    task: Task
    scale: Scale
    most_choices: int
    most_written: int
    answer_lengths: tuple[int, int, int]
    start: tuple[int, ...]

    def word(self, prompt: Prompt) -> Wording:
        """The prompt with the tokens that stand for the labels, or for the choices' letters."""
        if self.task.route is not Route.LABEL_WORDS:
            return Wording(prompt, ())
        if self.task.labels:
            return word_labels(self.encoder, prompt, self.task.labels)
        return word_choices(self.encoder, prompt, self.most_choices)

    def rows(self, examples: Sequence[Example], wording: Wording) -> list[Row]:
        """The examples as rows of the task's route."""
        if self.task.route is Route.HEAD:
            return head_rows(self.encoder, self.task, self.scale, examples)
        if self.task.route is Route.LABEL_WORDS:
            return word_rows(self.encoder, self.task, wording, examples)
        return text_rows(self.encoder, wording.prompt, examples, self.most_written)


def coder_of(bench: Bench, tokenizer: Any, model: Any) -> Coder:
    """The coder for a bench whose tokenizer and model are loaded."""
    splits, written, lengths = bench.splits, 0, list[int]()
    everything = (*splits.train, *splits.dev, *splits.test)
    if bench.task.route is Route.TEXT:
        lengths = answer_lengths(tokenizer, [example.target for example in splits.train])
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
        scale=scale_of(splits.train) if bench.task.type == "regression" else Scale(),
        most_choices=max((len(example.choices) for example in everything), default=0),
        most_written=written,
        answer_lengths=quantiles(lengths),
        start=decoder_start(tokenizer, model),
    )
