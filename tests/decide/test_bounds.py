"""Bounds while facts are unknown: reached at both ends, and never left by what is learned."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from verdict_cases import (
    BERT,
    LLAMA,
    POOLS,
    answer_on,
    engine,
    half_known,
    stated,
    verdict_on,
    weigh,
)

from advisor.decide.answer import answer_for
from advisor.decide.bounds.search import bounds_of
from advisor.decide.decide import Headline, Status
from advisor.report.record import run_record

FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
WISHES = (
    "quality.tolerance_points", "data.domain_shift", "model.pretraining_match",
    "deployment.tasks_per_base", "prompt.transfer_available", "data.label_count",
    "deployment.base_must_stay_unchanged", "deployment.latency_sensitive",
)  # fmt: skip
"""Facts from which no estimate of time or memory is computed."""


def every_value(key: str) -> list:
    """The fact's own values in the pools, and both sides of each number of the rules."""
    numbers = engine().numbers_of(key)
    if not numbers:
        return list(POOLS[key])
    whole = key != "quality.tolerance_points"
    sides = (
        {side for cut in numbers for side in (math.ceil(cut) - 1, math.ceil(cut))}
        if whole
        else {side for cut in numbers for side in (math.nextafter(cut, 0), cut)}
    )
    low, high = (1, 10_000_000) if whole else (0, 100)
    return sorted({low, high, *(side for side in sides if low <= side <= high)})


@pytest.mark.cases
@pytest.mark.parametrize(
    "seed",
    [seed if seed < 12 else pytest.param(seed, marks=pytest.mark.slow) for seed in range(25)],
)
def test_on_unknown_wishes_the_bounds_are_those_of_all_combinations(seed):
    dice = random.Random(seed)
    project = {**dice.choice((BERT, LLAMA)), **{key: dice.choice(POOLS[key]) for key in WISHES}}
    project["data.train_examples"] = dice.choice((12, 150, 800, 2_000, 60_000))
    project["task.type"] = (
        dice.choice(POOLS["task.type"])
        if project["model.parameters"] == "8B"
        else dice.choice(("classification", "nli_pair", "regression"))
    )
    project["data.duplicate_share"] = 0
    unknown = dice.sample(WISHES, 2)
    found = bounds_of(stated({**project, **dict.fromkeys(unknown, "unknown")}), engine())
    seen = [
        weigh(stated({**project, **dict(zip(unknown, values, strict=True))}))
        for values in itertools.product(*map(every_value, unknown))
    ]
    assert found.exact
    for method, ends in found.scores.items():
        # An estimate that is a range by itself can be anywhere in it.
        lowest = min(one.tallies[method].low for one in seen)
        assert ends == (lowest, max(one.tallies[method].high for one in seen)), (method, unknown)
    assert found.reachable == {one.state.leaning for one in seen}


@given(half=half_known())
@FEW
def test_what_is_learned_never_leaves_the_bounds(half):
    found = bounds_of(half.facts(), engine())
    after = weigh(half.facts(learned=half.open))
    for method, (low, high) in found.scores.items():
        assert low <= after.tallies[method].low <= after.tallies[method].high <= high
    assert after.state.leaning in found.reachable


@given(half=half_known())
@FEW
def test_bounds_are_never_wider_than_those_taken_rule_by_rule(half):
    found, naive = bounds_of(half.facts(), engine()), weigh(half.facts())
    for method, (low, high) in found.scores.items():
        assert naive.tallies[method].low <= low <= high <= naive.tallies[method].high
    assert found.reachable <= naive.state.reachable


@pytest.mark.parametrize("first", WISHES)
def test_learning_a_fact_never_widens_exact_bounds(first):
    unknown = dict.fromkeys(WISHES, "unknown")
    before = bounds_of(stated({**LLAMA, **unknown}), engine())
    for value in POOLS[first]:
        after = bounds_of(stated({**LLAMA, **unknown, first: value}), engine())
        assert before.exact and after.exact
        assert after.reachable <= before.reachable
        for method, (low, high) in after.scores.items():
            assert before.scores[method][0] <= low <= high <= before.scores[method][1]


