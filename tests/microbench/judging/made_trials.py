"""Made-up trials for the tests of judging: results with given outcomes, and random ones."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from hypothesis import strategies as st

from advisor.microbench.records import Point, Purpose, Trial, TrialResult, TrialStatus

PROMPT, FULL, LORA = "prompt_tuning", "full_fine_tuning", "lora"


def result(outcomes=(), status=TrialStatus.FINISHED, **fields) -> TrialResult:
    fields = {"trial": "t", "status": status, "test": tuple(map(float, outcomes))} | fields
    return TrialResult(**fields)


def results(*rows) -> list[TrialResult]:
    return [result(row) for row in rows]


def failed(status, message="") -> TrialResult:
    return result(status=status, message=message)


def trial(id_, method=PROMPT, purpose=Purpose.FINAL, rate=0.01, head=None, seed=0, size=100):
    return Trial(
        id=id_, purpose=purpose, method=method, learning_rate=rate, head_rate=head, seed=seed,
        train_size=size, steps=40, dev_every=10, patience=3, test=purpose is not Purpose.SEARCH,
    )  # fmt: skip


def looks(*dev_losses) -> tuple[Point, ...]:
    return tuple(
        Point(step=10 * number, train_loss=0.1, dev_loss=loss, dev_score=50.0)
        for number, loss in enumerate(dev_losses, 1)
    )


def by_count(both=0, first=0, second=0, neither=0) -> tuple[list[TrialResult], list[TrialResult]]:
    """One trial of each method with so many examples right."""
    own = [1] * both + [1] * first + [0] * second + [0] * neither
    other = [1] * both + [0] * first + [1] * second + [0] * neither
    return results(own), results(other)


class Simulated:
    """Right and wrong answers of two methods whose true scores are known.

    An example is right where its ease, the method's skill, the seed's luck and chance add up to
    more than 0; all four are normal, so the true scores follow from the normal distribution.
    """

    def __init__(self, skills, seed_spreads, generator):
        self.skills, self.spreads, self.generator = skills, seed_spreads, generator
        truth = [
            100 * NormalDist().cdf(skill / np.sqrt(1.0 + 0.16 + 0.25 + spread**2))
            for skill, spread in zip(skills, seed_spreads, strict=True)
        ]
        self.difference = truth[0] - truth[1]

    def draw(self, examples, seeds):
        """Points of two methods, each (seeds, examples)."""
        normal = self.generator.normal
        ease = normal(size=examples)
        return [
            100.0 * (
                ease + skill + 0.4 * normal(size=examples) + spread * normal(size=(seeds, 1))
                + 0.5 * normal(size=(seeds, examples)) > 0
            )
            for skill, spread in zip(self.skills, self.spreads, strict=True)
        ]  # fmt: skip


@st.composite
def outcome_pairs(draw, least=2, most=40, most_seeds=3):
    """Right and wrong answers of two methods, each with one or a few seeds."""
    examples = draw(st.integers(least, most))
    row = st.lists(st.sampled_from((0.0, 1.0)), min_size=examples, max_size=examples)
    rows = st.lists(row, min_size=1, max_size=most_seeds)
    return results(*draw(rows)), results(*draw(rows))
