"""What every trial starts from: the base model and the tokenised examples, loaded once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from advisor.microbench.spec import Bench, Example, Prompt, Route, Task
from advisor.microbench.worker.encoding import Encoder, quantiles
from advisor.microbench.worker.environment import prepare_process
from advisor.microbench.worker.learner import Learner
from advisor.microbench.worker.loading import find_source, load_both
from advisor.microbench.worker.positions import positions_of
from advisor.microbench.worker.routes.answering import Answering
from advisor.microbench.worker.routes.head import HeadAnswering, head_rows, outputs_of
from advisor.microbench.worker.routes.label_words import WordAnswering, word_rows
from advisor.microbench.worker.routes.targets import Scale, scale_of
from advisor.microbench.worker.rows import Row
from advisor.microbench.worker.wording import Wording, word_choices, word_labels


@dataclass(frozen=True, slots=True)
class Workbench:
    """The base model and the examples as token ids.

    Processes that are forked from here share its memory until they write to it. A trial changes
    the model, so each needs a process, or a copy, of its own.

    Attributes:
        encoder: turns further texts into token ids.
        model: the base model in 32 bits, on the CPU.
        new: names of its parameters that the weights did not give.
        scale: of the training targets, where these are numbers.
        wording: the training prompt and the labels' words, where the model answers by words.
        general: the general text in pieces, as token ids.
        token_lengths: quantiles 0.5, 0.95 and 1 of the training inputs, before cutting.
        loading_seconds: wall time of loading all this.
    """

    bench: Bench
    encoder: Encoder
    model: Any
    new: frozenset[str]
    scale: Scale
    wording: Wording
    train: Sequence[Row]
    dev: Sequence[Row]
    test: Sequence[Row]
    general: Sequence[list[int]]
    token_lengths: tuple[int, int, int]
    loading_seconds: float

    @property
    def note(self) -> str:
        """What had to be changed to make the task fit the model; empty if nothing was."""
        return self.wording.note

    def answering(self, learner: Learner, wording: Wording | None = None) -> Answering:
        """The learner on the bench's route, under the training prompt unless another is given."""
        task, filler = self.bench.task, self.encoder.tokenizer.pad_token_id
        if task.route is Route.HEAD:
            return HeadAnswering(learner, task, self.scale, filler)
        return WordAnswering(learner, task, wording or self.wording, filler)


def load_workbench(bench: Bench) -> Workbench:
    """Load the tokenizer and the base model, and tokenise all splits.

    Raises:
        AdvisorError: if the model cannot be loaded, or an example does not fit the task.
    """
    start = time.perf_counter()
    prepare_process()
    source = find_source(bench.model)
    tokenizer, model, new = load_both(source, bench, outputs_of(bench.task))
    model.config.pad_token_id = tokenizer.pad_token_id
    encoder = Encoder(
        tokenizer,
        bench.task.architecture == "decoder",
        bench.max_tokens,
        _room(bench, positions_of(model)),
    )
    scale = scale_of(bench.splits.train) if bench.task.type == "regression" else Scale()
    wording = word(encoder, bench, bench.prompts[0] if bench.prompts else Prompt())
    train, dev, test = (
        encode(encoder, bench.task, scale, wording, examples)
        for examples in (bench.splits.train, bench.splits.dev, bench.splits.test)
    )
    return Workbench(
        bench=bench,
        encoder=encoder,
        model=model,
        new=new,
        scale=scale,
        wording=wording,
        train=train,
        dev=dev,
        test=test,
        general=[encoder.ids(text)[: encoder.longest] for text in bench.general],
        token_lengths=input_lengths(encoder, bench.splits.train),
        loading_seconds=time.perf_counter() - start,
    )


def input_lengths(encoder: Encoder, examples: Sequence[Example]) -> tuple[int, int, int]:
    """Quantiles of the examples' tokens, prompts and marks not counted."""
    return quantiles([sum(len(encoder.plain(t)) for t in example.inputs) for example in examples])


def encode(
    encoder: Encoder, task: Task, scale: Scale, wording: Wording, examples: Sequence[Example]
) -> list[Row]:
    """The examples as rows of the task's route."""
    if task.route is Route.HEAD:
        return head_rows(encoder, task, scale, examples)
    return word_rows(encoder, task, wording, examples)


def word(encoder: Encoder, bench: Bench, prompt: Prompt) -> Wording:
    """The prompt with the tokens that stand for the labels, or for the choices' letters."""
    if bench.task.route is not Route.LABEL_WORDS:
        return Wording(prompt, ())
    if bench.task.labels:
        return word_labels(encoder, prompt, bench.task.labels)
    splits = bench.splits
    examples = (*splits.train, *splits.dev, *splits.test)
    return word_choices(encoder, prompt, max(len(example.choices) for example in examples))


def _room(bench: Bench, positions: int | None) -> int | None:
    """Tokens that fit beside the virtual ones and the answer."""
    return None if positions is None else max(positions - bench.virtual_tokens, 1)
