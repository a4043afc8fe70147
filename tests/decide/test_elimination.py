"""Elimination gives the sum that going through all combinations gives."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decide.bounds import elimination
from advisor.decide.bounds.elimination import ShareTable, greatest

KEYS = ("a", "b", "c", "d")
SIZES = {"a": 2, "b": 3, "c": 1, "d": 4}


@st.composite
def tables(draw):
    keys = tuple(draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=3)))
    points = list(itertools.product(*(range(SIZES[key]) for key in keys)))
    effects = st.integers(-9, 9)
    return ShareTable(keys, draw(st.dictionaries(st.sampled_from(points), effects)))


def total(found: list[ShareTable], cells: dict[str, int]) -> float:
    return sum(one.entries.get(tuple(cells[key] for key in one.keys), 0) for one in found)


def by_going_through(found: list[ShareTable]) -> float:
    points = itertools.product(*(range(SIZES[key]) for key in KEYS))
    return max(total(found, dict(zip(KEYS, point, strict=True))) for point in points)


@given(st.lists(tables(), max_size=6))
@settings(max_examples=200)
def test_the_greatest_sum_is_that_of_all_combinations(found):
    best = greatest(found, SIZES)
    assert best.exact
    assert best.total == by_going_through(found)
    assert total(found, {**dict.fromkeys(KEYS, 0), **best.cells}) == best.total


@given(st.lists(tables(), max_size=6))
@settings(max_examples=100)
def test_a_table_too_large_leaves_a_bound_that_is_not_called_exact(found):
    allowed = elimination.LARGEST_TABLE
    elimination.LARGEST_TABLE = 3
    try:
        best = greatest(found, SIZES)
    finally:
        elimination.LARGEST_TABLE = allowed
    assert best.total >= by_going_through(found)
    assert best.exact or best.cells == {}
