"""All alarms of a micro-benchmark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from advisor.microbench.judging.alarms.alarm import Alarm, AlarmLevel, MethodRuns, TrialRun
from advisor.microbench.judging.alarms.baselines import (
    no_better_than_head_only,
    same_answer_always,
    stuck_at_majority,
    worse_than_zero_shot,
)
from advisor.microbench.judging.alarms.training import (
    diverged,
    failed,
    over_adaptation,
    overfitting,
    rate_at_edge,
    seeds_disagree,
    still_falling,
)
from advisor.microbench.judging.noise import Array
from advisor.microbench.judging.scores import example_points, usable_trials
from advisor.microbench.records import (
    Baselines,
    Example,
    Metric,
    Purpose,
    Trial,
    TrialResult,
)


def alarms(
    metric: Metric,
    test: Sequence[Example],
    baselines: Baselines,
    trials: Sequence[Trial],
    results: Sequence[TrialResult],
) -> tuple[Alarm, ...]:
    """All alarms, the serious ones first.

    Args:
        metric: of the task.
        test: the examples that are judged by.
        baselines: what no training, or next to none, reaches.
        trials: the plan; methods come in its order.
        results: of the trials that were run; a trial without one was not.
    """
    targets = _targets(metric, test)
    ended = {result.trial: result for result in results}
    found: list[Alarm | None] = []
    for method in dict.fromkeys(trial.method for trial in trials):
        runs = _runs_of(method, trials, ended, metric, targets)
        found += _on_training(runs, baselines)
        if runs.usable:
            found += _on_scores(runs, baselines, metric, targets)
    raised = [alarm for alarm in found if alarm]
    return tuple(sorted(raised, key=lambda alarm: alarm.level is not AlarmLevel.SERIOUS))


def _targets(metric: Metric, test: Sequence[Example]) -> tuple[float, ...]:
    if metric is not Metric.PEARSON:
        return ()
    return tuple(float(example.target) for example in test)


def _runs_of(
    method: str,
    trials: Sequence[Trial],
    ended: Mapping[str, TrialResult],
    metric: Metric,
    targets: Sequence[float],
) -> MethodRuns:
    runs = [TrialRun(t, ended[t.id]) for t in trials if t.method == method and t.id in ended]
    final = [run for run in runs if run.trial.purpose is Purpose.FINAL]
    usable = [run for run in final if usable_trials([run.result])]
    return MethodRuns(
        method=method,
        search=[run for run in runs if run.trial.purpose is Purpose.SEARCH],
        final=final,
        usable=usable,
        points=example_points([run.result.test for run in usable], metric, targets)
        if usable
        else np.empty((0, 0)),
    )


def _on_training(runs: MethodRuns, baselines: Baselines) -> Iterator[Alarm | None]:
    yield failed(runs)
    yield diverged(runs)
    yield rate_at_edge(runs)
    yield still_falling(runs)
    yield overfitting(runs)
    if baselines.general_loss is not None:
        yield over_adaptation(runs, baselines.general_loss)


def _on_scores(
    runs: MethodRuns, baselines: Baselines, metric: Metric, targets: Sequence[float]
) -> Iterator[Alarm | None]:
    def points(outcomes: Sequence[float]) -> Array:
        return example_points([outcomes], metric, targets)

    yield seeds_disagree(runs)
    yield same_answer_always(runs, metric)
    yield stuck_at_majority(runs, baselines.majority, metric)
    if baselines.zero_shot_test:
        yield worse_than_zero_shot(runs, points(baselines.zero_shot_test), metric)
    if baselines.head_only_test:
        yield no_better_than_head_only(runs, points(baselines.head_only_test), metric)
