"""What no training, or next to none, reaches."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import Any

import torch

from advisor.microbench.spec import Baselines, Prompt, PromptScore, Route
from advisor.microbench.worker.evaluation import answers
from advisor.microbench.worker.general import general_loss
from advisor.microbench.worker.learner import frozen_learner
from advisor.microbench.worker.linear_head import head_only
from advisor.microbench.worker.texts import likeness
from advisor.microbench.worker.workbench import Workbench


def baselines(workbench: Workbench) -> Baselines:
    """Measure them all; the base model stays as it is, but should not be trained afterwards.

    Hooks stay in the model, so this too is best run in a process of its own.
    """
    torch.set_num_threads(workbench.bench.threads)
    head = head_only(workbench)
    found: dict[str, Any] = {"majority": majority(workbench), "note": workbench.note}
    if head is not None:
        found |= {"head_only": head.score, "head_only_test": head.outcomes}
    if workbench.bench.task.route is Route.HEAD:
        found["note"] = "a new head has to be trained before the model can answer"
    else:
        found |= zero_shot(workbench)
    learner = frozen_learner(workbench.model, workbench.bench.device)
    return Baselines(**found, general_loss=general_loss(workbench, learner))


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
    """All candidate prompts judged on the development split, the best one on the test split."""
    bench = workbench.bench
    learner = frozen_learner(workbench.model, bench.device)
    learner.model.eval()
    scored = []
    for prompt in bench.prompts or (Prompt(),):
        wording = workbench.coder.word(prompt)
        answering = workbench.answering(learner, wording)
        rows = workbench.coder.rows(bench.splits.dev[: len(workbench.dev)], wording)
        found = answers(answering, rows, bench, bench.precision)
        scored.append((PromptScore(prompt=prompt, dev_score=found.score), wording, answering))
    scored.sort(key=lambda entry: -entry[0].dev_score)
    _, wording, answering = scored[0]
    rows = workbench.coder.rows(bench.splits.test[: len(workbench.test)], wording)
    test = answers(answering, rows, bench, bench.precision)
    return {
        "zero_shot": test.score,
        "zero_shot_test": test.outcomes,
        "prompts": tuple(entry[0] for entry in scored),
    }
