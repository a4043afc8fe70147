"""The learning curve of both methods, where the difference is heading, and how a run file keeps it.

Scores are taken as linear in the logarithm of the training size. Three to five sizes allow no more;
docs/decisions/0020-intervals.md says what was set aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from advisor.catalogue import judging
from advisor.microbench.judging.failures import name_of
from advisor.microbench.judging.noise import Array
from advisor.microbench.judging.paired import largest_difference
from advisor.microbench.judging.scores import MethodSummary, example_points, score_of, usable_trials
from advisor.microbench.judging.trend import Trend, TrendInterval, run_noise_of
from advisor.microbench.records import FrozenRecord, Metric, TrialResult
from advisor.support import capital


class CrossingSize(FrozenRecord):
    """The training size at which two methods are level, and its 95 % interval."""

    train_size: int
    low: int
    high: int


def crossing_of(trend: Trend, method_a: str, method_b: str) -> tuple[CrossingSize | None, str]:
    """The crossing that can be claimed, if any, and a sentence on it.

    The interval holds the sizes at which the line's own interval includes 0 (Fieller's method). It
    counts as bounded if one method surely leads at the one end of what may be extrapolated, and the
    other at the other end.

    Args:
        trend: of method A less method B.
        method_a: its identifier.
        method_b: the other's.
    """
    table = judging()
    curve, level = table.curve, table.direction_level
    least = curve.least_sizes_for_crossing
    if len(trend.sizes) < least:
        return None, f"A crossing is claimed from {least} training sizes on."
    if not straight(trend):
        return (
            None,
            "The difference does not change evenly with size, so no crossing is worked out.",
        )
    factor = curve.largest_extrapolation
    sizes = np.geomspace(trend.sizes[0] / factor, trend.sizes[-1] * factor, curve.crossing_grid)
    intervals = np.array([trend.at(size).interval(level) for size in sizes])
    leads = np.where(intervals[:, 0] > 0.0, 1, np.where(intervals[:, 1] < 0.0, -1, 0))
    reach = f"from {sizes[0]:,.0f} to {sizes[-1]:,.0f} training examples"
    if abs(leads.sum()) == len(leads):
        leader = name_of(method_a if leads[0] > 0 else method_b)
        return None, f"{capital(leader)} leads by the line {reach}; no crossing."
    low, high = trend.per_doubling().interval(level)
    if low <= 0.0 <= high:
        return None, "That the difference changes with size cannot be told from noise; no crossing."
    zero = trend.zero()
    if leads[0] * leads[-1] >= 0 or zero is None:
        return None, f"Where the methods are level cannot be bounded {reach}; no crossing."
    open_ = np.flatnonzero(leads == 0)
    ends = sizes[max(open_[0] - 1, 0)], sizes[min(open_[-1] + 1, len(sizes) - 1)]
    found = CrossingSize(train_size=round(zero), low=round(ends[0]), high=round(ends[1]))
    return found, (
        f"{capital(name_of(method_a if leads[0] > 0 else method_b))} leads with less data, "
        f"{name_of(method_a if leads[-1] > 0 else method_b)} with more; they are level at about "
        f"{found.train_size:,} training examples (95 % interval {found.low:,} to {found.high:,})."
    )


def straight(trend: Trend) -> bool | None:
    """Whether the points lie on a line as far as can be seen; None with too few to tell."""
    bend = trend.bend()
    if bend is None:
        return None
    low, high = bend.interval(judging().curve.bend_level)
    return low <= 0.0 <= high


_POINTS = 100.0
_LEAST_FOR_LINE = 2


def learning_curve(
    methods: tuple[str, str],
    results_a: Mapping[int, Sequence[TrialResult]],
    results_b: Mapping[int, Sequence[TrialResult]],
    metric: Metric,
    targets: Sequence[float],
    full_size: int,
    beside: Mapping[str, Mapping[int, Sequence[TrialResult]]] | None = None,
) -> LearningCurve:
    """The learning curves of two methods, A and B.

    Args:
        methods: identifiers of A and B.
        results_a: A's trials by training size, all on the same test examples.
        results_b: B's trials.
        metric: how outcomes become points.
        targets: the true numbers for a correlation; empty for other metrics.
        full_size: the training size to read the lines at.
        beside: other methods' trials, of which scores are told alone.
    """
    first = _points(results_a, metric, targets)
    second = _points(results_b, metric, targets)
    sizes = tuple(sorted(first.keys() & second.keys()))
    others = {id_: _points(found, metric, targets) for id_, found in (beside or {}).items()}
    scores = [
        ScoreAt(train_size=size, score=score_of(method, points[size], metric))
        for method, points in {methods[0]: first, methods[1]: second, **others}.items()
        for size in sorted(points)
    ]
    own, other, between = _trends(first, second, sizes, metric)
    lines = len(sizes) >= _LEAST_FOR_LINE
    crossing, crossing_note = crossing_of(between, *methods)
    possible = (-_POINTS if metric is Metric.PEARSON else 0.0, _POINTS)
    largest = largest_difference(metric)
    factor = full_size / sizes[-1] if sizes else None
    return LearningCurve(
        method_a=methods[0],
        method_b=methods[1],
        scores=tuple(scores),
        differences=tuple(_differences(between, largest)),
        full_size=full_size,
        factor=factor,
        line_a=_line(own, full_size, possible) if lines else None,
        line_b=_line(other, full_size, possible) if lines else None,
        line_difference=_line(between, full_size, (-largest, largest)) if lines else None,
        trusted=lines and _within_reach(factor) and straight(between) is not False,
        straight=straight(between),
        crossing=crossing,
        crossing_note=crossing_note,
        note=" ".join(_notes(between, methods, factor)) if lines else "",
    )


def _points(
    results: Mapping[int, Sequence[TrialResult]], metric: Metric, targets: Sequence[float]
) -> dict[int, Array]:
    """(seeds, examples) for each size that has a usable trial."""
    usable = {size: usable_trials(trials) for size, trials in results.items()}
    return {
        size: example_points([trial.test for trial in trials], metric, targets)
        for size, trials in usable.items()
        if trials
    }


def _trends(
    first: Mapping[int, Array], second: Mapping[int, Array], sizes: tuple[int, ...], metric: Metric
) -> tuple[Trend, Trend, Trend]:
    """Of A, of B, and of A less B."""
    means = [np.array([points[size].mean(axis=0) for size in sizes]) for points in (first, second)]
    runs = run_noise_of(first, sizes), run_noise_of(second, sizes)
    bounded = metric.mean_of_examples
    alone = (0.0, _POINTS) if bounded else None
    return (
        Trend(sizes, means[0], runs[:1], alone),
        Trend(sizes, means[1], runs[1:], alone),
        Trend(sizes, means[0] - means[1], runs, (-_POINTS, _POINTS) if bounded else None),
    )


def _differences(trend: Trend, largest: float) -> Iterator[DifferenceAt]:
    level = judging().direction_level
    for place, size in enumerate(trend.sizes):
        reading = trend.at_measured(place)
        interval = _within(reading.interval(level), (-largest, largest))
        yield DifferenceAt(train_size=size, points=reading.value, interval=interval)


def _line(trend: Trend, full_size: int, possible: TrendInterval) -> FittedLine:
    level = judging().direction_level
    slope, full = trend.per_doubling(), trend.at(full_size)
    return FittedLine(
        per_doubling=slope.value,
        per_doubling_interval=slope.interval(level),
        full_points=_within((full.value, full.value), possible)[0],
        full_interval=_within(full.interval(level), possible),
    )


def _within(interval: TrendInterval, possible: TrendInterval) -> TrendInterval:
    low, high = (min(max(end, possible[0]), possible[1]) for end in interval)
    return low, high


def _within_reach(factor: float | None) -> bool:
    return factor is not None and factor <= _reach()


def _reach() -> float:
    return judging().curve.largest_extrapolation


def _notes(trend: Trend, methods: Sequence[str], factor: float | None) -> Iterator[str]:
    if not _within_reach(factor):
        yield (
            f"The full size is {factor:.3g} times the largest measured one; the line is trusted up "
            f"to {_reach():g} times. Curves level out, and no interval covers that."
        )
    if straight(trend) is None:
        yield "Two sizes make a line in any case; whether the curve is straight cannot be seen."
    elif not straight(trend):
        yield "The difference bends more than noise explains, so the line misleads."
    for method, runs in zip(methods, trend.runs, strict=True):
        name = name_of(method)
        if max(runs.seeds) == 1:
            yield (
                f"A single seed of {name} at every size: how much others would differ is taken "
                "from other projects."
            )
        elif min(runs.seeds) == 1:
            yield f"Noise of seeds of {name} is taken from the sizes with several seeds."


class ScoreAt(FrozenRecord):
    """A method at a training size."""

    train_size: int
    score: MethodSummary


class DifferenceAt(FrozenRecord):
    """Method A less method B at a training size, in points; the interval is at 95 %."""

    train_size: int
    points: float
    interval: TrendInterval


class FittedLine(FrozenRecord):
    """A straight line in the logarithm of the training size; intervals are at 95 %, of noise alone.

    Attributes:
        per_doubling: points gained when the training size doubles.
        full_points: at the full size of the user's data.
    """

    per_doubling: float
    per_doubling_interval: TrendInterval
    full_points: float
    full_interval: TrendInterval


class LearningCurve(FrozenRecord):
    """Two methods over the training sizes, compared where both have usable trials.

    Attributes:
        scores: of both methods, and of the others beside them, at each one's own sizes.
        differences: A less B, by size.
        full_size: how many training examples the user has.
        factor: the full size over the largest measured one; None where nothing was measured.
        line_a: of method A; None with fewer than two sizes, as are the other lines.
        line_difference: of A less B.
        trusted: whether the factor is within what the table allows, and the points are not seen to
            bend away from the line.
        straight: whether the differences lie on a line as far as can be seen; None with fewer than
            three sizes.
        crossing: None where none is claimed.
        crossing_note: what is claimed, or why nothing is.
        note: how far the lines are to be trusted; may be empty.
    """

    method_a: str
    method_b: str
    scores: tuple[ScoreAt, ...]
    differences: tuple[DifferenceAt, ...]
    full_size: int
    factor: float | None
    line_a: FittedLine | None
    line_b: FittedLine | None
    line_difference: FittedLine | None
    trusted: bool
    straight: bool | None
    crossing: CrossingSize | None
    crossing_note: str
    note: str
