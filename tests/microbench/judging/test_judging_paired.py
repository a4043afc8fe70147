"""Differences between two methods on the same examples, by hand and by property."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from made_trials import by_count, outcome_pairs
from scipy import stats

from advisor.catalogue.settings import judging
from advisor.microbench.judging.noise import Noise, SeedVariance
from advisor.microbench.judging.paired import (
    Needed,
    binomial_p,
    mcnemar,
    needed_test_size,
    paired_difference,
)
from advisor.microbench.judging.scores import example_points
from advisor.microbench.planning.cost import levels
from advisor.microbench.records import Metric


def points_of(pair):
    return [example_points([r.test for r in side], Metric.ACCURACY) for side in pair]


def paired(pair):
    return paired_difference(*points_of(pair), Metric.ACCURACY)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (0, 0, 1.0),
        (0, 1, 1.0),
        (5, 5, 1.0),
        (0, 5, 2 / 32),
        (1, 9, 2 * (1 + 10) / 1024),
        (12, 3, 2 * (1 + 15 + 105 + 455) / 32768),
        (10, 20, stats.binomtest(10, 30).pvalue),
        (430, 520, stats.binomtest(430, 950).pvalue),
    ],
)
def test_mcnemars_exact_p_value(first, second, expected):
    assert binomial_p(first, second) == pytest.approx(expected)
    pair = by_count(both=7, first=first, second=second, neither=3)
    assert mcnemar(*points_of(pair)) == pytest.approx(expected)


def test_with_several_seeds_an_example_goes_to_the_larger_share_of_right_answers():
    first = np.array([[1, 1, 0, 1], [1, 0, 0, 1], [0, 0, 0, 1]])  # shares 2/3, 1/3, 0, 1
    second = np.array([[1, 0, 0, 1], [0, 1, 0, 1]])  # shares 1/2, 1/2, 0, 1
    assert mcnemar(first, second) == binomial_p(1, 1)


def test_equal_shares_of_different_numbers_of_seeds_are_equal():
    third = np.array([[1.0], [0.0], [0.0]])
    assert mcnemar(third, np.repeat(third, 3, axis=0)) == 1.0
    assert mcnemar(100 * third, 100 * np.repeat(third, 7, axis=0)) == 1.0


def test_the_standard_error_of_a_difference_by_hand():
    found = paired(by_count(both=60, first=12, second=8, neither=20))
    assert found.points == 4.0
    # 100 examples and two unseen ones: 13 and 9 disagreements, mean 4 / 102.
    variance = 1e4 * (22 - 102 * (4 / 102) ** 2) / 101 / 102
    assert found.noise.of_examples == pytest.approx(variance)
    low, high = found.interval(0.95, 100)
    assert (low + high) / 2 == pytest.approx(400 / 102)


@pytest.mark.parametrize("pair", [by_count(both=50), by_count(neither=50)])
def test_where_nothing_differs_the_interval_is_that_of_what_was_not_seen(pair):
    noise = paired(pair).noise
    low, high = Noise(noise.examples, noise.of_examples, (), noise.unseen).interval(0, 0.95)
    # No disagreement in 50 leaves rates of 3 / 50 possible, to either side.
    assert (low, high) == pytest.approx((-5.5, 5.5), abs=0.5)
    assert mcnemar(*points_of(pair)) == 1.0


def test_a_single_example_shows_nothing():
    low, high = paired(by_count(first=1)).interval(0.95, 100)
    assert (low, high) == (-100, 100)


@given(outcome_pairs())
def test_swapping_the_methods_negates_the_difference(pair):
    one, two = paired(pair), paired(pair[::-1])
    assert two.points == pytest.approx(-one.points)
    assert two.noise.standard_error == pytest.approx(one.noise.standard_error)
    low, high = one.interval(0.9, 100)
    assert two.interval(0.9, 100) == pytest.approx((-high, -low))
    first, second = points_of(pair)
    assert mcnemar(first, second) == mcnemar(second, first)


@given(outcome_pairs(), st.randoms(use_true_random=False))
def test_the_order_of_examples_and_of_seeds_means_nothing(pair, source):
    first, second = points_of(pair)
    order = list(range(first.shape[1]))
    source.shuffle(order)
    mixed = paired_difference(first[::-1, order], second[::-1, order], Metric.ACCURACY)
    expected = paired_difference(first, second, Metric.ACCURACY)
    assert mixed.points == pytest.approx(expected.points)
    assert mixed.interval(0.95, 100) == pytest.approx(expected.interval(0.95, 100), abs=1e-6)
    assert mcnemar(first[:, order], second[:, order]) == mcnemar(first, second)


@given(outcome_pairs(most_seeds=1), st.integers(1, 30))
def test_examples_on_which_both_agree_never_widen_the_interval(pair, more):
    first, second = points_of(pair)
    # Where more than half of the examples differ, agreement is news and may well widen it.
    assume(np.abs(first - second).mean() <= 50)
    same = np.full((1, more), 100.0)
    longer = paired_difference(
        np.hstack([first, same]), np.hstack([second, same]), Metric.ACCURACY
    ).noise
    assert longer.half_width(0.95) <= paired(pair).noise.half_width(0.95) * (1 + 1e-9)
    assert mcnemar(np.hstack([first, same]), np.hstack([second, same])) == mcnemar(first, second)


@given(outcome_pairs(most_seeds=1))
def test_seeds_that_say_all_the_same_never_widen_the_interval(pair):
    first, second = points_of(pair)
    thrice = paired_difference(first.repeat(3, axis=0), second.repeat(3, axis=0), Metric.ACCURACY)
    assert thrice.noise.of_examples == pytest.approx(paired(pair).noise.of_examples)
    assert thrice.noise.half_width(0.95) <= paired(pair).noise.half_width(0.95)


def test_the_needed_size_is_the_smallest_that_shows_the_difference():
    noise = Noise(200, 4.0)
    found = needed_test_size(noise, 2.0, 0.0)
    assert found.seeds == 1
    assert noise.at(found.examples, 1).smallest_visible() <= 2.0
    assert noise.at(found.examples - 1, 1).smallest_visible() > 2.0
    # (1.96 + 0.84)^2 times the variance of an example over the square of the difference.
    assert found.examples == pytest.approx(7.85 * 800 / 4, rel=0.01)


def test_more_seeds_are_asked_for_where_more_examples_would_not_do():
    noise = Noise(200, 4.0, (SeedVariance(4.0, 2, 3), SeedVariance(1.0, 2, 3)))
    found = needed_test_size(noise, 7.0, 0.0)
    assert found.seeds > 3
    assert noise.at(found.examples, found.seeds).smallest_visible() <= 7.0
    assert needed_test_size(noise, 16.0, 0.0).seeds == 3


def test_fewer_examples_than_there_are_are_never_proposed():
    noise = Noise(200, 1e-4, (SeedVariance(4.0, 2, 3),))
    assert needed_test_size(noise, 6.0, 0.0).examples == 200


@pytest.mark.parametrize(
    ("noise", "points"),
    [
        (Noise(200, 4.0), 0.0),
        (Noise(200, 4.0), 1e-3),
        (Noise(9, 1.0, (SeedVariance(1e4, 2, 3),)), 1.0),
    ],
)
def test_what_is_out_of_reach_is_not_proposed(noise, points):
    assert needed_test_size(noise, points, 0.0) == Needed(None, None)


@given(st.floats(0.01, 50), st.floats(0, 50), st.floats(0.5, 20), st.integers(1, 4))
def test_a_larger_difference_needs_no_more_of_both(variance, seeds, points, freedom):
    noise = Noise(100, variance, (SeedVariance(seeds, freedom),))
    found = needed_test_size(noise, points, 0.0)
    easier = needed_test_size(noise, 1.5 * points, 0.0)
    if found.examples is not None:
        assert noise.at(found.examples, found.seeds).smallest_visible() <= points
        assert easier.seeds is not None
        assert easier.seeds <= found.seeds <= judging().needed.most_seeds


def test_equivalence_is_sized_by_what_the_difference_leaves_of_the_tolerance():
    noise = Noise(200, 0.5, (SeedVariance(0.1, 4, 3), SeedVariance(0.1, 4, 3)))
    found = needed_test_size(noise, 0.2, 2.0)
    there = noise.at(found.examples, found.seeds)
    assert there.provable_margin() <= 1.8
    assert there.smallest_visible() > 0.2
    if found.examples > 200:
        assert noise.at(found.examples - 1, found.seeds).provable_margin() > 1.8


@given(st.integers(0, 2**32 - 1))
def test_equivalence_is_seen_as_often_as_the_table_says(seed):
    """With normal noise of the margin's size, the inner interval lies within the tolerance."""
    noise, runs = Noise(5000, 0.25), 2000
    tolerance = noise.provable_margin()
    means = np.random.default_rng(seed).normal(0.0, noise.standard_error, runs)
    half = noise.half_width(judging().equivalence_level)
    seen = np.abs(means) + half <= tolerance
    assert seen.mean() >= judging().power - 0.05


def test_no_more_seeds_are_proposed_than_a_micro_benchmark_runs():
    assert judging().needed.most_seeds == levels()[0].seeds
