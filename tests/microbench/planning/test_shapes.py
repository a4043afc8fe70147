"""A model that is too slow gets smaller batches, then shorter inputs, rather than few steps."""

from __future__ import annotations

import pytest
from plan_cases import BOTH, FAST, SLOW, bench, probe

from advisor.methods import load_methods
from advisor.microbench.planning.ladder import Room, affordable_sizes, make_plan, whole_sizes
from advisor.microbench.planning.shapes import StepShape, shape_to_try, smaller

METHODS = [load_methods()[method] for method in BOTH]


def shape(seconds):
    of = bench().model_copy(update={"max_tokens": 128})
    lengths = (100, 120, 128)
    found = probe(seconds).model_copy(update={"max_tokens": 128, "token_lengths": lengths})
    return shape_to_try(of, METHODS, found, Room(180.0, 160.0, 2))


def test_batches_are_halved_before_inputs_are_cut_and_neither_below_its_least():
    found, steps = StepShape(16, 256), []
    while (found := smaller(found)) is not None:
        steps.append(found)
    assert steps == [(8, 256), (4, 256), (4, 128), (4, 64)]


def test_a_fast_model_keeps_its_batches_and_inputs():
    assert shape(FAST) is None


def test_a_slow_model_is_tried_at_the_largest_shape_that_seems_to_leave_enough_steps():
    assert shape({method: 3 * seconds for method, seconds in SLOW.items()}) == (4, 128)


def test_the_smallest_shape_is_tried_where_none_seems_to_suffice():
    assert shape(dict.fromkeys(BOTH, 600.0)) == (4, 64)


def test_no_method_that_can_run_leaves_the_shape_alone():
    failed = probe(failed=BOTH)
    assert shape_to_try(bench(), METHODS, failed, Room(180.0, 160.0, 2)) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ()),
        ({"batch_size": 4}, ("batches of 4 instead of 16 examples",)),
        ({"max_tokens": 32}, ("inputs cut to 32 instead of 64 tokens",)),
    ],
)
def test_the_plan_says_what_was_made_smaller(changes, said):
    found = probe().model_copy(update=changes)
    room = Room(7200.0, 7000.0, 2)
    plan = make_plan(
        bench(), METHODS, found, room, affordable_sizes(whole_sizes(bench()), found, room)
    )
    assert plan.dropped == said
    assert plan.max_tokens == found.max_tokens
