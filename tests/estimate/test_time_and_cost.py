"""What the time, cost, storage and evaluation estimates say."""

from __future__ import annotations

import pytest
from estimate_cases import bounds, estimates, known, stated

from advisor.catalogue.gpus import require_gpu
from advisor.catalogue.tables import price_of
from advisor.decide.answer import answer_for
from advisor.estimate.estimator import estimate_facts, smallest_visible_points
from advisor.facts import Fact, FactBase, Source
from advisor.methods import load_methods

TRAINED = tuple(id_ for id_, method in load_methods().items() if method.trained)
NO_LIMIT = 1e9

PROJECT = {
    "task.type": "classification",
    "model.parameters": "8B",
    "model.architecture": "decoder",
    "data.train_examples": "5k",
    "data.median_tokens": 120,
    "hardware.accelerator": "cuda",
    "hardware.accelerator_memory_gib": 80,
    "hardware.accelerator_count": 1,
}


def lora(facts: dict, kind: str) -> tuple[float, float]:
    return estimates(known(facts))[f"estimate.lora.{kind}"]


def detected_machine() -> list[Fact]:
    own = {key: raw for key, raw in PROJECT.items() if key.startswith("hardware.")}
    rest = {key: raw for key, raw in PROJECT.items() if key not in own}
    return [*stated(own, Source.DETECTED), *stated(rest)]


@pytest.mark.parametrize("method", TRAINED)
@pytest.mark.parametrize(
    "kind", ["time_headroom_optimistic", "cost_headroom_optimistic", "disk_headroom"]
)
def test_a_limit_that_nobody_stated_does_not_bind(method, kind):
    assert estimates(known(PROJECT))[f"estimate.{method}.{kind}"] == (NO_LIMIT, NO_LIMIT)


def test_without_limits_no_method_is_vetoed_for_time_cost_or_disk():
    tallies = answer_for(stated(PROJECT)).verdict.tallies
    codes = {
        finding.rule.code
        for tally in tallies.values()
        for finding in (*tally.vetoes, *tally.possible_vetoes)
    }
    assert codes.isdisjoint({"F202", "F203", "F204"})


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [("budget.hours", 1e-6, "F202"), ("budget.cost", 1e-6, "F203")],
)
def test_a_budget_far_too_small_vetoes_every_trained_method(key, value, code):
    tallies = answer_for(stated({**PROJECT, key: value})).verdict.tallies
    for method in TRAINED:
        assert code in {finding.rule.code for finding in tallies[method].vetoes}


def test_a_detected_device_of_this_machine_costs_nothing():
    found = {fact.key: fact.value for fact in estimate_facts(FactBase(detected_machine()))}
    assert bounds(found["estimate.lora.cost"]) == (0, 0)
    assert bounds(found["estimate.lora.hours"])[0] > 0


def test_a_stated_price_holds_even_for_a_detected_device():
    facts = FactBase([*detected_machine(), *stated({"price.per_hour": 2})])
    found = {fact.key: fact.value for fact in estimate_facts(facts)}
    hours, cost = (bounds(found[f"estimate.lora.{kind}"]) for kind in ("hours", "cost"))
    assert cost[1] == pytest.approx(2 * hours[1], rel=1e-3)


@pytest.mark.parametrize("count", [1, 8])
def test_a_named_card_costs_what_the_price_table_says(count):
    facts = {
        **PROJECT,
        "hardware.accelerator_name": "H100 80GB SXM",
        "hardware.accelerator_count": count,
    }
    price = price_of(require_gpu("H100 80GB SXM").name)
    hours, cost = lora(facts, "hours"), lora(facts, "cost")
    assert cost[0] == pytest.approx(hours[0] * price.low * count, rel=1e-3)
    assert cost[1] == pytest.approx(hours[1] * price.high * count, rel=1e-3)


def test_a_stated_price_overrides_the_price_table():
    facts = {**PROJECT, "hardware.accelerator_name": "H100 80GB SXM", "price.per_hour": 1}
    assert lora(facts, "cost") == pytest.approx(lora(facts, "hours"), rel=1e-3)


def test_a_card_without_a_price_row_takes_the_widest_range():
    assert price_of("a card of no table") == price_of("")
    facts = {**PROJECT, "hardware.accelerator_name": "a card of no table"}
    hours, cost = lora(facts, "hours"), lora(facts, "cost")
    price = price_of("")
    assert cost[0] == pytest.approx(hours[0] * price.low, rel=1e-3)
    assert cost[1] == pytest.approx(hours[1] * price.high, rel=1e-3)


def test_a_named_card_gives_one_figure_and_an_unnamed_one_a_range_around_it():
    # A step long enough that the launching of operators does not decide for the fastest card.
    facts = {**PROJECT, "data.median_tokens": 2000}
    named = lora({**facts, "hardware.accelerator_name": "H100 80GB SXM"}, "hours")
    unnamed = lora(facts, "hours")
    assert named[0] == named[1]
    assert unnamed[0] < named[0] < unnamed[1]


