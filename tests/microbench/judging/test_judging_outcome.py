"""What a comparison says: a winner, equivalence, an open question, or a win by default."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_trials import FULL, LORA, PROMPT, by_count, failed, outcome_pairs, result, results

from advisor.microbench.judging.outcome import Comparison, ComparisonOutcome, compare_methods
from advisor.microbench.records import Metric, TrialStatus

SWAPPED = {
    ComparisonOutcome.PROMPT_TUNING_BETTER: ComparisonOutcome.FULL_FINE_TUNING_BETTER,
    ComparisonOutcome.FULL_FINE_TUNING_BETTER: ComparisonOutcome.PROMPT_TUNING_BETTER,
}


def judge(pair, tolerance=1.0, metric=Metric.ACCURACY, targets=(), methods=(PROMPT, FULL)):
    return compare_methods(methods[0], pair[0], methods[1], pair[1], metric, targets, tolerance)


def test_a_clear_lead_wins():
    found = judge(by_count(both=100, first=5, second=40, neither=55))
    assert found.outcome is ComparisonOutcome.FULL_FINE_TUNING_BETTER
    assert (found.winner, found.equivalent, found.by_default) == (FULL, False, False)
    assert found.difference.direction == FULL
    assert found.difference.mcnemar_p < 1e-6
    assert found.sentence.startswith("Full fine-tuning is better by 17.5 points (95 % interval ")


def test_a_lead_that_is_surely_within_the_tolerance_is_equivalence_with_a_direction():
    found = judge(by_count(both=4000, first=500, second=200, neither=300), tolerance=12.0)
    assert found.outcome is ComparisonOutcome.EQUIVALENT
    assert (found.winner, found.difference.direction) == (None, PROMPT)
    assert found.difference.a_within_tolerance
    assert (
        "differ by no more than the tolerance of 12 points; prompt tuning leads" in found.sentence
    )


def test_equivalence_without_a_direction():
    found = judge(by_count(both=4000, first=20, second=20, neither=960), tolerance=5.0)
    assert found.outcome is ComparisonOutcome.EQUIVALENT
    assert found.difference.direction is None


def test_the_interval_that_is_told_lies_within_the_tolerance_where_that_is_claimed():
    """The 95 % interval of such a difference may pass it."""
    pair = by_count(both=400, first=40, second=40, neither=20)
    unjudged = judge(pair, tolerance=0.1).difference
    between = (unjudged.interval_90[1] + unjudged.interval_95[1]) / 2
    found = judge(pair, tolerance=between)
    low, high = found.difference.interval_90
    assert found.outcome is ComparisonOutcome.EQUIVALENT
    assert f"90 % interval {low:+.1f} to {high:+.1f}" in found.sentence
    assert "95 % interval" not in found.sentence


def test_an_open_question_says_what_would_settle_it():
    found = judge(by_count(both=50, first=14, second=9, neither=27))
    difference = found.difference
    assert found.outcome is ComparisonOutcome.INCONCLUSIVE
    assert found.sentence.startswith("Too close to call: prompt tuning less full fine-tuning is +5")
    assert f"about {difference.needed_test_examples:,} test examples and " in found.sentence
    assert difference.smallest_visible > 2.8 * 4.5
    assert 1_000 < difference.needed_test_examples < 10_000


def test_being_surely_not_much_worse_is_recorded_apart():
    found = judge(by_count(both=300, first=60, second=45, neither=95), tolerance=3.0)
    assert found.outcome is ComparisonOutcome.INCONCLUSIVE
    assert found.difference.a_within_tolerance
    assert not found.difference.equivalence


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_single_seed_is_said_to_be_one(seeds):
    rows = np.random.default_rng(2).integers(0, 2, (2, seeds, 80)).tolist()
    found = judge([results(*side) for side in rows])
    difference = found.difference
    assert difference.seeds == (seeds, seeds)
    assert ("A single seed" in difference.note) == (seeds == 1)


def test_disagreeing_seeds_forbid_a_claim_that_one_seed_would_make():
    right = np.ones((3, 200))
    mixed = right.copy()
    mixed[0, :120] = 0
    assert judge([results(mixed[0]), results(right[0])]).winner == FULL
    assert judge([results(*mixed), results(*right)]).winner is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (TrialStatus.OUT_OF_MEMORY, "Full fine-tuning does not fit into the memory here"),
        (TrialStatus.DIVERGED, "Full fine-tuning diverges at the rates that were tried"),
    ],
)
def test_a_method_without_a_usable_trial_loses_by_default(status, words):
    pair = results([1, 0]), [failed(status, "Asked for 9 GB of 8 GB."), failed(status)]
    found = judge(pair)
    assert found.outcome is ComparisonOutcome.PROMPT_TUNING_BETTER
    assert found.by_default
    assert found.difference is None
    assert found.sentence.startswith(words)
    assert "(Asked for 9 GB of 8 GB). So prompt tuning is what is left" in found.sentence
    assert judge(pair[::-1]).outcome is ComparisonOutcome.FULL_FINE_TUNING_BETTER


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (TrialStatus.TIMED_OUT, "Full fine-tuning does not end in the time that it was given"),
        (TrialStatus.CRASHED, "Full fine-tuning crashes here"),
        (TrialStatus.KILLED, "Full fine-tuning was killed by the system"),
    ],
)
@pytest.mark.parametrize("other", [[], [failed(TrialStatus.DIVERGED)]])
def test_no_method_loses_by_what_a_busy_machine_may_have_done(status, words, other):
    found = judge((results([1, 0]), [*other, failed(status, "Signal 9."), failed(status)]))
    assert (found.outcome, found.by_default) == (ComparisonOutcome.INCONCLUSIVE, False)
    assert found.sentence.endswith("Nothing can be compared.")
    assert other or found.sentence.startswith(words)


def test_a_method_that_predicts_no_numbers_loses():
    assert judge((results([1, 0]), [result([1, "nan"])])).by_default


def test_different_failures_are_counted():
    lost = [
        failed(TrialStatus.CRASHED),
        failed(TrialStatus.DIVERGED),
        failed(TrialStatus.CRASHED),
        result([]),
    ]
    found = judge((lost, results([1])))
    assert found.sentence.startswith(
        "Prompt tuning has no usable trial: 2 crashed, 1 diverged, 1 no finite predictions."
    )


def test_without_any_usable_trial_it_stays_open():
    found = judge(([failed(TrialStatus.CRASHED)], [failed(TrialStatus.OUT_OF_MEMORY)]))
    assert found.outcome is ComparisonOutcome.INCONCLUSIVE
    assert not found.by_default
    assert found.sentence == (
        "Prompt tuning crashes here. Full fine-tuning does not fit into the memory here. "
        "Nothing can be compared."
    )


def test_a_method_that_was_never_tried_does_not_lose():
    found = judge((results([1, 1]), []))
    assert (found.outcome, found.by_default) == (ComparisonOutcome.INCONCLUSIVE, False)
    assert found.sentence == (
        "No trial of full fine-tuning came as far as the test. Nothing can be compared."
    )


def test_failed_seeds_are_left_out_and_named():
    first, second = by_count(both=50, first=5, second=5)
    difference = judge(([*first, failed(TrialStatus.DIVERGED)], second)).difference
    assert difference.seeds == (1, 1)
    assert difference.note.startswith("1 of 2 trials of prompt tuning have no score (1 diverged)")


def test_any_two_methods_can_be_compared_but_not_every_winner_has_an_outcome():
    pair = by_count(both=100, first=40, second=5, neither=55)
    found = judge(pair, methods=(LORA, FULL))
    assert found.winner == LORA
    with pytest.raises(ValueError, match="lora"):
        _ = found.outcome
    assert (
        judge(pair, methods=("prefix_tuning", FULL)).outcome
        is ComparisonOutcome.PROMPT_TUNING_BETTER
    )


TRUTH = tuple(np.random.default_rng(3).normal(size=60).tolist())


def test_correlations_are_compared_on_shared_examples():
    noise = np.random.default_rng(4).normal(size=(2, 60))
    pair = results(np.array(TRUTH) + noise[0]), results(np.array(TRUTH) + 0.3 * noise[1])
    found = judge(pair, metric=Metric.PEARSON, targets=TRUTH)
    assert found.outcome is ComparisonOutcome.FULL_FINE_TUNING_BETTER
    assert found.difference.mcnemar_p is None


def test_a_constant_prediction_loses_against_a_good_one_and_is_named():
    pair = results([2.0] * 60), results(TRUTH)
    found = judge(pair, metric=Metric.PEARSON, targets=TRUTH)
    assert found.winner == FULL
    assert found.difference.points == pytest.approx(-100.0)
    assert "Predictions of prompt tuning never vary" in found.difference.note


def test_two_constant_predictions_are_not_called_equivalent():
    pair = results([2.0] * 60), results([5.0] * 60)
    found = judge(pair, metric=Metric.PEARSON, targets=TRUTH, tolerance=5.0)
    assert found.outcome is ComparisonOutcome.INCONCLUSIVE
    assert found.difference.note.count("never vary") == 2
    assert found.difference.needed_test_examples is None


def test_a_share_for_each_example_has_no_p_value():
    pair = results([0.2, 0.5, 0.9]), results([0.1, 0.6, 0.9])
    assert judge(pair, metric=Metric.ROUGE_L).difference.mcnemar_p is None


@given(outcome_pairs(), st.sampled_from([0.0, 1.0, 5.0, 30.0]))
def test_swapping_the_methods_swaps_the_outcome(pair, tolerance):
    one = judge(pair, tolerance)
    two = judge(pair[::-1], tolerance)
    assert two.outcome is SWAPPED.get(one.outcome, one.outcome)
    mirrored = judge(pair[::-1], tolerance, methods=(FULL, PROMPT))
    assert mirrored.winner == one.winner
    assert mirrored.difference.points == pytest.approx(-one.difference.points)
    assert mirrored.difference.needed_test_examples == one.difference.needed_test_examples


@given(outcome_pairs(), st.sampled_from([0.5, 10.0, 30.0, 60.0]))
def test_the_record_is_consistent(pair, tolerance):
    found = judge(pair, tolerance)
    difference = found.difference
    (low, high), (inner_low, inner_high) = difference.interval_95, difference.interval_90
    assert low <= inner_low <= inner_high <= high
    assert low <= difference.points <= high
    assert difference.equivalence == (-tolerance <= inner_low and inner_high <= tolerance)
    assert difference.direction == (PROMPT if low > 0 else FULL if high < 0 else None)
    if difference.equivalence:
        assert difference.a_within_tolerance
        assert found.outcome is ComparisonOutcome.EQUIVALENT
    if found.outcome is not ComparisonOutcome.INCONCLUSIVE:
        assert difference.needed_test_examples is None
    elif difference.needed_test_examples is not None:
        assert difference.needed_test_examples >= difference.examples
    assert Comparison.model_validate_json(found.model_dump_json()) == found
