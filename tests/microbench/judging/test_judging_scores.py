"""Outcomes become points: means, correlations, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_trials import failed, result, results

from advisor.microbench.judging.scores import (
    example_points,
    never_vary,
    score_of,
    usable_trials,
)
from advisor.microbench.records import Metric, TrialStatus

TRUTH = (1.0, 2.0, 3.0, 4.0, 5.0, 7.0)


def test_points_are_a_hundred_times_the_outcome():
    assert example_points([[1, 0, 0.25]], Metric.ROUGE_L).tolist() == [[100, 0, 25]]


def test_the_score_is_the_mean_over_seeds():
    points = example_points([[1, 1, 1, 0], [1, 0, 0, 0]], Metric.ACCURACY)
    found = score_of("lora", points, Metric.ACCURACY)
    assert (found.score, found.by_seed) == (50.0, (75.0, 25.0))
    assert found.deviation == pytest.approx(np.std([75, 25], ddof=1))


def test_of_a_single_seed_no_deviation_is_known():
    found = score_of("lora", example_points([[1, 0]], Metric.ACCURACY), Metric.ACCURACY)
    assert found.deviation is None


@pytest.mark.parametrize(("outcome", "score"), [(0, 0.0), (1, 100.0)])
def test_a_perfect_record_still_leaves_room_for_doubt(outcome, score):
    points = example_points([[outcome] * 20], Metric.ACCURACY)
    found = score_of("lora", points, Metric.ACCURACY)
    assert found.score == score
    assert 0.0 <= found.interval[0] <= found.interval[1] <= 100.0
    # The classic bound for no failure in n trials: 3 / n.
    assert found.interval[1] - found.interval[0] == pytest.approx(15, abs=2.5)


def test_the_mean_of_the_pseudo_values_is_the_correlation():
    predicted = (1.0, 2.5, 2.0, 4.5, 4.0, 9.0)
    points = example_points([predicted], Metric.PEARSON, TRUTH)
    assert points.mean() == pytest.approx(100 * np.corrcoef(predicted, TRUTH)[0, 1])


def test_pseudo_values_are_what_leaving_out_one_example_gives():
    predicted = np.array([1.0, 2.5, 2.0, 4.5, 4.0, 9.0])
    left = [
        np.corrcoef(np.delete(predicted, i), np.delete(np.array(TRUTH), i))[0, 1] for i in range(6)
    ]
    points = example_points([predicted], Metric.PEARSON, TRUTH)[0]
    assert np.diff(points) == pytest.approx(-500 * np.diff(left))


@given(
    st.lists(st.floats(-5, 5), min_size=6, max_size=6),
    st.floats(0.1, 10),
    st.floats(-10, 10),
)
def test_a_correlation_does_not_depend_on_unit_or_origin(predicted, scale, shift):
    predicted = np.round(predicted, 3)
    one = example_points([predicted], Metric.PEARSON, TRUTH)
    two = example_points([scale * predicted + shift], Metric.PEARSON, TRUTH)
    assert one == pytest.approx(two, abs=1e-4)
    assert -100.000001 <= one.mean() <= 100.000001


@pytest.mark.parametrize("predicted", [[3.0] * 6, [0.0] * 6])
def test_a_constant_prediction_has_correlation_0(predicted):
    assert not example_points([predicted], Metric.PEARSON, TRUTH).any()
    assert never_vary(results(TRUTH, predicted))
    assert not never_vary(results(TRUTH))


def test_two_examples_have_no_correlation_to_speak_of():
    assert not example_points([[1.0, 2.0]], Metric.PEARSON, [1.0, 2.0]).any()


def test_a_prediction_that_varies_by_one_example_alone_is_no_trouble():
    points = example_points([[0, 0, 0, 0, 0, 1]], Metric.PEARSON, TRUTH)
    assert np.isfinite(points).all()


def test_trials_of_different_tests_are_refused():
    with pytest.raises(ValueError, match="same test examples"):
        example_points([[1, 0], [1]], Metric.ACCURACY)
    with pytest.raises(ValueError, match="same test examples"):
        example_points([[1, 0]], Metric.PEARSON, TRUTH)


def test_trials_without_a_score_or_with_nan_are_left_out():
    fine = result([1, 0], TrialStatus.STOPPED_EARLY)
    others = [
        failed(TrialStatus.CRASHED),
        result([1, 0], TrialStatus.KILLED),
        result([]),
        result([1, "nan"]),
    ]
    assert usable_trials([*others, fine]) == [fine]
