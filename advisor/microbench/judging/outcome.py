"""Which of two methods is ahead, whether they are as good as equal, or that it stays open.

Direction and equivalence are judged apart, and both are recorded. Where both hold, the outcome is
``equivalent``: a lead that surely is within the tolerance is one that the user does not care for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from advisor.catalogue.tables import load_methods
from advisor.microbench.judging.difference import Difference, sentence_of
from advisor.microbench.judging.failures import left_out, name_of, why_none
from advisor.microbench.judging.paired import (
    Needed,
    Paired,
    largest_difference,
    mcnemar,
    needed_test_size,
    paired_difference,
)
from advisor.microbench.judging.scores import example_points, never_vary, usable_trials
from advisor.microbench.judging.table import judging_table
from advisor.microbench.spec import Metric, Record, Status, TrialResult


class Outcome(str, Enum):
    """What a comparison of prompt tuning, or another soft prompt, with full fine-tuning shows."""

    PROMPT_TUNING_BETTER = "prompt_tuning_better"
    FULL_FINE_TUNING_BETTER = "full_fine_tuning_better"
    EQUIVALENT = "equivalent"
    INCONCLUSIVE = "inconclusive"


_WINNERS = {
    "soft_prompts": Outcome.PROMPT_TUNING_BETTER,
    "full": Outcome.FULL_FINE_TUNING_BETTER,
}


class Comparison(Record):
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
    def outcome(self) -> Outcome:
        """For a soft prompt and full fine-tuning.

        Raises:
            ValueError: if a method of another family is the winner.
        """
        if self.winner is None:
            return Outcome.EQUIVALENT if self.equivalent else Outcome.INCONCLUSIVE
        family = load_methods()[self.winner].family
        if family not in _WINNERS:
            raise ValueError(f"no outcome stands for a win of {self.winner}")
        return _WINNERS[family]


def compare(
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
    """A method that cannot be trained here loses; one that nobody tried, or gave time, does not."""
    failed = [side for side in (first, second) if not side.usable]
    others = [side.method for side in (first, second) if side.usable]
    tried = failed[0].results
    late = any(result.status is Status.TIMED_OUT for result in tried)
    winner = others[0] if others and tried and not late else None
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
    largest, table = largest_difference(metric), judging_table()
    wide = paired.interval(table["direction_level"], largest)
    narrow = paired.interval(table["equivalence_level"], largest)
    # Neither difference nor noise, as where no prediction ever varies: nothing has been measured.
    measured = paired.noise.of_examples > 0.0 or paired.points != 0.0
    ahead = first.method if wide[0] > 0.0 else second.method if wide[1] < 0.0 else None
    equivalence = measured and -tolerance <= narrow[0] and narrow[1] <= tolerance
    is_open = measured and not equivalence and ahead is None
    needed = _needed(paired, tolerance) if is_open else Needed(None, None)
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


def _needed(paired: Paired, tolerance: float) -> Needed:
    """What would settle it if the true difference were the one that was seen."""
    seen = abs(paired.points)
    return needed_test_size(paired.noise, max(seen, tolerance - seen))


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
