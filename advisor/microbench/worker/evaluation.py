"""Answers of a model to rows, and what they score."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from advisor.catalogue import training
from advisor.microbench.records import Bench, Metric, TrialPrecision
from advisor.microbench.worker.environment import autocast
from advisor.microbench.worker.routes.answering import Answering, Judged
from advisor.microbench.worker.routes.text import TextAnswering
from advisor.microbench.worker.rows import Row, sorted_batches
from advisor.tuning.scoring import score


@dataclass(frozen=True, slots=True)
class Answers:
    """Score in points, and each example's outcome and label (if any) in the given order."""

    score: float
    outcomes: tuple[float, ...]
    predicted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The mean loss of the examples, and their answers."""

    loss: float
    answers: Answers


def answers(
    answering: Answering, rows: Sequence[Row], bench: Bench, precision: TrialPrecision
) -> Answers:
    """The final answers: as at a look, except that a model that writes now really does so."""
    if not isinstance(answering, TextAnswering):
        return evaluate(answering, rows, bench, precision).answers
    size = bench.batch_size * training().evaluation_batches
    with torch.no_grad(), autocast(bench.device, low_precision=precision is TrialPrecision.BF16):
        outcomes = answering.write(rows, size)
    targets = [row.target for row in rows]
    return Answers(score(bench.task.metric, outcomes, targets), tuple(outcomes))


def evaluate(
    answering: Answering, rows: Sequence[Row], bench: Bench, precision: TrialPrecision
) -> Evaluation:
    """Ask about all rows, in large batches of like length."""
    size = bench.batch_size * training().evaluation_batches
    order: list[int] = []
    losses: list[float] = []
    outcomes: list[float] = []
    predicted: list[str] = []
    with torch.no_grad(), autocast(bench.device, low_precision=precision is TrialPrecision.BF16):
        for places, chosen in sorted_batches(rows, size):
            judged = answering.judge(answering.collate(chosen))
            order += places
            losses += judged.losses.tolist()
            outcomes += judged.outcomes
            predicted += judged.predicted
    back = sorted(range(len(order)), key=order.__getitem__)
    judged = Judged(
        torch.tensor([losses[i] for i in back]),
        [outcomes[i] for i in back],
        [predicted[i] for i in back] if predicted else [],
    )
    return summary(judged, bench.task.metric, rows)


def summary(judged: Judged, metric: Metric, rows: Sequence[Row]) -> Evaluation:
    """What was found of the rows, as one loss and one score."""
    losses = judged.losses.tolist()
    points = score(metric, judged.outcomes, [row.target for row in rows])
    found = Answers(points, tuple(judged.outcomes), tuple(judged.predicted))
    return Evaluation(statistics.fmean(losses) if losses else 0.0, found)
