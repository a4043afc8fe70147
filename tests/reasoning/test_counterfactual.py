"""The smallest changes are solutions and the smallest; what bounds exclude holds no solution."""

from __future__ import annotations

import itertools
import random

import pytest
from cases import ENGINE, LLAMA, VOCABULARY, llama, stated

from advisor.decide.answer import answer_for
from advisor.decide.decide import Gist, Status
from advisor.reasoning.counterfactual import (
    ANOTHER,
    Proof,
    distance,
    everything,
    representatives,
    smallest_changes,
)
from advisor.reasoning.flips import along_all, among_all

FULL = Gist(Status.DECIDED, "full_fine_tuning")
LOCKED = {"deployment.base_must_stay_unchanged": "yes"}
SHUT = {**LOCKED, "model.weights_access": "api_only"}


def smallest(case):
    return smallest_changes(case, along_all(case), among_all(case))


def judged(facts: dict, changes: dict) -> Gist:
    """The answer of the whole pipeline, which shares nothing with the search but the facts."""
    kept = stated({key: raw for key, raw in facts.items() if key not in changes})
    verdict = answer_for([*kept, *stated(changes)], ENGINE).verdict
    return Gist(verdict.status, verdict.recommendation)


@pytest.mark.parametrize(("more", "size"), [({}, 1), (LOCKED, 2), (SHUT, 3)])
def test_as_many_facts_change_as_stand_in_the_way(more, size):
    found = smallest(llama(**more))["full_fine_tuning"]
    assert {len(one.changes) for one in found.found} == {size}
    assert len(found.proofs) == size - 1
    assert Proof.NOT_PROVEN not in found.proofs
    for one in found.found:
        assert set(more) <= set(one.changes)
        assert judged({**LLAMA, **more}, one.changes) == one.outcome == FULL


def test_the_nearest_comes_first():
    case = llama()
    found = smallest(case)[ANOTHER].found
    assert len(found) > 2
    far = [distance(case, one.changes) for one in found]
    assert far == sorted(far)


def test_a_single_change_is_the_nearest_of_its_fact_to_the_adjacent_value():
    number = {one.key: one for one in along_all(llama())}["hardware.accelerator_count"]
    [change] = [
        one.changes["hardware.accelerator_count"]
        for one in smallest(llama())[ANOTHER].found
        if "hardware.accelerator_count" in one.changes
    ]
    now = judged(LLAMA, {})
    for count in range(number.now, change):
        assert judged(LLAMA, {"hardware.accelerator_count": count}) == now
    assert judged(LLAMA, {"hardware.accelerator_count": change}) != now


def test_every_pair_of_facts_is_gone_through_like_brute_force():
    """With few values each: what the search leaves out by bounds, brute force does not find."""
    case = llama(**LOCKED)
    keys = ["deployment.base_must_stay_unchanged", "hardware.accelerator_memory_gib",
            "data.train_examples", "model.pretraining_match"]  # fmt: skip
    values = {key: representatives(case, VOCABULARY[key])[:12] for key in keys}
    brute = {
        (one, other)
        for one, other in itertools.combinations(keys, 2)
        for pair in itertools.product(values[one], values[other])
        if judged({**LLAMA, **LOCKED}, dict(zip((one, other), pair, strict=True))) == FULL
    }
    found = {tuple(one.changes) for one in smallest(case)["full_fine_tuning"].found}
    assert {frozenset(pair) for pair in brute} == {
        frozenset(pair) for pair in found if set(pair) <= set(keys)
    }


@pytest.mark.parametrize("seed", range(12))
def test_answers_out_of_reach_are_given_by_no_values(seed):
    dice = random.Random(seed)
    case = llama(**dice.choice([{}, LOCKED, {"quality.tolerance_points": 4}]))
    asked = [*along_all_keys(case)]
    keys = dice.sample(asked, 3)
    reach = case.reachable({key: everything(VOCABULARY[key]) for key in keys})
    for _ in range(40):
        changes = {key: value(VOCABULARY[key], dice) for key in keys}
        outcome = case.outcome(changes)
        assert outcome is None or outcome in reach, changes


def along_all_keys(case):
    for fact in case.facts:
        fact_type = VOCABULARY[fact.key]
        if fact_type.ask is not None and fact_type.type != "text" and fact.known:
            yield fact.key


def value(fact_type, dice):
    if fact_type.numeric:
        low, high = fact_type.range
        found = max(low, 1e-2) * (high / max(low, 1e-2)) ** dice.random()
        return max(int(found), int(low)) if fact_type.integer else found
    return dice.choice(fact_type.choices or (False, True))


def test_nothing_is_said_of_the_sides_while_facts_are_unknown():
    case = llama(**{"hardware.accelerator_memory_gib": "unknown"})
    assert case.outcome().status is Status.UNDETERMINED
    assert set(smallest_changes(case, (), among_all(case))) == {ANOTHER}