@pytest.mark.parametrize("kind", ["mps", "rocm or mps"])
def test_a_named_card_of_another_kind_tells_neither_time_nor_price(kind):
    facts = {**PROJECT, "hardware.accelerator": kind}
    named = {**facts, "hardware.accelerator_name": "H100 80GB SXM"}
    for suffix in ("hours", "cost"):
        assert lora(named, suffix) == lora(facts, suffix)


def test_a_named_card_on_a_machine_without_accelerators_tells_no_price():
    facts = {**PROJECT, "hardware.accelerator": "none", "hardware.cpu_cores": 8}
    facts = {key: raw for key, raw in facts.items() if "accelerator_" not in key}
    named = {**facts, "hardware.accelerator_name": "H100 80GB SXM"}
    assert lora(named, "cost") == lora(facts, "cost")


@pytest.mark.parametrize("kind", ["cuda or mps", None])
def test_a_named_card_tells_the_time_while_its_kind_is_open(kind):
    named = {**PROJECT, "hardware.accelerator_name": "H100 80GB SXM"}
    open_ = {key: raw for key, raw in named.items() if key != "hardware.accelerator"}
    if kind:
        open_["hardware.accelerator"] = kind
    assert lora(open_, "hours") == lora(named, "hours")


def test_an_unknown_kind_of_accelerator_with_known_memory_still_gives_a_time_range():
    facts = {key: raw for key, raw in PROJECT.items() if key != "hardware.accelerator"}
    low, high = lora(facts, "hours")
    assert 0 < low < high


def test_without_any_device_no_time_is_estimated():
    facts = {key: raw for key, raw in PROJECT.items() if not key.startswith("hardware.")}
    found = estimates(known(facts))
    assert "estimate.lora.hours" not in found
    assert "estimate.lora.cost" not in found


def test_without_a_number_of_examples_no_time_is_estimated():
    facts = {key: raw for key, raw in PROJECT.items() if key != "data.train_examples"}
    assert "estimate.lora.hours" not in estimates(known(facts))


def test_few_shot_prompting_has_no_training_time_and_stores_nothing():
    found = estimates(known(PROJECT))
    own = {key.rsplit(".", 1)[1] for key in found if key.startswith("estimate.few_shot_prompting.")}
    assert own == {
        "memory_gib",
        "memory_optimistic_gib",
        "memory_headroom",
        "memory_headroom_optimistic",
    }


def test_more_processor_cores_train_faster():
    facts = {
        "task.type": "classification",
        "model.parameters": "1B",
        "data.train_examples": 800,
        "data.median_tokens": 512,
        "hardware.accelerator": "none",
    }
    few, many = (lora({**facts, "hardware.cpu_cores": cores}, "hours") for cores in (2, 16))
    assert 7.9 * many[1] < few[1] <= 8 * many[1]


def test_a_whole_copy_for_each_task_is_what_storage_grows_by():
    facts = {"model.parameters": "8B", "deployment.tasks_per_base": 100}
    found = estimates(known(facts))
    assert found["estimate.full_fine_tuning.storage_gib"][0] == pytest.approx(
        100 * 8e9 * 2 / 2**30, rel=1e-3
    )
    assert found["estimate.prompt_tuning.storage_gib"][1] < 0.1


def test_stored_prompts_are_smaller_than_adapters_and_adapters_than_copies():
    found = estimates(known({"model.parameters": "8B"}))
    sizes = [
        found[f"estimate.{method}.storage_gib"][0]
        for method in ("prompt_tuning", "prefix_tuning", "lora", "full_fine_tuning")
    ]
    assert sizes == sorted(sizes)


def test_the_smallest_visible_difference_falls_with_the_evaluation_examples():
    visible = [smallest_visible_points(n) for n in (0, 1, 10, 100, 1_000, 10_000, 100_000)]
    assert visible == sorted(visible, reverse=True)
    assert visible[0] == 100
    assert visible[3] > 5 * visible[-1]


def test_four_times_the_evaluation_examples_show_half_the_difference():
    assert smallest_visible_points(4_000) == pytest.approx(smallest_visible_points(1_000) / 2)


def test_a_thousand_evaluation_examples_cannot_show_one_point():
    found = estimates(known({"data.eval_examples": 1_000, "quality.tolerance_points": 1}))
    assert found["data.evaluation_power"][1] < 1


def test_virtual_tokens_take_positions():
    found = estimates(known({"model.context_length": 512, "data.p95_tokens": 510}))
    assert found["data.position_headroom"][1] < 1


def test_the_input_length_is_cut_at_the_models_positions():
    facts = {"model.parameters": "1B", "model.context_length": 512}
    long, cut = (
        lora({**facts, "data.p95_tokens": tokens}, "memory_gib") for tokens in (100_000, 512)
    )
    assert long == cut


def test_a_stated_sequence_length_beats_the_length_of_the_data():
    facts = {"model.parameters": "1B", "train.sequence_length": 256}
    with_data = {**facts, "data.p95_tokens": 4000}
    assert lora(with_data, "memory_gib") == lora(facts, "memory_gib")
