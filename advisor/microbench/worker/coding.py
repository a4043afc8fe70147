"""Rows as the tokens of a route, and where in them an answer stands."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from advisor.microbench.records import Bench, Example, Prompt, Route, Task
from advisor.microbench.worker.encoding import Encoder, quantiles
from advisor.microbench.worker.routes.head import head_rows
from advisor.microbench.worker.routes.label_words import word_rows
from advisor.microbench.worker.routes.targets import Scale, scale_of
from advisor.microbench.worker.routes.text import text_rows
from advisor.microbench.worker.rows import Row
from advisor.microbench.worker.wording import Wording, word_choices, word_labels


def positions_of(model: Any) -> int | None:
    """The longest sequence that the model can read; None where nothing limits it.

    RoBERTa and its kin keep the first rows of their table for padding, which config.json counts.
    """
    limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if not isinstance(limit, int) or limit <= 0:
        return None
    for name, module in model.named_modules():
        if (
            name.endswith("position_embeddings")
            and getattr(module, "padding_idx", None) is not None
        ):
            return int(module.num_embeddings) - int(module.padding_idx) - 1
    return limit


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
        lengths = answer_lengths(tokenizer, everything)
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
        answer_lengths=quantiles(lengths[: len(splits.train)]),
        start=_decoder_start(tokenizer, model),
    )


def answer_lengths(tokenizer: Any, examples: Sequence[Example]) -> list[int]:
    """Tokens of each target and its end mark; behind a blank it may have more than alone."""
    ways = (
        tokenizer([blank + e.target for e in examples], add_special_tokens=False)["input_ids"]
        for blank in ("", " ")
    )
    return [1 + max(map(len, both)) for both in zip(*ways, strict=True)]


def _decoder_start(tokenizer: Any, model: Any) -> tuple[int, ...]:
    """What a decoder reads before an answer: its start, and marks that the tokenizer puts there."""
    if not model.config.is_encoder_decoder:
        return ()
    first = model.config.decoder_start_token_id
    if first is None:
        first = tokenizer.pad_token_id
    marks = {tokenizer.bos_token_id, tokenizer.cls_token_id} - {None}
    leading = itertools.takewhile(marks.__contains__, tokenizer("x")["input_ids"])
    return (first, *leading)
