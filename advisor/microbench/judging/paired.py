"""The difference between two methods that were judged on the same test examples."""

from __future__ import annotations

import math
from typing import NamedTuple

from advisor.catalogue import judging
from advisor.microbench.judging.noise import Array, Noise, noise_of_mean, run_noise
from advisor.microbench.records import Metric

_POINTS = 100.0


class Paired(NamedTuple):
    """A difference in points and its noise."""

    points: float
    noise: Noise

    def interval(self, level: float, largest: float) -> tuple[float, float]:
        """Two-sided, within what a difference can be at all."""
        low, high = self.noise.interval(self.points, level)
        return max(-largest, low), min(largest, high)


class Needed(NamedTuple):
    """What it takes to see a difference: test examples, and seeds of each method.

    Both are None where no numbers within the limits of the table suffice.
    """

    examples: int | None
    seeds: int | None


def paired_difference(first: Array, second: Array, metric: Metric) -> Paired:
    """The first method's mean points less the second's.

    Args:
        first: (seeds, examples) of `example_points`.
        second: the same for the other method, in the same order of examples.
        metric: whether single examples count from 0 to 100.
    """
    difference = first.mean(axis=0) - second.mean(axis=0)
    of_seeds = (run_noise(first), run_noise(second))
    noise = noise_of_mean(difference, of_seeds, unseen_differences(metric))
    return Paired(float(difference.mean()), noise)


def unseen_differences(metric: Metric) -> tuple[float, ...]:
    """Differences that count as seen: one example fully for each of two methods."""
    return (-_POINTS, _POINTS) if metric.mean_of_examples else ()


def largest_difference(metric: Metric) -> float:
    """The largest difference that there can be, in points."""
    return _POINTS if metric.mean_of_examples else 2.0 * _POINTS


def mcnemar(first: Array, second: Array) -> float:
    """The exact two-sided p-value that neither method is right more often than the other.

    An example counts for the method that is right in the larger share of its seeds; with one seed
    each this is McNemar's test, with several the sign test. It speaks of these trained models:
    that other seeds give other models is not in it.

    Args:
        first: (seeds, examples) of outcomes, or of points, of one method.
        second: of the other.
    """
    # Multiplied crosswise instead of divided, so that equal shares are exactly equal.
    lead = first.sum(axis=0) * len(second) - second.sum(axis=0) * len(first)
    return binomial_p(int((lead > 0).sum()), int((lead < 0).sum()))


def binomial_p(wins: int, losses: int) -> float:
    """The two-sided p-value of a fair coin that falls so unevenly, or more so."""
    count = wins + losses
    logs = [
        math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1)
        for k in range(min(wins, losses) + 1)
    ]
    tail = math.fsum(math.exp(log - count * math.log(2.0)) for log in logs)
    return min(1.0, 2.0 * tail)


def needed_test_size(noise: Noise, points: float, tolerance: float) -> Needed:
    """The test examples and seeds that settle it, if the true difference is ``points``.

    Either the difference is the smallest visible one, or what it leaves of the tolerance suffices
    to show equivalence. More examples do not help against the noise of seeds. Seeds are added
    first, until they make up no more than the table's share of the variance; then the examples are
    counted, from those that there are.
    """
    limits = judging().needed
    most, share = limits.most_examples, math.sqrt(limits.seed_share)

    def settles(found: Noise, part: float = 1.0) -> bool:
        seen, left = abs(points) * part, (tolerance - abs(points)) * part
        return found.smallest_visible() <= seen or found.provable_margin() <= left

    present = min((seed.seeds for seed in noise.of_seeds), default=1)
    for seeds in range(present, max(limits.most_seeds, present) + 1):
        alone = Noise(most, 0.0, noise.at(most, seeds).of_seeds)
        if settles(alone, share):
            break
    if not settles(noise.at(most, seeds)):
        return Needed(None, None)
    low, high = noise.examples - 1, max(int(most), noise.examples)
    while high - low > 1:
        middle = (low + high) // 2
        if settles(noise.at(middle, seeds)):
            high = middle
        else:
            low = middle
    return Needed(high, seeds)
