"""What every trial starts from: the base model and the tokenised examples, loaded once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from advisor.methods import load_methods
from advisor.microbench.records import Bench, Example, Prompt, Route
from advisor.microbench.worker.coding import Coder, coder_of, outputs_of
from advisor.microbench.worker.environment import prepare_process
from advisor.microbench.worker.loading import find_source, load_both
from advisor.microbench.worker.rows import quantiles
from advisor.microbench.worker.wording import Wording
from advisor.tuning.encoding import Encoder
from advisor.tuning.general import general_loss
from advisor.tuning.head import HeadAnswering
from advisor.tuning.learner import Learner
from advisor.tuning.rows import Answering, Row
from advisor.tuning.text import TextAnswering
from advisor.tuning.words import WordAnswering


@dataclass(frozen=True, slots=True)
class Workbench:
    """The base model and the examples as token ids.

    Processes that are forked from here share its memory until they write to it. A trial changes
    the model, so each needs a process, or a copy, of its own.

    Attributes:
        coder: turns further examples into token ids.
        model: the base model in 32 bits, on the CPU.
        new: names of its parameters that the weights did not give.
        wording: the training prompt, and the labels' words where the model answers by them.
        prompt: which of the bench's prompts that is.
        general: the general text in pieces, as token ids.
        token_lengths: quantiles 0.5, 0.95 and 1 of the training inputs, before cutting.
        loading_seconds: wall time of loading all this.
    """

    bench: Bench
    coder: Coder
    model: Any
    new: frozenset[str]
    wording: Wording
    train: Sequence[Row]
    dev: Sequence[Row]
    test: Sequence[Row]
    general: Sequence[list[int]]
    token_lengths: tuple[int, int, int]
    loading_seconds: float
    prompt: int = 0

    @property
    def note(self) -> str:
        """What had to be changed to make the task fit the model; empty if nothing was."""
        return self.wording.note

    @property
    def encoder(self) -> Encoder:
        """Turns texts into token ids."""
        return self.coder.encoder

    def rewritten(self, method: str) -> int:
        """Bytes of the loaded model that training by a method writes to."""
        if not load_methods()[method].trains_all or self.bench.device != "cpu":
            return 0
        return sum(p.numel() * p.element_size() for p in self.model.parameters())

    def answering(self, learner: Learner) -> Answering:
        """The learner on the bench's route."""
        coder, filler = self.coder, self.encoder.tokenizer.pad_token_id
        if self.bench.task.route is Route.HEAD:
            return HeadAnswering(learner, filler, coder.scale)
        if self.bench.task.route is Route.LABEL_WORDS:
            return WordAnswering(learner, filler, coder.start)
        return TextAnswering(learner, self.encoder, coder.start, coder.most_written, coder.ends)

    def general_loss(self, learner: Learner) -> float | None:
        """The loss per token of the general text; None without one, and with a head."""
        if self.bench.task.route is Route.HEAD:
            return None
        return general_loss(learner, self.general, self.coder.start)


def load_workbench(bench: Bench) -> Workbench:
    """Load the tokenizer and the base model, and tokenise all splits.

    Raises:
        AdvisorError: if the model cannot be loaded, or an example does not fit the task.
    """
    start = time.perf_counter()
    prepare_process()
    source = find_source(bench.model)
    tokenizer, model, new = load_both(source, bench, outputs_of(bench.task))
    model.config.get_text_config().pad_token_id = tokenizer.pad_token_id
    coder = coder_of(bench, tokenizer, model)
    wording = coder.word(bench.prompts[0] if bench.prompts else Prompt())
    encoder = coder.encoder
    return Workbench(
        bench=bench,
        coder=coder,
        model=model,
        new=new,
        wording=wording,
        train=coder.rows(bench.splits.train, wording),
        dev=coder.rows(bench.splits.dev, wording),
        test=coder.rows(bench.splits.test, wording),
        general=[encoder.ids(text)[: encoder.longest] for text in bench.general],
        token_lengths=input_lengths(encoder, bench.splits.train),
        loading_seconds=time.perf_counter() - start,
    )


def input_lengths(encoder: Encoder, examples: Sequence[Example]) -> tuple[int, int, int]:
    """Quantiles of the examples' tokens, prompts and marks not counted."""
    return quantiles(
        [sum(len(encoder.unmarked(t)) for t in example.inputs) for example in examples]
    )
