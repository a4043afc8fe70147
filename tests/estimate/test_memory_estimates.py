"""What the memory estimates say of methods, models and devices."""

from __future__ import annotations

import pytest
from estimate_cases import base_of, estimates, known, projects, stated
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.decide.answer import answer_for
from advisor.methods import load_methods

QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
METHODS = tuple(load_methods())
TRAINED = tuple(id_ for id_, method in load_methods().items() if method.trained)

SIZES = st.integers(1_000_000, 10**12)


def memory(method: str, facts: dict, kind: str = "memory_gib") -> float:
    return estimates(known(facts))[f"estimate.{method}.{kind}"][1]


def feasible(method: str, **facts) -> bool | None:
    project = {
        "task.type": "classification",
        "model.architecture": "decoder",
        "data.train_examples": "5k",
        "hardware.accelerator": "cuda",
        **{key.replace("__", "."): value for key, value in facts.items()},
    }
    return answer_for(stated(project)).verdict.tallies[method].feasible


@pytest.mark.parametrize("kind", ["memory_gib", "memory_optimistic_gib"])
@pytest.mark.parametrize("accelerator", ["cuda", "none"])
@given(parameters=st.integers(3 * 10**9, 10**12), count=st.integers(1, 4))
@QUICK
def test_where_weights_decide_qlora_needs_less_than_lora_and_lora_less_than_full(
    kind, accelerator, parameters, count
):
    # With long inputs, or an eighth of the weights on each device, activations decide, and a
    # frozen base with adapters keeps more of them.
    facts = {
        "model.parameters": parameters,
        "train.batch_size": 1,
        "train.sequence_length": 256,
        "hardware.accelerator": accelerator,
        "hardware.accelerator_count": count if accelerator == "cuda" else 0,
    }
    qlora, lora, full = (memory(m, facts, kind) for m in ("qlora", "lora", "full_fine_tuning"))
    assert qlora <= lora <= full


@given(project=projects())
@QUICK
def test_the_optimistic_need_never_exceeds_the_expected_one(project):
    found = estimates(base_of(*project))
    for method in METHODS:
        expected = found[f"estimate.{method}.memory_gib"]
        optimistic = found[f"estimate.{method}.memory_optimistic_gib"]
        assert optimistic[0] <= expected[0]
        assert optimistic[1] <= expected[1]


