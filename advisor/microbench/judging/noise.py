"""How far a mean over examples and seeds may be off, by Student's t; no scipy is needed.

Variance components of trials x examples: the examples of the test split are drawn once for all
trials, the seeds apart for each method. docs/decisions/0020-intervals.md says why, and how often
the intervals cover.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from advisor.catalogue import judging

_NORMAL_FROM = 1e6  # degrees of freedom; the difference is beyond the sixth digit
_PRECISION = 1e-12
_MOST_STEPS = 500


@functools.lru_cache(maxsize=1024)
def t_quantile(probability: float, freedom: float) -> float:
    """The quantile above the median.

    Newton's method from the normal quantile: the distribution function is concave there, so that
    each step falls short of the root and none leaps over it.

    Args:
        probability: from 0.5 to below 1.
        freedom: degrees of freedom, at least 1; need not be whole.
    """
    found = NormalDist().inv_cdf(probability)
    if freedom >= _NORMAL_FROM:
        return found
    for _ in range(_MOST_STEPS):
        step = (probability - t_cdf(found, freedom)) / _density(found, freedom)
        found += step
        if abs(step) <= _PRECISION * (1.0 + found):
            break
    return found


def t_cdf(value: float, freedom: float) -> float:
    """The distribution function at a value of at least 0."""
    if value == 0.0:
        return 0.5
    share = freedom / (freedom + value * value)
    return 1.0 - 0.5 * _incomplete_beta(share, freedom / 2.0, 0.5)


def _density(value: float, freedom: float) -> float:
    half = (freedom + 1.0) / 2.0
    constant = math.lgamma(half) - math.lgamma(freedom / 2.0)
    root = math.sqrt(freedom * math.pi)
    return math.exp(constant - half * math.log1p(value * value / freedom)) / root


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, for 0 < x < 1."""
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log_front + a * math.log(x) + b * math.log1p(-x))
    # The fraction converges quickly on this side only; the other one follows by symmetry.
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _continued_fraction(x, a, b) / a
    return 1.0 - front * _continued_fraction(1.0 - x, b, a) / b


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the fraction (Abramowitz and Stegun 26.5.8)."""
    result = d = 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    c = 1.0
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        before = result
        for factor in (even, odd):
            d = 1.0 / (1.0 + factor * d)
            c = 1.0 + factor / c
            result *= c * d
        if abs(result - before) <= _PRECISION * abs(result):
            break
    return result


Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SeedVariance:
    """What the seeds of one method add to the variance of a mean.

    Attributes:
        variance: in squared points.
        freedom: degrees of freedom from which it was estimated, those of the prior included.
        seeds: of which the mean was taken.
    """

    variance: float
    freedom: float
    seeds: int = 1


@dataclass(frozen=True, slots=True)
class Noise:
    """The noise of a mean, or of a difference between two.

    Attributes:
        examples: how many test examples there are.
        of_examples: variance of the mean through the choice of these examples, in squared points.
        of_seeds: one entry for each method.
        unseen: extreme examples, in points, that count as if they had been seen. Without them a
            split on which nothing differs would prove that nothing ever does.
    """

    examples: int
    of_examples: float
    of_seeds: tuple[SeedVariance, ...] = ()
    unseen: tuple[float, ...] = ()

    @property
    def standard_error(self) -> float:
        """In points."""
        return math.sqrt(self.of_examples + sum(seed.variance for seed in self.of_seeds))

    def half_width(self, level: float) -> float:
        """Half of a two-sided interval, in points.

        Each source counts with its own quantile (Banerjee 1961: never too narrow), the seeds of
        two methods together with Welch's degrees of freedom.
        """
        probability = (1.0 + level) / 2.0
        square = t_quantile(probability, max(self.examples - 1, 1)) ** 2 * self.of_examples
        variance = sum(seed.variance for seed in self.of_seeds)
        if variance > 0.0:
            freedom = 1.0 / sum((s.variance / variance) ** 2 / s.freedom for s in self.of_seeds)
            square += t_quantile(probability, freedom) ** 2 * variance
        return math.sqrt(square)

    def interval(self, mean: float, level: float) -> tuple[float, float]:
        """The two-sided interval around a mean in points.

        Its centre includes the unseen examples, as in Bonett and Price 2012.
        """
        count = self.examples + len(self.unseen)
        centre = (self.examples * mean + sum(self.unseen)) / count
        half = self.half_width(level)
        return centre - half, centre + half

    def smallest_visible(self) -> float:
        """The smallest true difference in points that is seen with the power of the table.

        With many examples and seeds this is (1.96 + 0.84) standard errors.
        """
        table = judging()
        needed = NormalDist().inv_cdf(table.power) * self.standard_error
        return self.half_width(table.direction_level) + needed

    def provable_margin(self) -> float:
        """How far the tolerance has to be from a true difference for equivalence to be seen.

        With the power of the table; of what may go wrong, either side gets half.
        """
        table = judging()
        needed = NormalDist().inv_cdf((1.0 + table.power) / 2.0) * self.standard_error
        return self.half_width(table.equivalence_level) + needed

    def at(self, examples: int, seeds: int) -> Noise:
        """The noise to expect with other numbers; no method gets fewer seeds than it has.

        Further seeds are expected to scatter as the ones so far and the prior say together.
        """
        of_seeds = []
        for seed in self.of_seeds:
            count = max(seeds, seed.seeds)
            variance = seed.variance * seed.seeds / count
            of_seeds.append(SeedVariance(variance, seed.freedom + count - seed.seeds, count))
        variance = self.of_examples * self.examples / examples
        return replace(self, examples=examples, of_examples=variance, of_seeds=tuple(of_seeds))


def noise_of_mean(
    values: Array, of_seeds: tuple[SeedVariance, ...] = (), unseen: Sequence[float] = ()
) -> Noise:
    """The noise of the mean of some examples.

    Args:
        values: points of every example, the mean over seeds.
        of_seeds: what seeds add.
        unseen: as in `Noise`.
    """
    padded = np.concatenate([values, np.asarray(unseen, dtype=np.float64)])
    variance = float(padded.var(ddof=1) / len(padded)) if len(padded) > 1 else 0.0
    return Noise(len(values), variance, of_seeds, tuple(unseen))


def run_variance(points: Array) -> float:
    """Variance of a single run's score through its seed, in squared points.

    Seeds also differ by chance on single examples. That part is in the noise of the examples, so it
    is taken off; what is left may come out below 0 and then counts as 0.

    Args:
        points: (seeds, examples), two seeds at least.
    """
    return max(0.0, float(points.mean(axis=1).var(ddof=1)) - chance_variance(points))


def chance_variance(points: Array) -> float:
    """The part of the variance of runs' scores that chance on single examples explains.

    Args:
        points: (seeds, examples), two seeds at least.
    """
    seeds, examples = points.shape
    rest = points - points.mean(axis=0) - points.mean(axis=1)[:, None] + points.mean()
    return float(np.square(rest).sum() / ((seeds - 1) * max(examples - 1, 1)) / examples)


def run_noise(points: Array) -> SeedVariance:
    """What the seeds add to the variance of the mean over them, from (seeds, examples)."""
    seeds = len(points)
    observed = run_variance(points) if seeds > 1 else 0.0
    variance, freedom = with_prior(observed, seeds - 1)
    return SeedVariance(variance / seeds, freedom, seeds)


def with_prior(observed: float, freedom: int) -> tuple[float, float]:
    """The variance of a single run's score, and its degrees of freedom.

    What was observed is averaged with how seeds scattered in other runs (judging.yaml), each by
    its degrees of freedom, since two seeds say next to nothing about it (Smyth 2004); but never to
    less than was observed.
    """
    prior = judging().seeds
    known, deviation = prior.freedom, prior.deviation
    together = known + freedom
    return max(observed, (known * deviation**2 + freedom * observed) / together), together
