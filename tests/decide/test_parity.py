"""Parity: when it is stated, which way facts move it, and on how many published rows it stands."""

from __future__ import annotations

import pytest
from verdict_cases import API_ONLY, BERT, DO_NOT_TRAIN, LLAMA, engine, verdict_on

from advisor.decide.decide import probability

SETTINGS = engine().base.settings
FROZEN = SETTINGS.groups["frozen_base"]
SOFT = SETTINGS.groups["soft_prompts"]
NEEDED = {
    "model.parameters": "110M",
    "data.train_examples": 800,
    "task.type": "classification",
}


def parity(method: str, facts: dict) -> float:
    stated = verdict_on(facts).parity[method].probability
    assert stated is not None
    return stated


@pytest.mark.parametrize("missing", NEEDED)
def test_parity_is_not_stated_while_a_fact_that_it_needs_is_unknown(missing):
    facts = {key: raw for key, raw in NEEDED.items() if key != missing}
    for entry in verdict_on(facts).parity.values():
        assert entry.probability is None
        assert entry.low <= entry.high


def test_parity_is_not_stated_while_a_fact_that_it_needs_is_known_only_in_part():
    partly = {**NEEDED, "model.parameters": "100M to 1B"}
    assert all(entry.probability is None for entry in verdict_on(partly).parity.values())


@pytest.mark.parametrize(
    "facts",
    [NEEDED, BERT, LLAMA, DO_NOT_TRAIN, {**NEEDED, **API_ONLY}],
    ids=["undetermined", "decided", "vetoed rival", "do not train", "infeasible"],
)
def test_parity_is_stated_whatever_the_status_once_the_needed_facts_are_known(facts):
    found = verdict_on(facts).parity
    assert set(found) == set(FROZEN)
    assert all(entry.probability is not None for entry in found.values())


def test_parity_is_the_odds_of_the_quality_effects_alone():
    # Serving a hundred tasks is a preference; it moves the score and not the parity.
    one, many = (verdict_on({**BERT, "deployment.tasks_per_base": n}) for n in (1, 100))
    assert one.parity == many.parity
    assert one.tallies["lora"].score < many.tallies["lora"].score


@pytest.mark.parametrize("method", SOFT)
@pytest.mark.parametrize("task", ["classification", "nli_pair", "code", "generation_long"])
def test_more_examples_never_lower_the_parity_of_a_soft_prompt(method, task):
    counts = (10, 30, 100, 500, 1_000, 10_000, 50_000, 100_000, 1_000_000)
    facts = {**LLAMA, "model.parameters": "11B", "task.type": task}
    stated = [parity(method, {**facts, "data.train_examples": n}) for n in counts]
    assert stated == sorted(stated)
    assert stated[0] < stated[-1]


def test_a_hundred_thousand_examples_of_code_lower_the_parity_of_lora():
    facts = {**LLAMA, "task.type": "code"}
    some, many = (parity("lora", {**facts, "data.train_examples": n}) for n in (5_000, 500_000))
    assert many < some


@pytest.mark.parametrize("method", ["prompt_tuning", "p_tuning", "lora", "qlora"])
def test_a_larger_model_never_lowers_parity(method):
    sizes = ("60M", "220M", "770M", "3B", "11B", "175B")
    stated = [parity(method, {**LLAMA, "model.parameters": size}) for size in sizes]
    assert stated == sorted(stated)
    assert stated[0] < stated[-1]


@pytest.mark.parametrize("method", FROZEN)
def test_a_wider_tolerance_raises_parity(method):
    tolerances = (0.1, 0.5, 1, 3, 10)
    stated = [parity(method, {**BERT, "quality.tolerance_points": t}) for t in tolerances]
    assert stated == sorted(stated)
    assert stated[0] < stated[-1]


def test_a_transferred_prompt_raises_the_parity_of_prompt_tuning_alone():
    without = verdict_on(LLAMA).parity
    with_prompt = verdict_on({**LLAMA, "prompt.transfer_available": True}).parity
    for method in FROZEN:
        before, after = without[method].probability, with_prompt[method].probability
        assert before is not None
        assert after is not None
        if method == "prompt_tuning":
            assert after > before
        elif method != "p_tuning":
            assert after == before


def test_a_measured_win_raises_parity_and_a_measured_loss_lowers_it():
    key = "measured.lora.points_below_full"
    plain = parity("lora", BERT)
    assert parity("lora", {**BERT, key: -1}) > plain > parity("lora", {**BERT, key: 5})


def test_published_rows_are_counted_only_near_the_project():
    near = verdict_on({**NEEDED, "task.type": "nli_pair"}).parity["prefix_tuning"]
    far = verdict_on({**NEEDED, "model.parameters": "10T", "data.train_examples": "1B"}).parity
    assert near.rows >= near.studies > 0
    assert (far["prefix_tuning"].rows, far["prefix_tuning"].studies) == (0, 0)


def test_odds_and_probabilities_are_symmetric():
    for decibans in range(-60, 61, 7):
        assert probability(decibans) + probability(-decibans) == pytest.approx(1)
