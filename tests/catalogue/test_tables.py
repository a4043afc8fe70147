"""Facts about the reference tables: methods, prices, constants of the closed form, steps, tasks."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from advisor.catalogue.gpus import load_gpus
from advisor.catalogue.tables import closed_form, load_methods, load_table, price_of
from advisor.facts import load_vocabulary

VOCABULARY = load_vocabulary()
METHODS = load_methods()
TRAINED = [method for method in METHODS.values() if method.trained]
PRICES = load_table("prices.yaml")
STEPS = load_table("steps.yaml")["steps"]
TASKS = VOCABULARY["task.type"].choices
ACCELERATORS = VOCABULARY["hardware.accelerator"].choices

DATE = re.compile(r"20\d\d-(0[1-9]|1[0-2])\Z")


def method_id(method) -> str:
    return method.id


def test_the_methods_are_those_of_the_vocabulary_in_its_order():
    assert tuple(METHODS) == VOCABULARY.methods


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
    assert method.recipe["early_stopping"]


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


@pytest.mark.parametrize("name", ["methods", "prices", "steps", "tasks", "memory", "gpus"])
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
    assert set(closed_form()["assumed_tokens"]) == {*TASKS, "unknown"}
    assert set(load_table("tasks.yaml")["metrics"]) == set(TASKS)


def test_every_kind_of_accelerator_has_its_own_context_and_the_optimistic_one_is_less():
    table = closed_form()
    assert set(table["context_gib"]) == set(ACCELERATORS)
    assert set(table["optimistic_context_gib"]) == set(ACCELERATORS)
    for kind in ACCELERATORS:
        assert table["optimistic_context_gib"][kind] < table["context_gib"][kind]


def test_the_optimistic_constants_are_below_the_expected_ones():
    table = closed_form()
    for row in table["state_bytes"].values():
        assert row["optimistic"] < row["expected"]
    assert table["cpu_frozen_base"]["optimistic"] < table["cpu_frozen_base"]["expected"]
    for key, operations in table["optimistic_operations"].items():
        assert operations < table["operations"][key]
    assert table["utilisation"]["expected"] < table["utilisation"]["optimistic"] <= 1
    assert table["cpu_gflops_per_core"]["expected"] < table["cpu_gflops_per_core"]["optimistic"]


def test_the_state_constants_name_methods_only():
    table = closed_form()
    assert set(table["state_bytes"]) - {"frozen_base"} <= set(METHODS)
    assert set(table["cpu_frozen_base"]["methods"]) <= set(METHODS)
    assert set(table["operations"]) - {"frozen_base"} <= set(METHODS)


def test_no_column_of_the_typical_shapes_falls():
    for below, above in pairwise(closed_form()["typical_shapes"]):
        assert below[0] < above[0]
        assert all(low <= high for low, high in zip(below, above, strict=True))


@pytest.mark.parametrize("kind", [kind for kind in ACCELERATORS if kind != "none"])
def test_an_unknown_device_may_be_as_slow_or_as_fast_as_any_of_its_kind_in_the_gpu_table(kind):
    low, high = closed_form()["unknown_device_tflops"][kind]
    outside = {
        gpu.name: rate
        for gpu in load_gpus()
        if gpu.accelerator == kind
        and (rate := gpu.bf16_tflops or gpu.fp16_tflops) is not None
        and not low <= rate <= high
    }
    assert outside == {}
