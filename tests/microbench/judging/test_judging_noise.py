"""Variance components, and how often the intervals cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_trials import Simulated
from scipy import stats

from advisor.catalogue.settings import judging
from advisor.microbench.judging.noise import (
    Noise,
    SeedVariance,
    noise_of_mean,
    run_noise,
    run_variance,
    with_prior,
)
from advisor.microbench.judging.paired import paired_difference
from advisor.microbench.judging.scores import example_points
from advisor.microbench.records import Metric

REPEATS = 400


def coverage(draw, truth, metric=Metric.ACCURACY, level=0.95) -> float:
    hits = 0
    for _ in range(REPEATS):
        low, high = paired_difference(*draw(), metric).interval(level, 200.0)
        hits += low <= truth <= high
    return hits / REPEATS


# Seed spreads on the latent scale: 0.05 makes a standard deviation of 1 point beside the noise of
# single examples, about as real runs have it, and 0.3 one of 6 to 8.
@pytest.mark.parametrize("seeds", [1, 2, 3, 5])
@pytest.mark.parametrize("spreads", [(0.0, 0.0), (0.05, 0.05)])
def test_a_95_percent_interval_covers_where_seeds_scatter_as_usual(seeds, spreads):
    made = Simulated((0.7, 1.0), spreads, np.random.default_rng(11))
    # 400 repeats have a standard error of about 1 point.
    assert coverage(lambda: made.draw(200, seeds), made.difference) >= 0.93


@pytest.mark.parametrize(("seeds", "least"), [(2, 0.82), (3, 0.86), (5, 0.91)])
@pytest.mark.parametrize("spreads", [(0.3, 0.05), (0.3, 0.3)])
def test_seeds_that_scatter_unusually_are_covered_once_there_are_several(seeds, least, spreads):
    made = Simulated((0.7, 1.0), spreads, np.random.default_rng(11))
    assert coverage(lambda: made.draw(200, seeds), made.difference) >= least


@pytest.mark.parametrize("examples", [30, 300])
@pytest.mark.parametrize("skills", [(0.7, 1.0), (2.5, 2.8)])
def test_with_one_seed_it_covers_what_other_examples_would_show(examples, skills):
    made = Simulated(skills, (0.0, 0.0), np.random.default_rng(12))
    assert coverage(lambda: made.draw(examples, 1), made.difference) >= 0.92


def test_a_90_percent_interval_covers_less_often_but_enough():
    made = Simulated((0.7, 1.0), (0.05, 0.05), np.random.default_rng(13))
    assert 0.88 <= coverage(lambda: made.draw(200, 3), made.difference, level=0.90) <= 0.97


@pytest.mark.parametrize("correlations", [(0.3, 0.3), (0.9, 0.8)])
def test_the_interval_of_a_difference_of_correlations_covers(correlations):
    generator = np.random.default_rng(14)

    def draw():
        truth, shared = generator.normal(size=(2, 80))
        predicted = [
            r * truth + np.sqrt(1 - r * r) * (0.7 * shared + 0.714 * generator.normal(size=80))
            for r in correlations
        ]
        return np.split(example_points(predicted, Metric.PEARSON, truth), 2)

    expected = 100 * (correlations[0] - correlations[1])
    assert coverage(draw, expected, Metric.PEARSON) >= 0.92


def test_a_resampling_of_examples_gives_the_same_standard_error():
    made = Simulated((0.7, 1.0), (0.0, 0.0), np.random.default_rng(15))
    first, second = made.draw(400, 1)
    found = paired_difference(first, second, Metric.ACCURACY).noise.of_examples ** 0.5
    drawn = np.random.default_rng(1).integers(0, 400, (4000, 400))
    resampled = (first[0] - second[0])[drawn].mean(axis=1).std()
    assert found == pytest.approx(resampled, rel=0.05)


def test_the_standard_error_by_hand():
    # Differences 100, 100, -100, 0 and the two unseen ones: mean 50/3, squares 5 * 100^2.
    values = np.array([100.0, 100.0, -100.0, 0.0])
    variance = (50_000 - 6 * (100 / 6) ** 2) / 5 / 6
    found = noise_of_mean(values, unseen=(-100.0, 100.0))
    assert found.standard_error == pytest.approx(variance**0.5)
    half = stats.t.ppf(0.975, 3) * variance**0.5
    assert found.interval(25.0, 0.95) == pytest.approx((100 / 6 - half, 100 / 6 + half))
    assert noise_of_mean(values).standard_error == pytest.approx(np.std(values, ddof=1) / 2)


def test_seeds_that_differ_by_whole_examples_alone_add_nothing():
    # Each seed is right on other examples, equally often: all is chance on single examples.
    assert run_variance(100.0 * np.array([[1, 0, 1, 0], [0, 1, 0, 1]])) == 0.0


def test_seeds_that_are_shifted_as_a_whole_add_their_variance():
    points = np.array([[10.0, 20.0, 30.0], [14.0, 24.0, 34.0]])
    assert run_variance(points) == pytest.approx(8.0)


def test_without_seeds_of_ones_own_the_usual_scatter_counts():
    prior = judging().seeds
    found = run_noise(np.array([[0.0, 100.0, 100.0]]))
    assert found.variance == pytest.approx(prior.deviation**2)
    assert (found.freedom, found.seeds) == (prior.freedom, 1)


@given(st.floats(0.0, 400.0), st.integers(1, 9))
def test_the_prior_draws_a_small_variance_up_and_no_large_one_down(observed, freedom):
    usual = judging().seeds.deviation ** 2
    variance, together = with_prior(observed, freedom)
    assert observed <= variance <= max(observed, usual)
    assert together == freedom + judging().seeds.freedom


def test_the_interval_without_seeds_is_the_one_of_the_t_test():
    noise = Noise(25, 4.0)
    assert noise.half_width(0.95) == pytest.approx(2 * stats.t.ppf(0.975, 24))


def test_equal_noise_of_seeds_has_the_degrees_of_freedom_of_both_methods():
    noise = Noise(10_000, 0.0, (SeedVariance(2.0, 2), SeedVariance(2.0, 2)))
    assert noise.standard_error == 2.0
    assert noise.half_width(0.95) == pytest.approx(2 * stats.t.ppf(0.975, 4))


def test_with_much_of_everything_the_smallest_visible_difference_is_2_8_standard_errors():
    noise = Noise(10**6, 1.0, (SeedVariance(1.0, 10**6),))
    assert noise.smallest_visible() == pytest.approx((1.95996 + 0.84162) * 2**0.5, rel=1e-4)


# With as many seeds of each method: a seed more for the steadier one alone can take degrees of
# freedom from the whole, as Welch's always do.
@given(
    st.integers(2, 1000),
    st.floats(0.0, 100.0),
    st.lists(st.floats(0.0, 100.0), max_size=2),
    st.integers(2, 9),
    st.integers(1, 3),
    st.integers(0, 4),
)
def test_more_examples_or_seeds_never_widen_an_interval(
    examples, variance, of_seeds, seeds, factor, more
):
    noise = Noise(
        examples, variance, tuple(SeedVariance(each, seeds + 2, seeds) for each in of_seeds)
    )
    half = noise.half_width(0.95)
    assert noise.at(examples, seeds).half_width(0.95) == pytest.approx(half)
    assert noise.at(factor * examples, seeds + more).half_width(0.95) <= half * (1 + 1e-9)
