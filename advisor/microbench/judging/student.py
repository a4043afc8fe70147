"""Quantiles of Student's t distribution, for any degrees of freedom from 1 on."""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

_NORMAL_FROM = 1e6  # degrees of freedom; the difference is beyond the sixth digit
_PRECISION = 1e-12
_MOST_STEPS = 500


@functools.lru_cache(maxsize=1024)
def t_quantile(probability: float, freedom: float) -> float:
    """The quantile above the median.

    Newton's method from the normal quantile: the distribution function is concave there, so that
    each step falls short of the root and none leaps over it.

    Args:
        probability: from 0.5 to below 1.
        freedom: degrees of freedom, at least 1; need not be whole.
    """
    found = NormalDist().inv_cdf(probability)
    if freedom >= _NORMAL_FROM:
        return found
    for _ in range(_MOST_STEPS):
        step = (probability - t_cdf(found, freedom)) / _density(found, freedom)
        found += step
        if abs(step) <= _PRECISION * (1.0 + found):
            break
    return found


def t_cdf(value: float, freedom: float) -> float:
    """The distribution function at a value of at least 0."""
    if value == 0.0:
        return 0.5
    share = freedom / (freedom + value * value)
    return 1.0 - 0.5 * _incomplete_beta(share, freedom / 2.0, 0.5)


def _density(value: float, freedom: float) -> float:
    half = (freedom + 1.0) / 2.0
    constant = math.lgamma(half) - math.lgamma(freedom / 2.0)
    root = math.sqrt(freedom * math.pi)
    return math.exp(constant - half * math.log1p(value * value / freedom)) / root


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, for 0 < x < 1."""
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log_front + a * math.log(x) + b * math.log1p(-x))
    # The fraction converges quickly on this side only; the other one follows by symmetry.
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _continued_fraction(x, a, b) / a
    return 1.0 - front * _continued_fraction(1.0 - x, b, a) / b


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the fraction (Abramowitz and Stegun 26.5.8)."""
    result = d = 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    c = 1.0
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        before = result
        for factor in (even, odd):
            d = 1.0 / (1.0 + factor * d)
            c = 1.0 + factor / c
            result *= c * d
        if abs(result - before) <= _PRECISION * abs(result):
            break
    return result
