"""The values at which the answer changes are exact, and nothing changes between them."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.app.whatif import whatif_record
from advisor.decide.answer import answer_for
from advisor.decide.decide import Gist, Status
from advisor.facts import Fact, Source, load_vocabulary
from advisor.facts.reading import read_value
from advisor.reasoning.case import Case
from advisor.reasoning.flips import along, along_all, among_all, moved_rules, stretches
from advisor.report.part import plain
from advisor.rules.engine import load_engine
from advisor.support.errors import AdvisorError

ENGINE = load_engine()
VOCABULARY = load_vocabulary()
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
BERT = {
    "task.type": "classification",
    "data.label_count": 2,
    "model.parameters": "110M",
    "model.architecture": "encoder",
    "data.train_examples": 800,
    "hardware.accelerator": "cuda",
    "hardware.accelerator_memory_gib": 24,
    "hardware.accelerator_count": 1,
    "quality.tolerance_points": 1,
    "deployment.tasks_per_base": 1,
}
RANGES = {
    "quality.tolerance_points": (0.0, 100.0),
    "data.train_examples": (1, 100_000),
    "model.parameters": (10**7, 10**11),
    "hardware.accelerator_memory_gib": (0.5, 200.0),
    "hardware.accelerator_count": (1, 16),
    "deployment.tasks_per_base": (1, 1000),
}


def stated(facts: dict) -> list[Fact]:
    return [
        Fact(key, read_value(VOCABULARY[key], raw, where="a test"), Source.ANSWERED)
        for key, raw in facts.items()
    ]


def case(**changes) -> Case:
    return Case(stated({**BERT, **changes}), ENGINE)


def judged(facts: dict, key: str, value: float) -> Gist:
    """The answer of the whole pipeline, which shares nothing with the search but the facts."""
    others = {k: raw for k, raw in facts.items() if k != key}
    verdict = answer_for([*stated(others), Fact(key, value, Source.ANSWERED)], ENGINE).verdict
    return Gist(verdict.status, verdict.recommendation)


@st.composite
def projects(draw) -> dict:
    return {
        **BERT,
        "task.type": draw(st.sampled_from(["classification", "nli_pair", "math_reasoning"])),
        "model.parameters": draw(st.sampled_from([60_000_000, 3 * 10**9, 8 * 10**9])),
        "model.architecture": draw(st.sampled_from(["encoder", "decoder"])),
        "data.train_examples": draw(st.sampled_from([8, 400, 20_000])),
        "hardware.accelerator_memory_gib": draw(st.sampled_from([8, 24, 80])),
        "quality.tolerance_points": draw(st.sampled_from([0.5, 3, 10])),
        "deployment.tasks_per_base": draw(st.sampled_from([1, 30])),
    }


@given(project=projects(), key=st.sampled_from(sorted(RANGES)), seed=st.integers(0, 10**6))
@FEW
def test_stretches_cover_the_range_and_hold_what_the_whole_pipeline_says(project, key, seed):
    low, high = RANGES[key]
    found = stretches(Case(stated(project), ENGINE), key, low, high)
    assert (found[0].low, found[-1].high) == (low, high)
    dice = random.Random(seed)
    integer = VOCABULARY[key].integer
    for part in found:
        inside = dice.randint(part.low, part.high) if integer else dice.uniform(part.low, part.high)
        for value in (part.low, part.high, inside):
            assert judged(project, key, value) == part.outcome, (key, value)
    for left, right in itertools.pairwise(found):
        assert right.low == (left.high + 1 if integer else math.nextafter(left.high, math.inf))
        assert left.outcome != right.outcome


@pytest.mark.parametrize("key", ["deployment.tasks_per_base", "data.train_examples"])
def test_every_single_integer_of_a_short_range_is_answered_rightly(key):
    found = stretches(case(), key, 1, 120)
    for value in range(1, 121):
        part = next(part for part in found if part.low <= value <= part.high)
        assert judged(BERT, key, value) == part.outcome, value


def test_a_veto_by_memory_is_found_although_no_rule_names_the_number():
    facts = {"model.parameters": "8B", "model.architecture": "decoder"}
    found = stretches(case(**facts), "hardware.accelerator_memory_gib", 1.0, 500.0)
    flips = [part.low for part in found[1:]]
    assert Status.INFEASIBLE in {part.outcome.status for part in found}
    rules = ENGINE.numbers_of("hardware.accelerator_memory_gib")
    assert flips
    assert not set(flips) & set(rules)


def test_values_that_contradict_other_facts_are_a_stretch_of_their_own():
    found = stretches(case(**{"data.p95_tokens": 100}), "data.median_tokens", 1.0, 1000.0)
    assert found[-1].outcome is None
    assert found[-1].low == math.nextafter(100.0, math.inf)
    assert all(part.outcome is not None for part in found[:-1])


def test_a_number_that_computed_facts_do_not_follow_is_refused():
    with pytest.raises(AdvisorError, match="neither rises nor falls"):
        along(case(), "model.hidden_size", 64, 8192)


def test_a_batch_is_followed_along_memory_and_time():
    known = case(**{"model.parameters": "3B", "budget.hours": 0.1})
    found = along(known, "train.batch_size", 1, 256)
    assert len(found) > 1
    for batch in range(1, 257):
        part = next(one for one in found if one.low <= batch <= one.high)
        assert known.outcome({"train.batch_size": batch}) == part.outcome, batch


def test_another_model_size_forgets_the_widths_of_the_present_model():
    shape = {"model.hidden_size": 768, "model.layer_count": 12, "model.vocabulary_size": 30522}
    known = case(**shape)
    assert not set(shape) & set(known.values({"model.parameters": 8 * 10**9}))
    assert all(key in known.values({"quality.tolerance_points": 2}) for key in shape)


def test_every_known_number_and_choice_of_the_questionnaire_is_tried():
    known = case()
    numbers = {one.key for one in along_all(known)}
    choices = {one.key: one for one in among_all(known)}
    assert numbers == {key for key in BERT if VOCABULARY[key].numeric}
    assert {"task.type", "model.architecture", "model.weights_access"} <= set(choices)
    access = choices["model.weights_access"]
    assert access.now == "open"
    assert access.outcomes["api_only"].status is Status.INFEASIBLE
    assert access.outcomes["open"] == known.outcome()


def test_the_rules_that_move_are_those_that_say_something_else():
    moved = {one.rule: one for one in moved_rules(case(), {"quality.tolerance_points": 10})}
    assert set(moved) == {"Q151", "Q152"}
    before, after = moved["Q151"].before.effects, moved["Q151"].after.effects
    assert after["prefix_tuning"] > before["prefix_tuning"]
    assert moved_rules(case(), {"quality.tolerance_points": 1}) == []


NARROW = {
    "task.type": "classification",
    "data.label_count": 3,
    "model.parameters": "7B",
    "model.architecture": "decoder",
    "data.train_examples": 5100,
    "data.p95_tokens": 300,
    "data.median_tokens": 100,
    "hardware.accelerator": "cuda",
    "hardware.accelerator_count": 1,
    "hardware.accelerator_memory_gib": "5.028 to 5.031",
    "quality.tolerance_points": 2,
    "deployment.tasks_per_base": 5,
    "price.per_hour": 1,
}


def test_a_range_that_passes_a_number_with_both_ends_is_not_taken_for_one_step():
    found = stretches(Case(stated(NARROW), ENGINE), "model.parameters", 10**8, 2 * 10**9)
    assert Status.UNDETERMINED in {part.outcome.status for part in found}
    for part in found:
        for value in (part.low, part.high):
            assert judged(NARROW, "model.parameters", value) == part.outcome


def test_a_range_of_floats_may_start_at_nothing():
    facts = {
        "model.parameters": "8B",
        "task.type": "classification",
        "data.train_examples": 5000,
        "hardware.accelerator": "none",
    }
    found = stretches(Case(stated(facts), ENGINE), "hardware.ram_available_gib", 0.0, 100.0)
    assert (found[0].low, found[-1].high) == (0.0, 100.0)
    assert len(found) > 1


def test_the_present_size_keeps_the_shape_of_the_present_model():
    shape = {"model.hidden_size": 768, "model.layer_count": 12, "model.vocabulary_size": 30522}
    known = case(**shape)
    here = known.facts.value("model.parameters")
    assert known.outcome({"model.parameters": here}) == known.outcome()
    part = next(
        p for p in stretches(known, "model.parameters", 10**7, 10**9) if p.low <= here <= p.high
    )
    assert part.outcome == known.outcome()


def test_a_sweep_is_made_with_the_named_changes():
    sweep = ("hardware.accelerator_memory_gib", 1.0, 100.0)
    large = whatif_record(case(), {"model.parameters": 8 * 10**9}, sweep).sweep
    stated_large = whatif_record(case(**{"model.parameters": "8B"}), None, sweep).sweep
    assert plain(large) == plain(stated_large)
    assert plain(large) != plain(whatif_record(case(), None, sweep).sweep)
