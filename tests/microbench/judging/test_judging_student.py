"""The quantiles of Student's t are those of scipy."""

from __future__ import annotations

import pytest
from scipy import stats

from advisor.microbench.judging.noise import t_cdf, t_quantile

FREEDOMS = (1, 1.3, 2, 2.7, 4, 12.5, 99, 5_000, 4e5)


@pytest.mark.parametrize("freedom", FREEDOMS)
def test_quantiles_are_those_of_scipy(freedom):
    for probability in (0.5, 0.6, 0.95, 0.975, 0.995):
        expected = stats.t.ppf(probability, freedom)
        assert t_quantile(probability, freedom) == pytest.approx(expected, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("freedom", FREEDOMS)
def test_the_distribution_function_is_that_of_scipy(freedom):
    for value in (0.0, 0.01, 0.5, 1.0, 3.0, 40.0):
        assert t_cdf(value, freedom) == pytest.approx(stats.t.cdf(value, freedom), abs=1e-9)


def test_with_ever_more_degrees_of_freedom_it_becomes_the_normal_distribution():
    assert t_quantile(0.975, 2e6) == pytest.approx(1.959963985)
    assert t_quantile(0.975, 0.999e6) == pytest.approx(t_quantile(0.975, 1e6), rel=1e-5)
