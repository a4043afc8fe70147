"""Alarms on methods that are no better than what costs next to nothing."""

from __future__ import annotations

from advisor.catalogue import judging
from advisor.microbench.judging.alarms.alarm import Alarm, AlarmLevel, MethodRuns
from advisor.microbench.judging.noise import Array
from advisor.microbench.judging.paired import Paired, largest_difference, paired_difference
from advisor.microbench.judging.scores import never_vary, score_of
from advisor.microbench.records import Metric


def same_answer_always(runs: MethodRuns, metric: Metric) -> Alarm | None:
    """A run that gives every test example the same answer has learned nothing about the input."""
    numbers = metric is Metric.PEARSON
    count = sum(
        never_vary([run.result]) if numbers else len(set(run.result.predicted)) == 1
        for run in runs.usable
    )
    if not count:
        return None
    text = f"gives the same answer to every test example {runs.in_seeds(count)}."
    return runs.alarm("same_answer_always", AlarmLevel.SERIOUS, text)


def stuck_at_majority(runs: MethodRuns, majority: float, metric: Metric) -> Alarm | None:
    """A score at or below that of the most frequent answer, or within noise of it."""
    found = score_of(runs.method, runs.points, metric)
    if found.interval[0] > majority:
        return None
    if found.score <= majority:
        text = f"scores {found.score:.1f}, no more than the most frequent answer ({majority:.1f})."
        return runs.alarm("stuck_at_majority", AlarmLevel.SERIOUS, text)
    text = (
        f"scores {found.score:.1f} and the most frequent answer {majority:.1f}, which is within "
        f"noise (95 % interval from {found.interval[0]:.1f})."
    )
    return runs.alarm("stuck_at_majority", AlarmLevel.WARNING, text)


def worse_than_zero_shot(runs: MethodRuns, zero_shot: Array, metric: Metric) -> Alarm | None:
    """A score below that of the untrained model, beyond noise."""
    found = paired_difference(runs.points, zero_shot, metric)
    if _interval(found, metric)[1] >= 0.0:
        return None
    text = f"is worse than the untrained model with the best prompt{_figures(found, metric)}."
    return runs.alarm("worse_than_zero_shot", AlarmLevel.SERIOUS, text)


def no_better_than_head_only(runs: MethodRuns, head_only: Array, metric: Metric) -> Alarm | None:
    """A score that is not above that of a linear head on frozen features, beyond noise.

    One below it is serious: not even what the untrained features hold has been learned.
    """
    found = paired_difference(runs.points, head_only, metric)
    low, high = _interval(found, metric)
    if low > 0.0:
        return None
    level, said = AlarmLevel.WARNING, "is not shown to be better"
    if high < 0.0:
        level, said = AlarmLevel.SERIOUS, "is worse"
    text = f"{said} than a linear head on frozen features{_figures(found, metric)}."
    return runs.alarm("no_better_than_head_only", level, text)


def _interval(found: Paired, metric: Metric) -> tuple[float, float]:
    return found.interval(judging().direction_level, largest_difference(metric))


def _figures(found: Paired, metric: Metric) -> str:
    low, high = _interval(found, metric)
    return f" ({found.points:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f})"
