"""Scores that cost next to nothing: the untrained model, a linear head, the majority."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from advisor.catalogue import training
from advisor.microbench.records import Baseline, Example, Prompt, PromptScore, Route
from advisor.microbench.worker.evaluation import Answers, answers
from advisor.microbench.worker.linear_head import Computed, best_head, head_only
from advisor.microbench.worker.workbench import Workbench
from advisor.tuning.learner import untrained
from advisor.tuning.rows import sorted_batches
from advisor.tuning.scoring import majority


class Untrained:
    """The untrained model under a candidate prompt.

    Attributes:
        by_label: whether it chooses among labels by their words, so that a linear head could
            choose among them as well.
    """

    def __init__(self, workbench: Workbench, prompt: Prompt) -> None:
        self._workbench = workbench
        self._wording = workbench.coder.word(prompt)
        learner = untrained(workbench.model.to(workbench.bench.device))
        learner.model.eval()
        self._answering = workbench.answering(learner)
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
        size = bench.batch_size * training().evaluation_batches
        places = [place for some, _ in sorted_batches(rows, size) for place in some]
        return found, Computed(rows, torch.cat(seen)[torch.tensor(places).argsort()])

    def _where_answers_begin(self, states: Any) -> Any:
        """Of each sequence (B x H), in 32 bits."""
        return (states[:, -1] if self._workbench.coder.start else states[0]).float()


def measure(workbench: Workbench, baseline: Baseline) -> dict[str, Any]:
    """One of the baselines, as fields of Baselines; none where the route or model has it not.

    Hooks stay in the model, so each is best run in a process of its own.
    """
    torch.set_num_threads(workbench.bench.threads)
    return _MEASURES[baseline](workbench)


def _majority(workbench: Workbench) -> dict[str, Any]:
    task = workbench.bench.task
    # Choices differ by question, so their places count.
    by_place = task.route is not Route.TEXT and not task.labels
    train, test = (
        [row.answer if by_place else row.target for row in rows]
        for rows in (workbench.train, workbench.test)
    )
    return {"majority": majority(task.metric, train, test), "note": workbench.note}


def _head_only(workbench: Workbench) -> dict[str, Any]:
    """Of a new head; that of a language model comes with its zero-shot answers."""
    if workbench.bench.task.route is not Route.HEAD:
        return {}
    return _of_head(workbench, head_only(workbench))


def _general_loss(workbench: Workbench) -> dict[str, Any]:
    learner = untrained(workbench.model.to(workbench.bench.device))
    return {"general_loss": workbench.general_loss(learner)}


def _of_head(workbench: Workbench, found: Answers) -> dict[str, Any]:
    return {
        "head_only": found.score,
        "head_only_test": found.outcomes,
        "head_only_rows": len(workbench.train),
    }


def zero_shot(workbench: Workbench) -> dict[str, Any]:
    """All candidate prompts judged on the development split, the best one on the test split.

    Where labels are chosen by their words, a linear head on the states that choose them comes
    besides, under the best prompt.
    """
    bench = workbench.bench
    if bench.task.route is Route.HEAD:
        return {"note": "a new head has to be trained before the model can answer"}
    asked = []
    for prompt in bench.prompts or (Prompt(),):
        untrained = Untrained(workbench, prompt)
        found, dev = untrained.about(bench.splits.dev[: len(workbench.dev)])
        asked.append((PromptScore(prompt=prompt, dev_score=found.score), untrained, dev))
    asked.sort(key=lambda entry: -entry[0].dev_score)
    _, best, dev = asked[0]
    found, test = best.about(bench.splits.test[: len(workbench.test)])
    fields = {
        "zero_shot": found.score,
        "zero_shot_test": found.outcomes,
        "prompts": [entry[0].model_dump(mode="json") for entry in asked],
    }
    if not best.by_label:
        return fields
    _, train = best.about(bench.splits.train[: len(workbench.train)])
    return fields | _of_head(workbench, best_head(workbench, train, dev, test))


_MEASURES: dict[Baseline, Callable[[Workbench], dict[str, Any]]] = {
    Baseline.MAJORITY: _majority,
    Baseline.ZERO_SHOT: zero_shot,
    Baseline.HEAD_ONLY: _head_only,
    Baseline.GENERAL_LOSS: _general_loss,
}
