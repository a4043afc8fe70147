"""Alarms on how the search and the final runs of a method went."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from advisor.catalogue import Falling, Grades, Overfitting, judging
from advisor.methods import load_methods, row_of
from advisor.microbench.judging.alarms.alarm import Alarm, AlarmLevel, MethodRuns, TrialRun
from advisor.microbench.judging.failures import left_out, why_none
from advisor.microbench.judging.noise import run_variance
from advisor.microbench.records import TrialResult, TrialStatus

_ATTACHED = {"soft_prompts": "prompt", "adapters": "adapter", "full": None}
"""What a method adds to a model that it leaves as it is, by family; None where it changes it."""


def failed(runs: MethodRuns) -> Alarm | None:
    """Final runs without a score; those that diverged have an alarm of their own."""
    results = [run.result for run in runs.final]
    if not runs.usable:
        searched = [run.result for run in runs.search]
        if any(result.status.usable for result in searched):
            searched = []  # the others were enough to go on with, had there been time
        sentence = why_none(runs.method, results or searched)
        return Alarm(id="failed", method=runs.method, level=AlarmLevel.SERIOUS, sentence=sentence)
    others = [result for result in results if result.status is not TrialStatus.DIVERGED]
    sentence = left_out(runs.method, others)
    if not sentence:
        return None
    return Alarm(id="failed", method=runs.method, level=AlarmLevel.WARNING, sentence=sentence)


def diverged(runs: MethodRuns) -> Alarm | None:
    """Final runs whose loss ran away: the rate that was chosen is too high for some seeds."""
    lost = [run for run in runs.final if run.result.status is TrialStatus.DIVERGED]
    if not lost:
        return None
    rate = lost[0].trial.learning_rate
    text = f"diverged in {len(lost)} of {len(runs.final)} final trials, at a rate of {rate:g}."
    return runs.alarm("diverged", AlarmLevel.SERIOUS, text)


def still_falling(runs: MethodRuns) -> Alarm | None:
    """A loss that was still falling when the steps ran out, in half of the seeds or more."""
    limits = judging().alarms.still_falling
    results = [run.result for run in runs.usable]
    if not still_better(results):
        return None
    count = _still_falling(results)
    text = (
        "was still getting better when its steps ran out: over the last "
        f"{limits.looks} looks the development loss fell by more than {limits.share:.0%} "
        f"{runs.in_seeds(count)}. More steps may help it."
    )
    return runs.alarm("still_falling", AlarmLevel.WARNING, text)


def overfitting(runs: MethodRuns) -> Alarm | None:
    """A score far better on the training examples, and a loss that rose from its best."""
    limits = judging().alarms.overfitting
    count = sum(_overfits(run, limits) for run in runs.usable)
    if not count or 2 * count < len(runs.usable):
        return None
    text = (
        f"overfits {runs.in_seeds(count)}: more than {limits.gap_points:g} points better on "
        "training examples, while the development loss rose from its best. Fewer steps, a lower "
        "rate or more data may help it."
    )
    return runs.alarm("overfitting", AlarmLevel.WARNING, text)


def over_adaptation(runs: MethodRuns, before: float) -> Alarm | None:
    """A loss on general text that has risen: the model unlearns what it was trained for.

    Under a soft prompt or an adapter the model itself is as it was, so this is never serious.
    """
    after = [run.result.general_loss for run in runs.usable]
    known = [loss for loss in after if loss is not None]
    if not known or before <= 0.0:
        return None
    mean = sum(known) / len(known)
    level = _level(mean / before - 1.0, judging().alarms.general_loss_rise)
    if level is None:
        return None
    rise = f"the loss on general text rose from {before:.2f} to {mean:.2f}"
    where = "advisor/microbench/judging/alarms/training.py, _ATTACHED"
    part = row_of(_ATTACHED, load_methods()[runs.method].family, where)
    if part is None:
        return runs.alarm("over_adaptation", level, f"forgets: {rise}.")
    text = f"predicts general text worse with its {part} attached: {rise}. "
    text += "Without it the model is unchanged."
    return runs.alarm("over_adaptation", AlarmLevel.WARNING, text)


def seeds_disagree(runs: MethodRuns) -> Alarm | None:
    """Scores that depend on the seed by more than test examples explain."""
    if len(runs.usable) == 1:
        return None
    deviation = math.sqrt(run_variance(runs.points))
    level = _level(deviation, judging().alarms.seed_deviation)
    if level is None:
        return None
    scores = ", ".join(f"{score:.1f}" for score in runs.points.mean(axis=1))
    text = f"depends on the seed: scores {scores}, a standard deviation of {deviation:.1f} points."
    return runs.alarm("seeds_disagree", level, text)


def still_better(results: Sequence[TrialResult]) -> bool:
    """Whether half of the runs or more were still getting better when their steps ran out."""
    count = _still_falling(results)
    return count > 0 and len(results) <= 2 * count


def _still_falling(results: Sequence[TrialResult]) -> int:
    limits = judging().alarms.still_falling
    return sum(_still_falls(result, limits) for result in results)


def _still_falls(result: TrialResult, limits: Falling) -> bool:
    losses = [point.dev_loss for point in result.curve]
    if result.status is not TrialStatus.FINISHED or len(losses) <= limits.looks:
        return False
    last, earlier = losses[-1], losses[-1 - limits.looks]
    return last == min(losses) and earlier - last > limits.share * abs(earlier)


def _overfits(run: TrialRun, limits: Overfitting) -> bool:
    result = run.result
    if result.train_score is None or result.dev_score is None or not result.curve:
        return False
    losses = [point.dev_loss for point in result.curve]
    rise = losses[-1] - min(losses)
    apart = result.train_score - result.dev_score > limits.gap_points
    return apart and rise > limits.rise_share * abs(min(losses))


def _level(value: float, limits: Grades) -> AlarmLevel | None:
    if value > limits.serious:
        return AlarmLevel.SERIOUS
    return AlarmLevel.WARNING if value > limits.warning else None


def rate_at_edge(runs: MethodRuns) -> Alarm | None:
    """A chosen rate beyond which none was tried, so that a better one may lie there.

    A rate that diverged counts as tried: it shows that the best one does not lie beyond.
    """
    tried = [
        run.trial
        for run in (*runs.search, *runs.final)
        if run.result.status.usable or run.result.status is TrialStatus.DIVERGED
    ]
    if not runs.final or not tried:
        return None
    chosen = runs.final[0].trial
    body = _edge(chosen.learning_rate, (trial.learning_rate for trial in tried), "rate", 1)
    heads = (trial.head_rate for trial in tried if trial.head_rate is not None)
    least = judging().alarms.least_head_rates
    head = _edge(chosen.head_rate, heads, "rate of the head", least)
    said = ", and it ".join(text for text in (body, head) if text)
    return runs.alarm("rate_at_edge", AlarmLevel.WARNING, f"{said}.") if said else None


def _edge(chosen: float | None, tried: Iterable[float], name: str, least: int) -> str:
    rates = set(tried)
    if chosen is None or len(rates) < least:
        return ""
    if len(rates) == 1:
        return f"was tried at one {name} only, {chosen:g}"
    if chosen not in (min(rates), max(rates)):
        return ""
    side = "lowest" if chosen == min(rates) else "highest"
    beyond = "lower" if chosen == min(rates) else "higher"
    return (
        f"did best at the {side} {name} of {len(rates)}, {chosen:g}; a {beyond} one was not tried"
    )
