"""The difference of two methods, and what follows: one is ahead, both are equal, or it stays open.

Direction and equivalence are judged apart, and both are recorded. Where both hold, the outcome is
``equivalent``: a lead that surely is within the tolerance is one that the user does not care for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Literal, NamedTuple

from advisor.catalogue import judging
from advisor.methods import load_methods
from advisor.microbench.judging.failures import cannot_be_trained, left_out, name_of, why_none
from advisor.microbench.judging.paired import (
    Needed,
    largest_difference,
    mcnemar,
    needed_test_size,
    paired_difference,
)
from advisor.microbench.judging.scores import example_points, never_vary, usable_trials
from advisor.microbench.records import FrozenRecord, Metric, TrialResult
from advisor.support import capital


class Difference(FrozenRecord):
    """Method A's score minus method B's, in points, and what follows.

    Attributes:
        standard_error: in points, of test examples and seeds.
        interval_95: decides the direction.
        interval_90: decides equivalence.
        examples: test examples, the same for both.
        seeds: usable trials of A and of B.
        mcnemar_p: exact, two-sided, of these very models; None unless answers are right or wrong.
        smallest_visible: points that this test would show with the power of the table.
        needed_test_examples: to see a difference like this one, or that it is within the tolerance,
            whichever takes less; None where it is settled or nothing within reach suffices.
        needed_seeds: of each method, together with those examples.
        needed_budget: of a micro-benchmark here that has both, as it is typed; None if none has.
        direction: the method that is ahead; None where the interval includes zero.
        equivalence: whether the difference surely is within the tolerance, either way.
        a_within_tolerance: whether A surely is at most the tolerance below B.
        note: sentences that a reader of the figures needs; may be empty.
    """

    method_a: str
    method_b: str
    tolerance: float
    points: float
    standard_error: float
    interval_95: tuple[float, float]
    interval_90: tuple[float, float]
    examples: int
    seeds: tuple[int, int]
    mcnemar_p: float | None
    smallest_visible: float
    needed_test_examples: int | None
    needed_seeds: int | None
    needed_budget: str | None = None
    direction: str | None
    equivalence: bool
    a_within_tolerance: bool
    note: str


def sentence_of(found: Difference) -> str:
    """What the difference shows, and the smallest one that would have been seen."""
    first, second = name_of(found.method_a), name_of(found.method_b)
    chance = judging().power
    visible = f"{found.smallest_visible:.1f} points would show here with a chance of {chance:.0%}"
    if found.equivalence:
        leads = f"; {name_of(found.direction)} leads, by less than that" if found.direction else ""
        return (
            f"{capital(first)} and {second} differ by no more than the tolerance of "
            f"{found.tolerance:g} points{leads} ({_signed(found, 90)}). {visible}."
        )
    if found.direction:
        least, most = sorted(abs(end) for end in found.interval_95)
        return (
            f"{capital(name_of(found.direction))} is better by {abs(found.points):.1f} points "
            f"(95 % interval {least:.1f} to {most:.1f}). {visible}."
        )
    return f"Too close to call: {_signed(found, 95)}. {visible}; {_what_would_settle(found)}."


def _signed(found: Difference, level: Literal[90, 95]) -> str:
    """The difference with the interval that decided: the wider one may pass the tolerance."""
    low, high = found.interval_90 if level == 90 else found.interval_95  # noqa: PLR2004
    return (
        f"{name_of(found.method_a)} less {name_of(found.method_b)} is {found.points:+.1f} points, "
        f"{level} % interval {low:+.1f} to {high:+.1f}"
    )


def _what_would_settle(found: Difference) -> str:
    if found.needed_test_examples is None:
        return "no number of examples and seeds within reach would settle it"
    return (
        f"about {found.needed_test_examples:,} test examples and {found.needed_seeds} "
        "seeds of each method would settle it"
    )


class ComparisonOutcome(str, Enum):
    """What a comparison of prompt tuning, or another soft prompt, with full fine-tuning shows."""

    PROMPT_TUNING_BETTER = "prompt_tuning_better"
    FULL_FINE_TUNING_BETTER = "full_fine_tuning_better"
    EQUIVALENT = "equivalent"
    INCONCLUSIVE = "inconclusive"


_NOTHING = Needed(None, None)
_WINNERS = {
    "soft_prompts": ComparisonOutcome.PROMPT_TUNING_BETTER,
    "full": ComparisonOutcome.FULL_FINE_TUNING_BETTER,
}


class Comparison(FrozenRecord):
    """What the trials of two methods come to.

    Attributes:
        winner: the better method; None where they are equivalent or it stays open.
        equivalent: whether they are as good as equal.
        by_default: whether the winner won because the other one has no usable trial.
        sentence: the same in words.
        difference: None where either has no usable trial.
    """

    method_a: str
    method_b: str
    winner: str | None
    equivalent: bool
    by_default: bool
    sentence: str
    difference: Difference | None = None

    @property
    def outcome(self) -> ComparisonOutcome:
        """For a soft prompt and full fine-tuning.

        Raises:
            ValueError: if a method of another family is the winner.
        """
        if self.winner is None:
            return (
                ComparisonOutcome.EQUIVALENT if self.equivalent else ComparisonOutcome.INCONCLUSIVE
            )
        family = load_methods()[self.winner].family
        if family not in _WINNERS:
            raise ValueError(f"no outcome stands for a win of {self.winner}")
        return _WINNERS[family]


def compare_methods(
    method_a: str,
    results_a: Sequence[TrialResult],
    method_b: str,
    results_b: Sequence[TrialResult],
    metric: Metric,
    targets: Sequence[float],
    tolerance: float,
) -> Comparison:
    """Compare any two methods that predicted the same test examples.

    Args:
        method_a: a method's identifier; its score counts positive.
        results_a: its trials, one for each seed, all with the same setting.
        method_b: the other method.
        results_b: its trials.
        metric: how outcomes become points.
        targets: the true numbers for a correlation; empty for other metrics.
        tolerance: the largest difference in points that does not matter.

    Raises:
        ValueError: if the trials were not judged on the same number of examples.
    """
    first, second = _side(method_a, results_a), _side(method_b, results_b)
    if not (first.usable and second.usable):
        return _without_difference(first, second)
    difference = _difference(first, second, metric, targets, tolerance)
    return Comparison(
        method_a=method_a,
        method_b=method_b,
        winner=None if difference.equivalence else difference.direction,
        equivalent=difference.equivalence,
        by_default=False,
        sentence=sentence_of(difference),
        difference=difference,
    )


class _Side(NamedTuple):
    """A method, its trials, and those of them that have a score."""

    method: str
    results: Sequence[TrialResult]
    usable: Sequence[TrialResult]


def _side(method: str, results: Sequence[TrialResult]) -> _Side:
    return _Side(method, results, usable_trials(results))


def _without_difference(first: _Side, second: _Side) -> Comparison:
    """A method that does not fit here or always diverges loses; chance and haste defeat none."""
    failed = [side for side in (first, second) if not side.usable]
    others = [side.method for side in (first, second) if side.usable]
    winner = others[0] if others and cannot_be_trained(failed[0].results) else None
    said = [why_none(side.method, side.results) for side in failed]
    said.append(
        f"So {name_of(winner)} is what is left; nothing was compared."
        if winner
        else "Nothing can be compared."
    )
    return Comparison(
        method_a=first.method,
        method_b=second.method,
        winner=winner,
        equivalent=False,
        by_default=winner is not None,
        sentence=" ".join(said),
    )


def _difference(
    first: _Side, second: _Side, metric: Metric, targets: Sequence[float], tolerance: float
) -> Difference:
    outcomes = [result.test for result in (*first.usable, *second.usable)]
    points = example_points(outcomes, metric, targets)
    own, other = points[: len(first.usable)], points[len(first.usable) :]
    paired = paired_difference(own, other, metric)
    largest, table = largest_difference(metric), judging()
    wide = paired.interval(table.direction_level, largest)
    narrow = paired.interval(table.equivalence_level, largest)
    # Neither difference nor noise, as where no prediction ever varies: nothing has been measured.
    measured = paired.noise.of_examples > 0.0 or paired.points != 0.0
    ahead = first.method if wide[0] > 0.0 else second.method if wide[1] < 0.0 else None
    equivalence = measured and -tolerance <= narrow[0] and narrow[1] <= tolerance
    is_open = measured and not equivalence and ahead is None
    needed = needed_test_size(paired.noise, paired.points, tolerance) if is_open else _NOTHING
    return Difference(
        method_a=first.method,
        method_b=second.method,
        tolerance=tolerance,
        points=paired.points,
        standard_error=paired.noise.standard_error,
        interval_95=wide,
        interval_90=narrow,
        examples=points.shape[1],
        seeds=(len(own), len(other)),
        mcnemar_p=mcnemar(own, other) if metric.right_or_wrong else None,
        smallest_visible=paired.noise.smallest_visible(),
        needed_test_examples=needed.examples,
        needed_seeds=needed.seeds,
        direction=ahead,
        equivalence=equivalence,
        a_within_tolerance=measured and narrow[0] >= -tolerance,
        note=" ".join(filter(None, _notes((first, second), metric))),
    )


def _notes(sides: Sequence[_Side], metric: Metric) -> Iterator[str]:
    for side in sides:
        yield left_out(side.method, side.results)
        if metric is Metric.PEARSON and never_vary(side.usable):
            yield (
                f"Predictions of {name_of(side.method)} never vary in some trial; its correlation "
                "is counted as 0."
            )
    if min(len(side.usable) for side in sides) == 1:
        yield "A single seed: how much others would differ is taken from other projects."
