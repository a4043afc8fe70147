"""A budget decides how much is searched, repeated and drawn; some things are never given up."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_cases import BOTH, FAST, SLOW, bench, plan, probe, sizes_for

from advisor.catalogue.settings import planning
from advisor.microbench.planning.cost import levels, wished_level
from advisor.microbench.planning.ladder import Room, head_examples, new_tokens_for, tokens_for
from advisor.microbench.records import Route


def test_three_minutes_hold_rates_and_seeds_for_a_small_encoder():
    made = plan(180)
    assert made.seeds >= 2
    assert all(len(own.pairs) >= 4 for own in made.methods.values())
    assert made.expected_seconds <= 160


def test_more_time_brings_first_seeds_then_the_learning_curve():
    made = plan(900)
    assert made.seeds >= 3
    assert len(made.curve_sizes) == 2


def test_each_level_gives_up_one_thing_in_the_order_that_is_stated():
    given_up = []
    for more, less in itertools.pairwise(levels()):
        before, after = (
            {"curve": len(level.curve), "seeds": level.seeds, "rates": level.rates}
            for level in (more, less)
        )
        [fell] = [name for name in before if before[name] != after[name]] or ["steps"]
        assert fell == "steps" or after[fell] < before[fell]
        assert less.least < more.least or fell != "steps"
        assert less.least <= more.least
        given_up.append(fell)
    additions = len(planning().additions)
    assert levels()[additions] == wished_level()
    assert given_up[:additions] == ["seeds", "rates"]
    assert given_up[additions:] == ["curve", "seeds", "seeds", "rates", "rates", "steps"]


def test_what_is_dropped_is_said():
    made = plan(60)
    assert any("learning curve" in said for said in made.dropped)
    assert any("seeds" in said for said in made.dropped)


def test_steps_below_the_least_are_told_from_the_least_and_from_a_share():
    def steps(budget, train=300):
        made = plan(budget, train=train)
        told = [said for said in made.dropped if "steps" in said]
        return made.methods["prompt_tuning"].steps, told

    share, said = steps(60)
    assert share > 120
    assert said[0].endswith("% of the steps of the recipes, or their least")
    assert steps(57.6) == (120, ["the least steps of the recipes"])
    short, said = steps(45)
    assert short < 120
    assert said[0].endswith("% of the least steps of the recipes")
    assert said[1] == "a budget of about 1 min would hold these least steps"


@pytest.mark.parametrize("budget", [60, 70, 100, 150, 240])
@pytest.mark.parametrize("train", [300, 20_000])
def test_little_of_a_budget_is_left_where_one_rate_and_one_seed_must_do(budget, train):
    made = plan(budget, seconds=SLOW, train=train) if budget > 100 else plan(budget, train=train)
    assert 0.75 * 0.85 * (budget - 20) <= made.expected_seconds <= 0.85 * (budget - 20)


def test_a_budget_that_holds_nothing_is_planned_and_said_to_be_too_short():
    made = plan(30, seconds=SLOW, evaluation=0.034)
    assert set(made.methods) == set(BOTH)
    assert any("expected to take" in said for said in made.dropped)


def test_the_splits_of_a_slow_model_keep_their_least_and_the_report_says_so():
    made = plan(30, seconds=SLOW, evaluation=0.5)
    assert (made.train_size, made.dev_size, made.test_size) == (300, 50, 100)
    assert "50 of 128 development examples" in made.dropped
    assert "100 of 400 test examples" in made.dropped
    few = plan(30, seconds=SLOW, evaluation=0.5, dev=20, test=30)
    assert (few.dev_size, few.test_size) == (20, 30)


@pytest.mark.parametrize("budget", [30, 180, 7200])
def test_no_budget_gives_up_examples_of_a_model_that_judges_fast(budget):
    made = plan(budget, seconds=SLOW, evaluation=0.0)
    assert (made.train_size, made.dev_size, made.test_size) == (300, 128, 400)
    assert not any("examples" in said for said in made.dropped)


def test_where_the_wished_level_fits_nothing_is_given_up_though_more_could_be_added():
    made = plan(1200)
    assert (made.seeds, len(made.curve_sizes)) == (3, 2)
    assert made.dropped == ()


@pytest.mark.parametrize(("budget", "said"), [(1e5, None), (100, "2 of 4"), (60, "1 of 4")])
def test_only_pairs_of_rates_that_the_route_has_are_missed(budget, said):
    made = plan(budget, route=Route.LABEL_WORDS)
    told = [line for line in made.dropped if "pairs of learning rates" in line]
    assert told == ([] if said is None else [f"{said} pairs of learning rates"])


@given(st.floats(30, 7200), st.sampled_from([FAST, SLOW]), st.sampled_from([*Route]))
def test_every_method_searches_as_many_rates(budget, seconds, route):
    made = plan(budget, seconds=seconds, route=route)
    assert len({len(own.pairs) for own in made.methods.values()}) == 1


def thoroughness(made):
    """The place of a plan's level, the least thorough first."""
    own = made.methods["prompt_tuning"]
    kept = (len(own.pairs), made.seeds, len(made.curve_sizes))
    places = [(level.rates, level.seeds, len(level.curve)) for level in levels()]
    return -places.index(kept)


@given(st.floats(30, 7200), st.floats(1, 20), st.sampled_from([FAST, SLOW]))
def test_a_longer_budget_never_gives_up_more(budget, times, seconds):
    short, long = plan(budget, seconds=seconds), plan(budget * times, seconds=seconds)
    assert thoroughness(long) >= thoroughness(short)


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


@pytest.mark.parametrize("evaluation", [0.006, 0.01])
def test_looks_take_no_more_than_their_share_of_a_final_run(evaluation):
    made = plan(900, evaluation=evaluation)
    own, table = made.methods["prompt_tuning"], planning()
    assert table.fewest_looks < own.looks < table.most_looks
    training = own.steps * own.seconds_per_step
    one = made.dev_size * own.evaluation_seconds
    assert own.looks * one <= table.looks_share * training < (own.looks + 1) * one


@pytest.mark.parametrize("budget", [10, 90, 91, 3600, 604_800])
def test_there_are_sizes_for_every_budget(budget):
    sizes = sizes_for(budget)
    assert min(sizes) > 0
    assert tokens_for(budget) > 0
    assert new_tokens_for(budget) > 0


@pytest.mark.parametrize(("evaluation", "rows"), [(0.01, 800), (1.0, 32)])
def test_the_linear_head_of_a_language_model_takes_a_share_of_the_budget(evaluation, rows):
    found = probe(evaluation=evaluation)
    assert head_examples(bench(Route.LABEL_WORDS), found, Room(180, 160, 2)) == rows
    assert head_examples(bench(Route.HEAD), found, Room(180, 160, 2)) is None
