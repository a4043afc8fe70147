"""Ask the untrained model under a prompt, and keep the states by which it chooses labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from advisor.microbench.spec import Example, Prompt, Route
from advisor.microbench.worker.constants import training_constants
from advisor.microbench.worker.evaluation import Answers, answers
from advisor.microbench.worker.learner import frozen_learner
from advisor.microbench.worker.linear_head import Computed
from advisor.microbench.worker.rows import sorted_batches
from advisor.microbench.worker.workbench import Workbench


class Untrained:
    """The untrained model under a candidate prompt.

    Attributes:
        by_label: whether it chooses among labels by their words, so that a linear head could
            choose among them as well.
    """

    def __init__(self, workbench: Workbench, prompt: Prompt) -> None:
        self._workbench = workbench
        self._wording = workbench.coder.word(prompt)
        learner = frozen_learner(workbench.model, workbench.bench.device)
        learner.model.eval()
        self._answering = workbench.answering(learner, self._wording)
        task = workbench.bench.task
        self.by_label = task.route is Route.LABEL_WORDS and bool(task.labels)

    def about(self, examples: Sequence[Example]) -> tuple[Answers, Computed]:
        """The answers, and where labels are chosen the states that choose them (else None)."""
        bench = self._workbench.bench
        rows = self._workbench.coder.rows(examples, self._wording)
        if not self.by_label:
            return answers(self._answering, rows, bench, bench.precision), Computed(rows, None)
        seen: list[Any] = []
        # What restricts the layer to the places where answers begin was hooked in earlier.
        hook = self._workbench.model.get_output_embeddings().register_forward_pre_hook(
            lambda _module, given: seen.append(self._where_answers_begin(given[0]))
        )
        found = answers(self._answering, rows, bench, bench.precision)
        hook.remove()
        size = bench.batch_size * training_constants().evaluation_batches
        places = [place for some, _ in sorted_batches(rows, size) for place in some]
        return found, Computed(rows, torch.cat(seen)[torch.tensor(places).argsort()])

    def _where_answers_begin(self, states: Any) -> Any:
        """Of each sequence (B x H), in 32 bits."""
        return (states[:, -1] if self._workbench.coder.start else states[0]).float()
