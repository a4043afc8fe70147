"""A straight line in the logarithm of the training size, with the noise of all that lies on it.

Every figure that is read off the line is a weighted sum of what was measured at the sizes. All
sizes are judged on the same test examples, so the sum is formed for each example first: that keeps
the noise that the sizes share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from advisor.microbench.judging.noise import (
    Array,
    Noise,
    SeedVariance,
    noise_of_mean,
    run_variance,
    with_prior,
)

TrendInterval = tuple[float, float]
_LEAST_FOR_BEND = 3


class Reading(NamedTuple):
    """A figure read off the line, in points, and its noise."""

    value: float
    noise: Noise

    def interval(self, level: float) -> TrendInterval:
        """Two-sided, of noise alone: that the line is the wrong shape is not in it."""
        return self.noise.interval(self.value, level)


@dataclass(frozen=True, slots=True)
class RunNoise:
    """How single runs of a method scatter, pooled over the sizes with several seeds.

    Attributes:
        variance: of one run's score through its seed, in squared points.
        freedom: degrees of freedom, those of the prior included.
        seeds: runs at every size, in the order of the sizes.
    """

    variance: float
    freedom: float
    seeds: tuple[int, ...]

    def of_sum(self, weights: Array) -> SeedVariance:
        """The noise of a weighted sum over the sizes."""
        share = float(np.sum(np.square(weights) / np.array(self.seeds)))
        return SeedVariance(self.variance * share, self.freedom)


@dataclass(frozen=True, slots=True)
class Trend:
    """What was measured at several training sizes.

    Attributes:
        sizes: training examples, rising.
        points: (sizes, test examples), means over the seeds or differences of them.
        runs: of every method that takes part.
        possible: the least and the most points that an example can have; None for correlations.
    """

    sizes: tuple[int, ...]
    points: Array
    runs: tuple[RunNoise, ...]
    possible: tuple[float, float] | None

    def at_measured(self, place: int) -> Reading:
        """What was measured at a size, without the line."""
        return self._read(np.eye(len(self.sizes))[place])

    def at(self, size: float) -> Reading:
        """The line at a training size."""
        return self._read(1.0 / len(self.sizes) + (math.log(size) - self._middle) * self._slopes)

    def per_doubling(self) -> Reading:
        """By how much the line rises when the training size doubles."""
        return self._read(math.log(2.0) * self._slopes)

    def bend(self) -> Reading | None:
        """How far the measured points bend away from any line; None with fewer than three."""
        if len(self.sizes) < _LEAST_FOR_BEND:
            return None
        squares = np.square(self._places)
        return self._read(squares - squares.mean() - (squares @ self._places) * self._slopes)

    def zero(self) -> float | None:
        """The training size at which the line is at 0; None where it runs level."""
        slope = self._slopes @ self._means
        exponent = self._middle - self._means.mean() / slope if slope else math.inf
        return math.exp(exponent) if abs(exponent) < math.log(1e15) else None

    @property
    def _middle(self) -> float:
        return float(np.log(self.sizes).mean())

    @property
    def _places(self) -> Array:
        return np.asarray(np.log(self.sizes) - self._middle)

    @property
    def _slopes(self) -> Array:
        """The weights whose sum is the slope, by least squares."""
        return np.asarray(self._places / np.square(self._places).sum())

    @property
    def _means(self) -> Array:
        return np.asarray(self.points.mean(axis=1))

    def _read(self, weights: Array) -> Reading:
        of_seeds = tuple(runs.of_sum(weights) for runs in self.runs)
        values = weights @ self.points
        noise = noise_of_mean(values, of_seeds, self._unseen(weights))
        return Reading(float(values.mean()), noise)

    def _unseen(self, weights: Array) -> tuple[float, ...]:
        """The unseen examples of every size, as they come out in a weighted sum."""
        if self.possible is None:
            return ()
        low, high = self.possible
        centre = (low + high) / 2.0 * float(weights.sum())
        spread = (high - low) / 2.0 * math.hypot(*weights)
        return centre - spread, centre + spread


def run_noise_of(points: Mapping[int, Array], sizes: Sequence[int]) -> RunNoise:
    """How the runs of a method scatter, from (seeds, examples) at each size."""
    several = [points[size] for size in sizes if len(points[size]) > 1]
    freedom = sum(len(rows) - 1 for rows in several)
    total = sum((len(rows) - 1) * run_variance(rows) for rows in several)
    variance, known = with_prior(total / freedom if freedom else 0.0, freedom)
    return RunNoise(variance, known, tuple(len(points[size]) for size in sizes))
