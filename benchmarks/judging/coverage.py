"""How often 95 % intervals of a difference hold the true one, and how wide they are.

Right and wrong answers of two methods are drawn from a model whose true scores are known: an
example is right where its ease, the method's skill, the seed's luck and chance add up to more than
0, all of them normal. Our interval stands beside those that were set aside (decision 0020).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.microbench.judging.noise import Noise, t_quantile
from advisor.microbench.judging.paired import Paired, paired_difference
from advisor.microbench.records import Metric

sys.path.insert(0, str(Path(__file__).parents[1]))
from measuring import table, versions, write_results

SEED = 20261125
LEVEL = 0.95
SKILLS = (0.7, 1.0)
OWN, CHANCE = 0.4, 0.5
# Spread of the seeds' luck for both methods; 0.3 makes a standard deviation of 6 to 8 points.
SPREADS = {"none": (0.0, 0.0), "small": (0.05, 0.05), "one method": (0.3, 0.0), "both": (0.3, 0.3)}
EXAMPLES = (100, 500)
SEEDS = (1, 2, 3, 5)
Array = NDArray[np.float64]
Interval = tuple[float, float]


class Cell(NamedTuple):
    """A setting of the simulation."""

    examples: int
    seeds: int
    spread: str

    @property
    def true_difference(self) -> float:
        """In points."""
        scores = [
            100 * NormalDist().cdf(skill / (1 + OWN**2 + CHANCE**2 + spread**2) ** 0.5)
            for skill, spread in zip(SKILLS, SPREADS[self.spread], strict=True)
        ]
        return scores[0] - scores[1]

    def draw(self, generator: np.random.Generator) -> list[Array]:
        """Points of two methods, each (seeds, examples)."""
        normal, one = generator.normal, self.examples
        ease = normal(size=one)
        return [
            100.0 * (
                ease + skill + OWN * normal(size=one) + spread * normal(size=(self.seeds, 1))
                + CHANCE * normal(size=(self.seeds, one)) > 0
            )
            for skill, spread in zip(SKILLS, SPREADS[self.spread], strict=True)
        ]  # fmt: skip


def ours(found: Paired, *_: Any) -> Interval:
    return found.interval(LEVEL, 100.0)


def welch(found: Paired, *_: Any) -> Interval:
    """One quantile for the whole variance, with Satterthwaite's degrees of freedom."""
    noise = found.noise
    parts = [(noise.of_examples, noise.examples - 1)]
    parts += [(seed.variance, seed.freedom) for seed in noise.of_seeds]
    total = sum(part for part, _ in parts)
    freedom = total**2 / sum(part**2 / own for part, own in parts)
    half = t_quantile((1 + LEVEL) / 2, freedom) * total**0.5
    return found.points - half, found.points + half


def examples_alone(found: Paired, *_: Any) -> Interval:
    """As if the seeds at hand were all that there are."""
    return Noise(found.noise.examples, found.noise.of_examples).interval(found.points, LEVEL)


def bootstrap(
    found: Paired, sides: list[Array], generator: np.random.Generator, resamples: int = 600
) -> Interval:
    """Percentiles, with examples drawn for both methods and seeds for each."""
    count = found.noise.examples
    drawn = generator.multinomial(count, np.full(count, 1 / count), size=resamples) / count
    means = []
    for points in sides:
        scores = drawn @ points.T
        seeds = generator.integers(0, len(points), (resamples, len(points)))
        means.append(np.take_along_axis(scores, seeds, axis=1).mean(axis=1))
    low, high = np.quantile(means[0] - means[1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


INTERVALS: dict[str, Callable[..., Interval]] = {
    "ours": ours, "one quantile": welch, "bootstrap": bootstrap, "examples alone": examples_alone,
}  # fmt: skip


def measure(cell: Cell, repeats: int) -> dict[str, dict[str, float]]:
    """Coverage and median width in points, by kind of interval."""
    generator = np.random.default_rng([SEED, cell.examples, cell.seeds, len(cell.spread)])
    found: dict[str, list[Interval]] = {name: [] for name in INTERVALS}
    for _ in range(repeats):
        sides = cell.draw(generator)
        paired = paired_difference(sides[0], sides[1], Metric.ACCURACY)
        for name, interval in INTERVALS.items():
            found[name].append(interval(paired, sides, generator))
    truth = cell.true_difference
    return {
        name: {
            "coverage": float(np.mean([low <= truth <= high for low, high in ends])),
            "width": float(np.median([high - low for low, high in ends])),
        }
        for name, ends in found.items()
    }


def cells() -> Iterator[Cell]:
    for examples in EXAMPLES:
        for seeds in SEEDS:
            for spread in SPREADS:
                # What a single seed cannot show is not asked of it.
                if seeds > 1 or spread == "none":
                    yield Cell(examples, seeds, spread)


def main() -> None:
    """Simulate, print and write the results files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1000)
    repeats = parser.parse_args().repeats
    measured = {cell: measure(cell, repeats) for cell in cells()}
    rows = [
        [f"{cell.examples} examples, {cell.seeds} seeds, {cell.spread}"]
        + [f"{100 * m['coverage']:.1f} ({m['width']:.1f})" for m in by_kind.values()]
        for cell, by_kind in measured.items()
    ]
    text = (
        f"Coverage of nominal 95 % intervals in %, median width in points; {repeats:,} repeats, "
        "standard error 0.7 points at 1,000.\n\n"
        + table(["Test, seeds of each method, spread of the seeds", *INTERVALS], rows)
    )
    print(text)
    record = {
        "unit": "share of intervals that hold the true difference; median width in points",
        "versions": versions(("tuning-advisor", "numpy")),
        "seed": SEED,
        "repeats": repeats,
        "cells": [cell._asdict() | by_kind for cell, by_kind in measured.items()],
    }
    write_results("judging-coverage", record, text)


if __name__ == "__main__":
    main()
