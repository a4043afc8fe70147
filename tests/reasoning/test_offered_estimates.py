"""Estimates travel as codes from which they can be read again to a percent."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.facts import Interval, load_vocabulary
from advisor.reasoning.illustrating import base36, offered_estimates

VOCABULARY = load_vocabulary()
COUNTS = (2, 3)
KEY = "estimate.lora.memory_gib"
MOST = 1e9
SIZES = st.floats(0.01, 10_000)
SPANS = st.tuples(SIZES, st.floats(1.01, 50)).map(lambda s: Interval(s[0], s[0] * s[1]))
OPEN = SIZES.map(lambda low: Interval(low, MOST))
VALUES = st.one_of(SIZES, SPANS, OPEN, st.none())


def read(entry, chosen):
    """Both ends as the page reads them."""
    row = 0
    for knob in entry.knobs:
        row = row * COUNTS[knob] + chosen[knob]
    ends = []
    for end in range(entry.ends):
        start = (row * entry.ends + end) * entry.width
        code = entry.cells[start : start + entry.width]
        number = None if "." in code else entry.first * entry.ratio ** int(code, 36)
        ends.append(number)
    return [ends[0], ends[-1]]


def near(found, wanted):
    """Whether both ends are known where they have to be, and close."""
    return all(
        one is None if other is None else one == pytest.approx(other, rel=0.02)
        for one, other in zip(found, wanted, strict=True)
    )


def expected(value):
    if isinstance(value, Interval):
        return [value.low, None if value.high == MOST else value.high]
    return [value, value]


@given(st.lists(VALUES, min_size=6, max_size=6))
def test_every_combination_is_read_again_to_a_percent(values):
    found = [{KEY: value} for value in values]
    shown = offered_estimates(VOCABULARY, COUNTS, found)
    if all(value is None for value in values):
        assert shown == []
        return
    (entry,) = shown
    assert entry.methods == ["lora"]
    places = itertools.product(*map(range, COUNTS))
    for chosen, value in zip(places, values, strict=True):
        assert near(read(entry, chosen), expected(value)), chosen


def test_a_knob_that_changes_nothing_is_left_out():
    (entry,) = offered_estimates(VOCABULARY, COUNTS, [{KEY: 1.0}, {KEY: 2.0}, {KEY: 4.0}] * 2)
    assert entry.knobs == [1]
    assert len(entry.cells) == 3 * entry.width


def test_values_that_contradict_each_other_have_no_estimates():
    (entry,) = offered_estimates(VOCABULARY, COUNTS, [None, *[{KEY: 3.0}] * 5])
    assert read(entry, (0, 0)) == [None, None]
    assert read(entry, (1, 2)) == pytest.approx([3.0, 3.0])


@given(st.integers(0, 10**9))
def test_numbers_in_base_36_are_read_again(number):
    assert int(base36(number), 36) == number
    assert number == 0 or not base36(number).startswith("0")
