"""A budget decides how much is searched, repeated and drawn; some things are never given up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_cases import BOTH, FAST, SLOW, bench, plan, probe, sizes_for

from advisor.microbench.planning.cost import levels, planning
from advisor.microbench.planning.ladder import Room, head_rows, new_tokens_for, tokens_for
from advisor.microbench.spec import Route


def test_three_minutes_hold_rates_and_seeds_for_a_small_encoder():
    made = plan(180)
    assert made.seeds >= 2
    assert all(len(own.pairs) >= 4 for own in made.methods.values())
    assert made.expected_seconds <= 160


def test_more_time_brings_first_seeds_then_the_learning_curve():
    made = plan(900)
    assert made.seeds >= 3
    assert len(made.curve_sizes) == 2


def test_the_curve_is_given_up_before_seeds_and_seeds_before_rates():
    kept = [(bool(level.curve), level.seeds, level.rates) for level in levels()]
    assert kept == sorted(kept, reverse=True)


def test_what_is_dropped_is_said():
    made = plan(60)
    assert any("learning curve" in said for said in made.dropped)
    assert any("seeds" in said for said in made.dropped)


def test_a_budget_that_holds_nothing_is_planned_and_said_to_be_too_short():
    made = plan(30, seconds=SLOW, evaluation=0.034)
    assert set(made.methods) == set(BOTH)
    assert any("expected to take" in said for said in made.dropped)


def test_the_splits_are_never_given_up():
    made = plan(30, seconds=SLOW, evaluation=0.5)
    assert made.dev_size >= planning()["least_dev"]
    assert made.test_size >= planning()["least_test"]


@given(st.floats(30, 7200), st.sampled_from([FAST, SLOW]), st.sampled_from([*Route]))
def test_every_method_searches_as_many_rates(budget, seconds, route):
    made = plan(budget, seconds=seconds, route=route)
    assert len({len(own.pairs) for own in made.methods.values()}) == 1


@given(st.floats(60, 7200))
def test_a_longer_budget_never_plans_less_time_than_it_has(budget):
    made = plan(budget)
    if not any("expected to take" in said for said in made.dropped):
        assert made.expected_seconds <= budget


def test_without_a_new_head_there_is_no_rate_for_one():
    made = plan(180, route=Route.LABEL_WORDS)
    for own in made.methods.values():
        assert all(head is None for _, head in own.pairs)
        assert len({body for body, _ in own.pairs}) == len(own.pairs)


def test_three_minutes_hold_the_published_rate_for_prompt_tuning_of_t5():
    made = plan(180, route=Route.LABEL_WORDS, architecture="encoder_decoder")
    assert 0.3 in [body for body, _ in made.methods["prompt_tuning"].pairs]


def test_a_method_that_failed_in_the_probe_is_left_out_with_its_reason():
    made = plan(180, failed=("full_fine_tuning",))
    assert list(made.methods) == ["prompt_tuning"]
    assert made.left_out == {"full_fine_tuning": "it needs more than 2 GiB"}


def test_looks_take_no_more_than_their_share_of_a_final_run():
    own = plan(600, evaluation=0.001).methods["prompt_tuning"]
    looking = own.looks * 128 * own.evaluation_seconds
    assert looking <= planning()["looks_share"] * own.steps * own.seconds_per_step + 0.2


@pytest.mark.parametrize("budget", [10, 90, 91, 3600, 604_800])
def test_there_are_sizes_for_every_budget(budget):
    sizes = sizes_for(budget)
    assert min(sizes) > 0
    assert tokens_for(budget) > 0
    assert new_tokens_for(budget) > 0


@pytest.mark.parametrize(("evaluation", "rows"), [(0.01, 800), (1.0, 64)])
def test_the_linear_head_of_a_language_model_takes_a_share_of_the_budget(evaluation, rows):
    found = probe(evaluation=evaluation)
    assert head_rows(bench(Route.LABEL_WORDS), found, Room(180, 160, 2)) == rows
    assert head_rows(bench(Route.HEAD), found, Room(180, 160, 2)) is None
