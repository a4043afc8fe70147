"""What is said of half-known projects stays true when the unknown becomes known."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from verdict_cases import (
    BERT,
    LLAMA,
    POOLS,
    UNDETERMINED,
    Weighed,
    engine,
    half_known,
    stated,
    verdict_on,
    weigh,
)

from advisor.decide.answer import answer_for
from advisor.decide.decide import Headline, Status
from advisor.decide.verdict import Answer, Verdict
from advisor.report.record import run_record

QUICK = settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])

MACHINE = frozenset(
    {"hardware.accelerator", "hardware.accelerator_name", "hardware.accelerator_count"}
)
"""The device that is trained on; the speed, price and sharding of an unknown one are estimated."""

SHAPE = frozenset({"task.type", "model.architecture"})
"""What decides the loss over the vocabulary, and with it the memory."""


def require_sound(before: Weighed, after: Weighed) -> None:
    """Fail if the later scores, vetoes or headline leave what was called possible before."""
    for method, bounds in before.tallies.items():
        later = after.tallies[method]
        assert bounds.low <= later.low <= later.score <= later.high <= bounds.high, method
        if bounds.feasible is not None:
            assert later.feasible is bounds.feasible, method
    assert after.state.reachable <= before.state.reachable
    assert after.state.leaning in before.state.reachable


@given(half=half_known(always_known=MACHINE | SHAPE))
@QUICK
def test_completing_the_facts_on_a_known_machine_never_leaves_the_bounds(half):
    require_sound(weigh(half.facts()), weigh(half.facts(learned=half.open)))


@given(half=half_known(always_known=SHAPE))
@QUICK
def test_completing_the_facts_on_any_machine_never_leaves_the_bounds(half):
    require_sound(weigh(half.facts()), weigh(half.facts(learned=half.open)))


@given(half=half_known(always_known=MACHINE))
@QUICK
def test_completing_the_facts_on_any_task_never_leaves_the_bounds(half):
    require_sound(weigh(half.facts()), weigh(half.facts(learned=half.open)))


@given(half=half_known(always_known=MACHINE | SHAPE), data=st.data())
@QUICK
def test_learning_one_fact_never_widens_the_bounds(half, data):
    if half.open:
        learned = data.draw(st.sampled_from(half.open))
        require_sound(weigh(half.facts()), weigh(half.facts(learned=[learned])))


@given(half=half_known())
@QUICK
def test_every_score_lies_within_its_own_bounds(half):
    for tally in weigh(half.facts()).tallies.values():
        assert tally.low <= tally.score <= tally.high


@given(half=half_known())
@QUICK
def test_on_complete_facts_every_bound_is_the_score_and_one_headline_is_left(half):
    weighed = weigh(half.facts(learned=half.open))
    if all(tally.low == tally.high for tally in weighed.tallies.values()):
        assert weighed.state.reachable == {weighed.state.leaning}


@given(half=half_known())
@settings(QUICK, max_examples=60)
def test_an_answer_agrees_with_itself(half):
    answer = answer_for(half.facts(), engine())
    require_that_effects_add_up_to_the_margin(answer.verdict)
    require_that_probabilities_add_up_to_one_over_the_feasible(answer)
    require_that_status_recommendation_and_missing_go_together(answer.verdict)
    require_that_no_recommended_method_is_vetoed(answer.verdict)
    require_that_every_parity_lies_within_its_range(answer.verdict)


def require_that_effects_add_up_to_the_margin(verdict: Verdict) -> None:
    if verdict.compared is None:
        assert all(reason.effect is None for reason in verdict.reasons)
    else:
        assert sum(reason.effect or 0 for reason in verdict.reasons) == verdict.margin


def require_that_probabilities_add_up_to_one_over_the_feasible(answer: Answer) -> None:
    ranking = run_record(answer, engine().base).ranking
    feasible = [entry.probability for entry in ranking if entry.feasible is not False]
    assert all(e.probability == 0 for e in ranking if e.feasible is False)
    assert sum(feasible) == pytest.approx(1 if feasible else 0, abs=1e-3)


def require_that_status_recommendation_and_missing_go_together(verdict: Verdict) -> None:
    assert (verdict.status is Status.UNDETERMINED) == (len(verdict.reachable) > 1)
    if verdict.status in (Status.INFEASIBLE, Status.DO_NOT_TRAIN):
        assert verdict.recommendation is None
    if verdict.status in (Status.DECIDED, Status.TOO_CLOSE):
        assert verdict.recommendation is not None
    if verdict.status is not Status.UNDETERMINED:
        assert not verdict.missing


def require_that_no_recommended_method_is_vetoed(verdict: Verdict) -> None:
    if verdict.recommendation == "full_fine_tuning":
        assert verdict.tallies["full_fine_tuning"].feasible is not False
    elif verdict.recommendation is not None:
        assert verdict.tallies[verdict.variant or ""].feasible is not False
    if verdict.alternative is not None:
        assert verdict.tallies[verdict.alternative].feasible is not False


def require_that_every_parity_lies_within_its_range(verdict: Verdict) -> None:
    for parity in verdict.parity.values():
        assert 0 <= parity.low <= parity.high <= 1
        if parity.probability is not None:
            assert parity.low <= parity.probability <= parity.high


def test_an_unnamed_card_leaves_a_time_budget_open_that_only_a_fast_card_would_keep():
    project = {**BERT, "model.parameters": "1B", "data.median_tokens": 200, "budget.hours": 0.001}
    named = verdict_on(project)
    del project["hardware.accelerator_name"]
    unnamed = verdict_on(project)
    assert named.status is Status.INFEASIBLE
    assert Headline.INFEASIBLE in unnamed.reachable
    assert unnamed.status is Status.UNDETERMINED


def test_an_unknown_number_of_cards_leaves_open_what_more_cards_could_hold():
    eight = verdict_on({**LLAMA, "hardware.accelerator_count": 8})
    unknown = verdict_on({**LLAMA, "hardware.accelerator_count": "unknown"})
    assert eight.tallies["full_fine_tuning"].feasible is True
    assert unknown.tallies["full_fine_tuning"].feasible is None
    assert eight.reachable <= unknown.reachable


def test_an_assumed_number_of_cards_is_called_fragile_where_more_cards_turn_the_answer():
    project = {**LLAMA, "hardware.accelerator_count": 8}
    eight = verdict_on(project)
    del project["hardware.accelerator_count"]
    assumed = verdict_on(project)
    assert (assumed.recommendation, eight.recommendation) == ("prompt_tuning", "full_fine_tuning")
    assert "hardware.accelerator_count" in assumed.fragile_assumptions


def test_an_unknown_architecture_leaves_open_the_memory_of_an_encoder():
    project = {
        **BERT,
        "task.type": "generation_long",
        "model.parameters": "1B",
        "data.p95_tokens": 2000,
        "train.batch_size": 16,
    }
    encoder = weigh(stated(project))
    del project["model.architecture"]
    require_sound(weigh(stated(project)), encoder)


@pytest.mark.parametrize(
    "facts",
    [
        {**UNDETERMINED, "data.train_examples": "50k"},
        {"task.type": "classification"},
        {**BERT, "deployment.tasks_per_base": "unknown"},
        {**LLAMA, "model.parameters": "1B to 10B"},
        {**BERT, "deployment.tasks_per_base": "1 to 100"},
    ],
)
def test_each_missing_fact_matters_for_some_values_of_the_other_missing_ones(facts):
    missing = [entry.key for entry in verdict_on(facts).missing]
    assert missing
    for key in missing:
        assert _matters(key, [other for other in missing if other != key], facts), key


WORLDS = {
    **POOLS,
    "hardware.accelerator": ("cuda", "none"),
    "hardware.accelerator_name": ("RTX 3060 8GB", "Tesla P100 PCIe 16GB", "H100 80GB SXM"),
    "hardware.cpu_cores": (1, 64),
    "budget.hours": (1e-6, 1e5),
    "budget.cost": (1e-6, 1e5),
}


def _matters(key: str, others: list[str], facts: dict) -> bool:
    """Whether two values of the fact give different scores or vetoes, all else the same."""
    dice = random.Random(0)
    for _ in range(300):
        world = {**facts, **{other: dice.choice(WORLDS[other]) for other in others}}
        outcomes = {_outcome({**world, key: value}) for value in WORLDS[key]}
        if len(outcomes) > 1:
            return True
    return False


def _outcome(world: dict) -> tuple:
    if world.get("hardware.accelerator") == "none":
        on_device = {f"hardware.accelerator_{part}" for part in ("memory_gib", "count", "name")}
        world = {key: value for key, value in world.items() if key not in on_device}
    tallies = weigh(stated(world)).tallies.values()
    return tuple((tally.score, tally.feasible) for tally in tallies)


@pytest.mark.parametrize(
    "facts",
    [
        UNDETERMINED,
        {"task.type": "classification"},
        {**BERT, "deployment.tasks_per_base": "unknown"},
    ],
    ids=["no machine", "task alone", "number of tasks unknown"],
)
def test_an_undetermined_verdict_names_at_least_one_fact_that_would_settle_it(facts):
    verdict = verdict_on(facts)
    assert verdict.status is Status.UNDETERMINED
    assert verdict.missing


def test_a_number_of_cores_that_cannot_turn_the_answer_does_not_hold_it_up():
    # Taken rule by rule the time could speak against one side alone; it speaks against both.
    project = {
        "task.type": "nli_pair",
        "model.parameters": "1B",
        "model.architecture": "decoder",
        "model.pretraining_match": "low",
        "data.train_examples": "200k",
        "prompt.transfer_available": True,
        "hardware.accelerator": "none",
        "hardware.ram_available_gib": 16,
    }
    assert len(weigh(stated(project)).state.reachable) > 1
    settled = verdict_on(project)
    for cores in (1, 2, 8, 64, 512):
        known = verdict_on({**project, "hardware.cpu_cores": cores})
        assert known.recommendation == settled.recommendation
    assert settled.status is not Status.UNDETERMINED


def test_missing_facts_are_listed_by_their_swing():
    swings = [entry.swing for entry in verdict_on(UNDETERMINED).missing]
    assert swings == sorted(swings, reverse=True)
    assert min(swings) > 0