@pytest.mark.parametrize(
    ("key", "smaller", "larger"),
    [
        ("train.batch_size", 1, 32),
        ("train.sequence_length", 128, 4096),
        ("data.p95_tokens", 128, 4096),
        ("model.layer_count", 24, 48),
        ("model.parameters", "1B", "1.1B"),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_more_of_an_input_never_needs_less_memory(method, key, smaller, larger):
    facts = {"model.parameters": "1B", "task.type": "generation_short"}
    assert memory(method, {**facts, key: smaller}) <= memory(method, {**facts, key: larger})


@pytest.mark.parametrize("key", ["train.batch_size", "train.sequence_length"])
@pytest.mark.parametrize("method", TRAINED)
def test_a_sixteenfold_step_needs_strictly_more_memory(method, key):
    facts = {"model.parameters": "1B", "task.type": "generation_short"}
    assert memory(method, {**facts, key: 512}) < memory(method, {**facts, key: 8192})


@pytest.mark.parametrize("kind", ["memory_headroom", "memory_headroom_optimistic"])
@pytest.mark.parametrize("method", METHODS)
def test_halving_the_free_memory_halves_the_headroom(method, kind):
    facts = {"model.parameters": "3B", "hardware.accelerator": "cuda"}
    key = "hardware.accelerator_memory_gib"
    whole = memory(method, {**facts, key: 48}, kind)
    half = memory(method, {**facts, key: 24}, kind)
    assert half == pytest.approx(whole / 2, rel=1e-3)


def test_without_an_accelerator_the_ram_decides():
    facts = {"model.parameters": "1B", "hardware.accelerator": "none"}
    little, much = (
        memory("lora", {**facts, "hardware.ram_available_gib": gib}, "memory_headroom")
        for gib in (8, 80)
    )
    assert much == pytest.approx(10 * little, rel=1e-3)


def test_the_ram_beside_an_accelerator_changes_no_headroom():
    facts = {
        "model.parameters": "1B",
        "hardware.accelerator": "cuda",
        "hardware.accelerator_memory_gib": 24,
    }
    assert estimates(known({**facts, "hardware.ram_available_gib": 8})) == estimates(known(facts))


def test_without_a_known_limit_there_is_no_headroom():
    found = estimates(known({"model.parameters": "1B", "hardware.accelerator": "cuda"}))
    assert "estimate.lora.memory_gib" in found
    assert not [key for key in found if "memory_headroom" in key]


def test_without_the_models_size_nothing_is_estimated():
    found = estimates(known({"hardware.accelerator": "cuda", "data.train_examples": "5k"}))
    assert not [key for key in found if key.startswith("estimate.")]


@pytest.mark.parametrize("parameters", ["1B", "3B", "8B", "13B", "34B", "70B"])
@pytest.mark.parametrize("kind", ["memory_gib", "memory_optimistic_gib"])
@pytest.mark.parametrize("task", ["classification", "generation_short"])
def test_prompt_tuning_needs_about_as_much_memory_as_lora(parameters, kind, task):
    # The 4-bit base counts as a method of its own for LoRA and as a saving for prompt tuning,
    # so only the expected needs are comparable.
    facts = {"model.parameters": parameters, "task.type": task, "hardware.accelerator": "cuda"}
    prompt, lora = memory("prompt_tuning", facts, kind), memory("lora", facts, kind)
    if kind == "memory_gib":
        assert prompt == pytest.approx(lora, rel=0.15)
    else:
        assert prompt <= lora


def test_sharding_over_devices_divides_the_state_but_not_the_activations():
    facts = {"model.parameters": "8B", "task.type": "generation_short"}
    one, eight = (
        memory("full_fine_tuning", {**facts, "hardware.accelerator_count": count})
        for count in (1, 8)
    )
    assert one / 8 < eight < one


def test_seven_billion_on_eight_cards_of_80_gib_can_be_fully_fine_tuned():
    assert (
        feasible(
            "full_fine_tuning",
            model__parameters="7B",
            hardware__accelerator_memory_gib=80,
            hardware__accelerator_count=8,
        )
        is True
    )


def test_seventy_billion_on_two_cards_of_80_gib_cannot_be_fully_fine_tuned():
    assert (
        feasible(
            "full_fine_tuning",
            model__parameters="70B",
            hardware__accelerator_memory_gib=80,
            hardware__accelerator_count=2,
        )
        is False
    )


def test_eight_billion_on_24_gib_cannot_be_fully_fine_tuned_but_can_be_tuned_with_qlora():
    card = {
        "model__parameters": "8B",
        "hardware__accelerator_memory_gib": 24,
        "hardware__accelerator_count": 1,
    }
    assert feasible("full_fine_tuning", **card) is False
    assert feasible("qlora", **card) is True


def test_gpt2_on_24_gib_can_be_fully_fine_tuned():
    assert (
        feasible(
            "full_fine_tuning",
            model__parameters="124M",
            hardware__accelerator_memory_gib=24,
            hardware__accelerator_count=1,
        )
        is True
    )


def test_training_needs_more_than_the_bytes_of_the_frozen_weights():
    facts = {"model.parameters": "8B", "hardware.accelerator": "cuda"}
    sixteen_bit = 8e9 * 2 / 2**30
    assert memory("prompt_tuning", facts) > sixteen_bit
    assert memory("full_fine_tuning", facts) > 8 * sixteen_bit


@pytest.mark.parametrize("kind", ["cuda", "rocm", "xpu", "mps"])
def test_an_unknown_kind_of_accelerator_allows_for_every_kind(kind):
    facts = {
        "task.type": "classification",
        "model.parameters": "1B",
        "data.train_examples": "5k",
        "hardware.accelerator_memory_gib": 16,
        "hardware.accelerator_count": 1,
    }
    unknown = estimates(known(facts))
    for fact, (low, high) in estimates(known({**facts, "hardware.accelerator": kind})).items():
        assert unknown[fact][0] <= low <= high <= unknown[fact][1], fact
