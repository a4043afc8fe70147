"""Facts about the reference tables: methods, prices, constants of the closed form, steps, tasks."""

from __future__ import annotations

import re
from dataclasses import astuple
from itertools import pairwise, product

import pytest

from advisor.catalogue.gpus import load_gpus
from advisor.catalogue.tables import (
    assumptions,
    closed_form,
    device_table,
    load_activations,
    load_table,
    price_of,
    timing,
)
from advisor.estimate.settings import Optimizer, Precision
from advisor.facts import load_vocabulary
from advisor.methods import load_methods

VOCABULARY = load_vocabulary()
METHODS = load_methods()
TRAINED = [method for method in METHODS.values() if method.trained]
PRICES = load_table("prices.yaml")
STEPS = load_table("steps.yaml")["steps"]
TASKS = VOCABULARY["task.type"].choices
ACCELERATORS = VOCABULARY["hardware.accelerator"].choices

TABLES = (
    "prices", "steps", "tasks", "gpus",
    "assumptions", "closed_form", "devices", "timing", "microbench", "general_text",
)  # fmt: skip
DATE = re.compile(r"20\d\d-(0[1-9]|1[0-2])\Z")


def method_id(method) -> str:
    return method.id


def test_names_of_methods_are_unique():
    names = [method.name.lower() for method in METHODS.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("method", TRAINED, ids=method_id)
def test_the_first_learning_rate_lies_in_the_range_to_search(method):
    rate = method.recipe["learning_rate"]
    assert 0 < rate["low"] <= rate["first"] <= rate["high"] < 1


@pytest.mark.parametrize("method", TRAINED, ids=method_id)
def test_a_new_head_is_trained_at_a_higher_rate_than_the_lowest_of_the_body(method):
    head = method.recipe["head_rate"]
    assert head["low"] <= head["high"]
    assert head["high"] > method.recipe["learning_rate"]["low"]


@pytest.mark.parametrize("method", TRAINED, ids=method_id)
def test_a_recipe_says_how_long_to_train_and_when_to_stop(method):
    assert method.recipe["epochs"] >= 1
    assert method.recipe["batch_size"] >= 1
    assert 0 <= method.recipe["warmup_share"] < 1
    assert method.recipe["patience"] > 0


@pytest.mark.parametrize("architecture", ["encoder", "decoder", "encoder_decoder"])
@pytest.mark.parametrize("method", TRAINED, ids=method_id)
def test_the_rates_to_try_lie_in_their_ranges_and_differ(method, architecture):
    method = method.on(architecture)
    rate, head = method.recipe["learning_rate"], method.recipe["head_rate"]
    pairs = [tuple(pair) for pair in method.recipe["search"]]
    assert len(set(pairs)) == len(pairs)
    assert len({body for body, _ in pairs[:4]}) >= 3
    for body, head_rate in pairs:
        assert rate["low"] <= body <= rate["high"]
        assert head["low"] <= head_rate <= head["high"]


@pytest.mark.parametrize(("architecture", "first"), [("encoder_decoder", 0.3), ("decoder", 0.01)])
def test_prompt_tuning_has_rates_and_a_source_for_each_architecture(architecture, first):
    usual = METHODS["prompt_tuning"]
    own = usual.on(architecture)
    assert own.recipe["learning_rate"]["first"] == own.recipe["search"][0][0] == first
    assert own.recipe["epochs"] == usual.recipe["epochs"]
    assert own.source != usual.source
    assert usual.on("encoder") == usual.on(None) == usual


def test_decoders_try_the_usual_rates_of_prompt_tuning_in_another_order():
    usual, own = METHODS["prompt_tuning"], METHODS["prompt_tuning"].on("decoder")
    assert sorted(own.recipe["search"]) == sorted(usual.recipe["search"])


def test_each_method_has_as_many_rates_to_try():
    assert len({len(method.recipe["search"]) for method in TRAINED}) == 1


def test_soft_prompts_are_trained_at_higher_rates_than_full_fine_tuning():
    full = METHODS["full_fine_tuning"].recipe["learning_rate"]["high"]
    for method in TRAINED:
        if method.family == "soft_prompts":
            assert method.recipe["learning_rate"]["first"] > full


def test_virtual_tokens_belong_to_the_soft_prompts_alone_and_lengthen_the_input():
    for method in METHODS.values():
        assert ("virtual_tokens" in method.recipe) == (method.family == "soft_prompts")
        if method.family == "soft_prompts":
            assert method.lengthens_input


def test_every_family_of_methods_has_its_steps():
    assert {method.family for method in METHODS.values()} == set(STEPS)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_of_when_it_is(name):
    assert DATE.match(str(load_table(f"{name}.yaml")["as_of"]))


@pytest.mark.parametrize("row", PRICES["prices"], ids=lambda row: row["gpus"][0])
def test_a_price_is_a_range_for_cards_of_the_gpu_table(row):
    assert 0 < row["low"] <= row["high"]
    assert set(row["gpus"]) <= {gpu.name for gpu in load_gpus()}
    assert DATE.match(str(row["read"]))
    assert row["source"]


def test_no_card_has_two_prices():
    listed = [name for row in PRICES["prices"] for name in row["gpus"]]
    assert len(listed) == len(set(listed))


def test_the_price_of_an_unlisted_card_spans_every_listed_one():
    unlisted = price_of("no such card")
    for row in PRICES["prices"]:
        assert unlisted.low <= row["low"] <= row["high"] <= unlisted.high


def test_a_price_is_found_by_the_rows_own_name():
    assert price_of("H100 80GB SXM").low > price_of("no such card").low
    assert "read" in price_of("H100 80GB SXM").basis


def test_every_task_type_has_an_assumed_length_and_a_metric():
    assert set(assumptions()["assumed_tokens"]) == {*TASKS, "unknown"}
    assert set(load_table("tasks.yaml")["metrics"]) == set(TASKS)


def test_every_kind_of_accelerator_has_a_context_and_a_reserve_that_rise():
    table = device_table()
    assert set(table["context_gib"]) == set(table["reserve_share"]) == set(ACCELERATORS)
    for kind in ACCELERATORS:
        assert table["context_gib"][kind] == sorted(table["context_gib"][kind])
        assert table["reserve_share"][kind] == sorted(table["reserve_share"][kind])


def test_the_optimistic_states_are_less_than_any_run_holds():
    for kind in ("accelerator", "cpu"):
        states = {id_: method.least_state_bytes[kind] for id_, method in METHODS.items()}
        assert states["qlora"] < states["lora"] < states["full_fine_tuning"] < 16


def test_the_best_speed_is_never_below_the_expected_one():
    table = timing()
    assert table["matmul_share"] < table["best_matmul_share"] <= 1
    assert table["bandwidth_share"] <= table["best_bandwidth_share"] <= 1
    for rates in (table["cpu_core"]["gflops"], table["cpu_core"]["gigabytes"]):
        assert rates["expected"] < rates["best"]


def test_every_optimizer_has_a_traffic_and_a_weight_as_an_alteration():
    names = {optimizer.value for optimizer in Optimizer}
    assert set(closed_form()["traffic_of_update"]) == names
    assert set(assumptions()["alterations"]) == names | {"precision"}


def test_every_combination_of_the_closed_form_has_its_row():
    expected = set(
        product(
            closed_form()["families"],
            {method.activations or method.id for method in TRAINED},
            (precision.value for precision in Precision),
            ("cuda", "cuda_padded", "cpu"),
        )
    )
    assert set(load_activations()) == expected


def test_no_factor_of_the_closed_form_is_negative():
    assert all(min(astuple(row)) >= 0 for row in load_activations().values())


def test_no_model_type_belongs_to_two_families():
    types = [name for entry in closed_form()["families"].values() for name in entry["types"]]
    assert len(types) == len(set(types))
    assert set(device_table()["validated_types"]) <= set(types)


def test_no_column_of_the_typical_shapes_falls():
    for below, above in pairwise(assumptions()["typical_shapes"]):
        assert below[0] < above[0]
        assert all(low <= high for low, high in zip(below, above, strict=True))


@pytest.mark.parametrize("kind", [kind for kind in ACCELERATORS if kind != "none"])
def test_an_unknown_device_may_be_as_slow_or_as_fast_as_any_of_its_kind_in_the_gpu_table(kind):
    low, high = timing()["unknown_device"][kind]["tflops"]
    slow, fast = timing()["unknown_device"][kind]["gigabytes"]
    assert all(
        slow <= gpu.bandwidth_gb_per_s <= fast for gpu in load_gpus() if gpu.accelerator == kind
    )
    outside = {
        gpu.name: rate
        for gpu in load_gpus()
        if gpu.accelerator == kind
        and (rate := gpu.bf16_tflops or gpu.fp16_tflops) is not None
        and not low <= rate <= high
    }
    assert outside == {}
