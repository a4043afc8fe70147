"""What no training, or next to none, reaches."""

from __future__ import annotations

import dataclasses
import statistics
from collections import Counter
from typing import Any

import torch

from advisor.microbench.spec import Baselines, Prompt, PromptScore, Route
from advisor.microbench.worker.asking import Asking
from advisor.microbench.worker.evaluation import Answers
from advisor.microbench.worker.general import general_loss
from advisor.microbench.worker.learner import frozen_learner
from advisor.microbench.worker.linear_head import best_head, head_only
from advisor.microbench.worker.texts import likeness
from advisor.microbench.worker.workbench import Workbench


def baselines(workbench: Workbench, head_rows: int | None = None) -> Baselines:
    """Measure them all; the base model stays as it is, but should not be trained afterwards.

    Hooks stay in the model, so this too is best run in a process of its own.

    Args:
        workbench: model and examples.
        head_rows: training examples that the linear head is fitted to; all of them if None.
    """
    torch.set_num_threads(workbench.bench.threads)
    found: dict[str, Any] = {"majority": majority(workbench), "note": workbench.note}
    workbench = dataclasses.replace(workbench, train=workbench.train[:head_rows])
    if workbench.bench.task.route is Route.HEAD:
        found["note"] = "a new head has to be trained before the model can answer"
        found |= _of_head(workbench, head_only(workbench))
    else:
        found |= zero_shot(workbench)
    learner = frozen_learner(workbench.model, workbench.bench.device)
    return Baselines(**found, general_loss=general_loss(workbench, learner))


def _of_head(workbench: Workbench, found: Answers) -> dict[str, Any]:
    return {
        "head_only": found.score,
        "head_only_test": found.outcomes,
        "head_only_rows": len(workbench.train),
    }


def majority(workbench: Workbench) -> float:
    """Points on the test split of the answer that is most frequent in training.

    Of choices the place counts, as the choices differ; numbers have no correlation with a mean.
    """
    if workbench.bench.task.type == "regression" or not workbench.train or not workbench.test:
        return 0.0
    if workbench.bench.task.route is Route.TEXT:
        metric = workbench.bench.task.metric
        text, _ = Counter(row.target for row in workbench.train).most_common(1)[0]
        return 100 * statistics.fmean(likeness(metric, text, r.target) for r in workbench.test)
    most, _ = Counter(row.answer for row in workbench.train).most_common(1)[0]
    return 100 * statistics.fmean(float(row.answer == most) for row in workbench.test)


def zero_shot(workbench: Workbench) -> dict[str, Any]:
    """All candidate prompts judged on the development split, the best one on the test split.

    Where labels are chosen by their words, a linear head on the states that choose them comes
    besides, under the best prompt.
    """
    bench = workbench.bench
    asked = []
    for prompt in bench.prompts or (Prompt(),):
        asking = Asking(workbench, prompt)
        found, dev = asking.about(bench.splits.dev[: len(workbench.dev)])
        asked.append((PromptScore(prompt=prompt, dev_score=found.score), asking, dev))
    asked.sort(key=lambda entry: -entry[0].dev_score)
    _, best, dev = asked[0]
    found, test = best.about(bench.splits.test[: len(workbench.test)])
    fields = {
        "zero_shot": found.score,
        "zero_shot_test": found.outcomes,
        "prompts": tuple(entry[0] for entry in asked),
    }
    if not best.by_label:
        return fields
    _, train = best.about(bench.splits.train[: len(workbench.train)])
    return fields | _of_head(workbench, best_head(workbench, train, dev, test))
