"""Facts about ramps: linear in the logarithm, through their points, and soundly bounded."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive_judge import (
    ROWS,
)

from advisor.facts import Interval
from advisor.rules.rule import Ramp

RAMP = Ramp(ROWS, ((10.0, -5), (1000.0, 7), (10_000.0, 0)))


@pytest.mark.parametrize(
    ("number", "effect"),
    [(0, -5), (10, -5), (100, 1), (1000, 7), (10_000, 0), (10**9, 0), (math.inf, 0), (-3, -5)],
)
def test_a_ramp_is_linear_in_the_logarithm_and_flat_outside(number, effect):
    assert RAMP.at(number) == effect


@pytest.mark.parametrize(
    ("points", "effect"), [((0, 1), 0), ((0, 3), 2), ((0, 5), 2), ((-1, 0), 0)]
)
def test_halves_are_rounded_to_the_even_decibans(points, effect):
    low, high = points
    assert Ramp(ROWS, ((1.0, low), (100.0, high))).at(10) == effect


RAMPS = st.builds(
    lambda xs, ys: Ramp(ROWS, tuple(zip(sorted(xs), ys, strict=True))),
    st.sets(st.floats(0.001, 1e9), min_size=4, max_size=4),
    st.lists(st.integers(-100, 100), min_size=4, max_size=4),
)
VALUES = st.floats(0, 1e10)


@given(RAMPS, st.lists(VALUES, min_size=3, max_size=3).map(sorted))
def test_the_bounds_of_a_ramp_hold_every_effect_in_the_range(ramp, numbers):
    low, number, high = numbers
    least, greatest = ramp.bounds(Interval(low, high))
    assert least <= ramp.at(number) <= greatest
    assert ramp.bounds(number) == (ramp.at(number), ramp.at(number))
    assert ramp.bounds(None)[0] <= least <= greatest <= ramp.bounds(None)[1]


@given(RAMPS)
def test_a_ramp_passes_through_its_points(ramp):
    assert [ramp.at(x) for x, _ in ramp.points] == [y for _, y in ramp.points]


@given(RAMPS, VALUES)
def test_a_ramp_stays_between_its_neighbouring_points(ramp, number):
    below = [y for x, y in ramp.points if x <= number][-1:]
    above = [y for x, y in ramp.points if x >= number][:1]
    assert min(below + above) <= ramp.at(number) <= max(below + above)
