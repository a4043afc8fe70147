"""From the outcomes of a trial to points: of each test example, of each seed, of a method."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from advisor.catalogue import judging
from advisor.microbench.judging.noise import Array, noise_of_mean, run_noise
from advisor.microbench.records import FrozenRecord, Metric, TrialResult

_POINTS = 100.0
_LEAST_FOR_CORRELATION = 3


class MethodSummary(FrozenRecord):
    """How a method did on the test split.

    Attributes:
        score: points, the mean over seeds.
        by_seed: points of every usable trial, in the order given.
        deviation: standard deviation between seeds, in points; None for a single one.
        interval: of the score, at the level of directions.
    """

    method: str
    score: float
    by_seed: tuple[float, ...]
    deviation: float | None
    interval: tuple[float, float]


def usable_trials(results: Sequence[TrialResult]) -> list[TrialResult]:
    """The trials that ended well and predicted the test; one that says NaN did not."""
    return [r for r in results if r.status.usable and r.test and all(map(math.isfinite, r.test))]


def example_points(
    outcomes: Sequence[Sequence[float]], metric: Metric, targets: Sequence[float] = ()
) -> Array:
    """Points of every example in every trial, of which a trial's score is the mean.

    A correlation is no mean over examples; its examples get jackknife pseudo-values, shifted so
    that their mean is the correlation. They are to a correlation what outcomes are to accuracy.

    Args:
        outcomes: of each trial, as in `TrialResult.test`.
        metric: what the outcomes are.
        targets: the true numbers, for a correlation.

    Returns:
        (trials, examples) in points.

    Raises:
        ValueError: if the trials, or the targets of a correlation, differ in their number.
    """
    counts = [len(row) for row in outcomes]
    if not metric.mean_of_examples:
        counts.append(len(targets))
    if len(set(counts)) > 1:
        raise ValueError("the trials were not judged on the same test examples")
    values = np.asarray(outcomes, dtype=np.float64)
    if metric.mean_of_examples:
        return _POINTS * values
    truth = np.asarray(targets, dtype=np.float64)
    return _POINTS * np.array([_pseudo_values(row, truth) for row in values])


def score_of(method: str, points: Array, metric: Metric) -> MethodSummary:
    """The score of a method from its `example_points`."""
    by_seed = points.mean(axis=1)
    unseen = (0.0, _POINTS) if metric.mean_of_examples else ()
    noise = noise_of_mean(points.mean(axis=0), (run_noise(points),), unseen)
    score = float(by_seed.mean())
    low, high = noise.interval(score, judging().direction_level)
    return MethodSummary(
        method=method,
        score=score,
        by_seed=tuple(by_seed.tolist()),
        deviation=float(by_seed.std(ddof=1)) if len(by_seed) > 1 else None,
        interval=(max(0.0 if metric.mean_of_examples else -_POINTS, low), min(_POINTS, high)),
    )


def never_vary(results: Sequence[TrialResult]) -> bool:
    """Whether some trial predicts the same number throughout, so that nothing correlates."""
    return any(max(result.test) == min(result.test) for result in results)


def _pseudo_values(predicted: Array, truth: Array) -> Array:
    """Jackknife pseudo-values of a correlation; all 0 where a correlation is not defined."""
    count = len(truth)
    if count < _LEAST_FOR_CORRELATION or np.ptp(predicted) == 0.0 or np.ptp(truth) == 0.0:
        return np.zeros(count)
    x, y = predicted - predicted.mean(), truth - truth.mean()
    share = count / (count - 1.0)  # what leaving out one example takes from a sum of squares
    whole = _correlation(x @ y, x @ x, y @ y)
    left = _correlation(
        x @ y - share * x * y, x @ x - share * np.square(x), y @ y - share * np.square(y)
    )
    values = count * whole - (count - 1) * left
    return np.asarray(values - values.mean() + whole)


def _correlation(covariance: Array, first: Array, second: Array) -> Array:
    product = np.maximum(first, 0.0) * np.maximum(second, 0.0)
    root = np.sqrt(np.where(product > 0.0, product, 1.0))
    return np.where(product > 0.0, covariance / root, 0.0).clip(-1.0, 1.0)
