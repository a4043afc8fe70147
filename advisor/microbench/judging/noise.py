"""How far a mean over test examples and seeds may be from what other examples and seeds give.

Variance components of trials x examples: the examples of the test split are drawn once for all
trials, the seeds apart for each method. docs/decisions/0020-intervals.md says why, and how often
the intervals cover.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from advisor.microbench.judging.student import t_quantile
from advisor.microbench.judging.table import judging_table

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SeedNoise:
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
    of_seeds: tuple[SeedNoise, ...] = ()
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
        table = judging_table()
        needed = NormalDist().inv_cdf(table["power"]) * self.standard_error
        return self.half_width(table["direction_level"]) + needed

    def provable_margin(self) -> float:
        """How far the tolerance has to be from a true difference for equivalence to be seen.

        With the power of the table; of what may go wrong, either side gets half.
        """
        table = judging_table()
        needed = NormalDist().inv_cdf((1.0 + table["power"]) / 2.0) * self.standard_error
        return self.half_width(table["equivalence_level"]) + needed

    def at(self, examples: int, seeds: int) -> Noise:
        """The noise to expect with other numbers; no method gets fewer seeds than it has.

        Further seeds are expected to scatter as the ones so far and the prior say together.
        """
        of_seeds = []
        for seed in self.of_seeds:
            count = max(seeds, seed.seeds)
            variance = seed.variance * seed.seeds / count
            of_seeds.append(SeedNoise(variance, seed.freedom + count - seed.seeds, count))
        variance = self.of_examples * self.examples / examples
        return replace(self, examples=examples, of_examples=variance, of_seeds=tuple(of_seeds))


def noise_of_mean(
    values: Array, of_seeds: tuple[SeedNoise, ...] = (), unseen: Sequence[float] = ()
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


def run_noise(points: Array) -> SeedNoise:
    """What the seeds add to the variance of the mean over them, from (seeds, examples)."""
    seeds = len(points)
    observed = run_variance(points) if seeds > 1 else 0.0
    variance, freedom = with_prior(observed, seeds - 1)
    return SeedNoise(variance / seeds, freedom, seeds)


def with_prior(observed: float, freedom: int) -> tuple[float, float]:
    """The variance of a single run's score, and its degrees of freedom.

    What was observed is averaged with how seeds scattered in other runs (judging.yaml), each by
    its degrees of freedom, since two seeds say next to nothing about it (Smyth 2004); but never to
    less than was observed.
    """
    prior = judging_table()["seeds"]
    known, deviation = float(prior["freedom"]), float(prior["deviation"])
    together = known + freedom
    return max(observed, (known * deviation**2 + freedom * observed) / together), together