def test_memory_that_is_unknown_reaches_what_single_amounts_reach():
    found = bounds_of(
        stated({**LLAMA, "hardware.accelerator_memory_gib": "unknown"}), engine(), parts=60
    )
    amounts = [2, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 100, 120, 141, 160, 300]
    seen = [weigh(stated({**LLAMA, "hardware.accelerator_memory_gib": gib})) for gib in amounts]
    assert found.exact
    assert found.reachable == {one.state.leaning for one in seen}
    for method, ends in found.scores.items():
        scores = [one.tallies[method].score for one in seen]
        assert ends == (min(scores), max(scores)), method


def test_rules_that_exclude_each_other_do_not_add_up():
    # Ten examples cannot be both too few to train on and few enough to gamble with.
    unknown = {**BERT, "data.train_examples": "unknown"}
    naive = weigh(stated(unknown)).state.reachable
    assert Headline.PROMPT_TUNING in naive
    assert verdict_on(unknown).reachable == {Headline.FULL_FINE_TUNING, Headline.DO_NOT_TRAIN}


def test_with_nothing_known_the_bounds_are_sound_and_not_called_exact():
    answer = answer_for([], engine())
    bounds = run_record(answer, engine().base).bounds
    assert bounds.reachable == ["do_not_train", "full_fine_tuning", "infeasible", "prompt_tuning"]
    assert not bounds.exact


def test_on_complete_facts_the_bounds_are_exact_and_one_headline_is_left():
    verdict = verdict_on({**BERT, "data.duplicate_share": 0})
    assert verdict.status is not Status.UNDETERMINED
    assert verdict.bounds_exact
    assert all(entry.low == entry.high for entry in verdict.tallies.values())


THREE_KINDS = {
    "task.type": "classification or code or nli_pair",
    "model.parameters": "1B",
    "data.train_examples": 0,
    "hardware.accelerator": "rocm",
    "hardware.accelerator_memory_gib": 6,
    "hardware.accelerator_count": 3,
}


def test_a_part_that_has_been_judged_as_a_corner_is_not_lost():
    # One of the three architectures is a corner of the whole; an encoder cannot write code.
    found = bounds_of(stated(THREE_KINDS), engine())
    seen = {
        weigh(stated({**THREE_KINDS, "model.architecture": kind, "task.type": task})).state.leaning
        for kind in ("encoder", "decoder", "encoder_decoder")
        for task in ("classification", "code", "nli_pair")
    }
    assert Headline.INFEASIBLE in seen
    assert seen <= found.reachable
    assert not found.exact or seen == found.reachable


def test_a_number_of_few_devices_reaches_the_scores_of_each():
    project = {**LLAMA, "hardware.accelerator_memory_gib": 12}
    found = bounds_of(stated({**project, "hardware.accelerator_count": "1 to 3"}), engine())
    for count in (1, 2, 3):
        after = weigh(stated({**project, "hardware.accelerator_count": count}))
        for method, (low, high) in found.scores.items():
            assert low <= after.tallies[method].score <= high, (count, method)


def test_what_is_infeasible_either_way_names_no_method_that_may_be_ruled_out():
    project = {**LLAMA, "hardware.accelerator_memory_gib": 2, "model.weights_access": "unknown"}
    verdict = verdict_on(project)
    assert verdict.status is Status.INFEASIBLE
    for access in ("open", "api_only"):
        known = verdict_on({**project, "model.weights_access": access})
        assert known.status is Status.INFEASIBLE
        if verdict.alternative is not None:
            assert known.tallies[verdict.alternative].feasible
    assert verdict.variant is None
    run = run_record(answer_on(project), engine().base)
    assert "is feasible." not in run.headline or run.alternative
