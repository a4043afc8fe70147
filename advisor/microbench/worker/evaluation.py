"""Answers of a model to rows, and what they score."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.catalogue import training
from advisor.microbench.records import Bench, Task, TrialPrecision
from advisor.microbench.worker.environment import autocast
from advisor.tuning.rows import Answering, Judged, Row, judge_rows
from advisor.tuning.scoring import outcome, score
from advisor.tuning.text import TextAnswering


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
    size, metric = bench.batch_size * training().evaluation_batches, bench.task.metric
    with autocast(bench.device, low_precision=precision is TrialPrecision.BF16):
        texts = answering.write(rows, size)
    targets = [row.target for row in rows]
    outcomes = [outcome(metric, *pair) for pair in zip(texts, targets, strict=True)]
    return Answers(score(metric, outcomes, targets), tuple(outcomes))


def evaluate(
    answering: Answering, rows: Sequence[Row], bench: Bench, precision: TrialPrecision
) -> Evaluation:
    """Ask about all rows, in large batches of like length."""
    size = bench.batch_size * training().evaluation_batches
    with autocast(bench.device, low_precision=precision is TrialPrecision.BF16):
        judged = judge_rows(answering, rows, size)
    return summary(judged, bench.task, rows)


def summary(judged: Judged, task: Task, rows: Sequence[Row]) -> Evaluation:
    """What was found of the rows, as one loss and one score."""
    losses = judged.losses.tolist()
    points = score(task.metric, judged.outcomes, [row.target for row in rows])
    predicted = tuple(task.labels[place] for place in judged.answers) if task.labels else ()
    found = Answers(points, tuple(judged.outcomes), predicted)
    return Evaluation(statistics.fmean(losses) if losses else 0.0, found)
