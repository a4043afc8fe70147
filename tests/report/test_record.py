"""The run file: its keys, and that reading it back gives the same run again."""

from __future__ import annotations

import json

import pytest
from report_cases import PERSONAS, VOCABULARY, engine, persona, read_back, record_of, stated

from advisor.decide.answer import answer_for
from advisor.facts import Fact, Interval, Source
from advisor.report.files import to_json

KEYS = [
    "schema_version", "advisor_version", "status", "advice", "headline", "recommendation",
    "leaning_only", "variant", "confidence", "confidence_word", "evidence", "alternative",
    "alternative_reason", "compared",
    "margin_decibans", "ranking", "bounds", "parity", "sub_decisions", "reasons", "why_not",
    "nearest_changes", "outlook", "missing", "beliefs", "risks", "assumptions", "conflicts",
    "how_to", "how_to_alternative", "facts",
]  # fmt: skip

PARTIAL = {
    "task.type": "classification or nli_pair",
    "model.parameters": "> 1B",
    "model.architecture": "encoder, decoder",
    "data.train_examples": "at least 5k",
    "data.duplicate_share": "0.00001 to 0.2",
    "quality.tolerance_points": "0.5 to 1.5",
    "hardware.accelerator": "cuda",
    "hardware.accelerator_memory_gib": "20GB to 24GB",
    "deployment.tasks_per_base": "under 10",
}


@pytest.mark.parametrize("name", PERSONAS)
def test_a_run_file_has_exactly_the_documented_keys(name):
    assert list(persona(name)) == KEYS


@pytest.mark.parametrize("name", PERSONAS)
def test_the_same_facts_give_the_same_bytes(name):
    assert to_json(record_of(stated(PERSONAS[name]))) == to_json(persona(name))


@pytest.mark.parametrize("name", PERSONAS)
def test_the_order_in_which_facts_are_stated_changes_nothing(name):
    turned = dict(reversed(PERSONAS[name].items()))
    assert to_json(record_of(stated(turned))) == to_json(persona(name))


@pytest.mark.parametrize("name", PERSONAS)
def test_a_run_that_is_read_back_gives_the_same_run(name):
    run = persona(name)
    assert to_json(record_of(read_back(run))) == to_json(run)


def test_partial_facts_are_read_back_as_they_were():
    run = record_of(stated(PARTIAL))
    again = {fact.key: fact.value for fact in read_back(run)}
    assert again["task.type"] == frozenset({"classification", "nli_pair"})
    assert again["data.train_examples"] == Interval(5000, 1e12)
    assert again["model.parameters"] == Interval(10**9, 1e14, low_closed=False)
    assert to_json(record_of(read_back(run))) == to_json(run)


@pytest.mark.parametrize("key", ["deployment.latency_sensitive", "prompt.transfer_available"])
def test_an_explicit_unknown_is_read_back_as_unknown_and_not_as_the_default(key):
    run = record_of(stated({**PERSONAS["three_facts_only"], key: "unknown"}))
    assert run["facts"][key]["value"] is None
    again = record_of(read_back(run))
    assert again["facts"][key] == run["facts"][key]
    assert to_json(again) == to_json(run)


@pytest.mark.parametrize("source", Source)
def test_facts_keep_the_source_that_they_had(source):
    project = PERSONAS["eight_billion_on_a_24_gib_card"]
    run = record_of(stated(project, source))
    kept = {fact.key: fact.source for fact in read_back(run)}
    if source in (Source.DEFAULT, Source.ESTIMATED):
        assert not set(kept) & set(project)
    else:
        assert {kept[key] for key in project} == {source}
        assert to_json(record_of(read_back(run))) == to_json(run)


def test_what_was_assumed_or_computed_is_made_anew():
    sources = {fact.source for fact in read_back(persona("a_hundred_tenants"))}
    assert sources.isdisjoint({Source.DEFAULT, Source.ESTIMATED})


@pytest.mark.parametrize(
    "text",
    ["a|b", "*bold* _it_", "<script>alert(1)</script>", "`x`", 'say "hi"', "\u00fc\u4e2d\u6587"],
)
def test_hostile_names_are_read_back_as_they_were(text):
    run = record_of(stated({**PERSONAS["behind_an_api"], "model.name": text}))
    assert {fact.key: fact.value for fact in read_back(run)}["model.name"] == text
    assert to_json(record_of(read_back(run))) == to_json(run)


@pytest.mark.parametrize("name", PERSONAS)
def test_every_fact_has_a_value_a_unit_a_source_and_a_detail(name):
    for key, entry in persona(name)["facts"].items():
        assert list(entry) == ["value", "unit", "source", "detail"]
        assert entry["unit"] == VOCABULARY[key].unit


@pytest.mark.parametrize("name", PERSONAS)
def test_a_run_is_plain_json_without_infinities(name):
    text = to_json(persona(name))
    assert json.loads(text) == persona(name)
    assert "Infinity" not in text


@pytest.mark.parametrize("name", PERSONAS)
def test_a_run_on_one_line_holds_no_line_break(name):
    assert "\n" not in to_json(persona(name), indent=None)


@pytest.mark.parametrize("name", PERSONAS)
def test_the_ranking_lists_every_method_once_the_feasible_ones_first_by_score(name):
    ranking = persona(name)["ranking"]
    assert sorted(entry["method"] for entry in ranking) == sorted(VOCABULARY.methods)
    order = [(entry["feasible"] is False, -entry["score"]) for entry in ranking]
    assert order == sorted(order)


@pytest.mark.parametrize("name", PERSONAS)
def test_the_record_says_why_not_for_every_method_but_the_chosen_one(name):
    run = persona(name)
    assert len(run["why_not"]) == len(VOCABULARY.methods) - 1
    assert run["advice"]["method"] not in {entry["method"] for entry in run["why_not"]}


def test_every_assumed_default_is_listed():
    run = persona("three_facts_only")
    assumed = {key for key, entry in run["facts"].items() if entry["source"] == "default"}
    assert {entry["fact"] for entry in run["assumptions"]} == assumed
    assert "prompt.transfer_available" in assumed


def test_sources_that_disagree_are_listed_as_a_conflict():
    facts = [
        *stated(PERSONAS["eight_billion_on_a_24_gib_card"]),
        Fact("data.train_examples", 4000, Source.READ_FROM_FILE, "counted"),
    ]
    [conflict] = record_of(facts)["conflicts"]
    assert conflict["fact"] == "data.train_examples"
    assert conflict["used"] == {"value": 5000, "source": "answered"}
    assert conflict["others"] == [{"value": 4000, "source": "read_from_file", "detail": "counted"}]


def test_a_rounded_model_size_is_no_conflict_with_the_exact_count():
    facts = [
        *stated({**PERSONAS["eight_billion_on_a_24_gib_card"], "model.parameters": "8B"}),
        Fact("model.parameters", 8_030_261_248, Source.READ_FROM_FILE, "counted"),
    ]
    assert record_of(facts)["conflicts"] == []


@pytest.mark.parametrize("name", ["eight_billion_on_a_24_gib_card", "seventy_billion_on_two_cards"])
def test_the_nearest_change_gives_the_memory_that_would_be_needed(name):
    run = persona(name)
    own = [c for c in run["nearest_changes"] if c["rule"] == "F201[full_fine_tuning]"]
    [change] = own
    assert "{" not in change["change"]
    needed = run["facts"]["estimate.full_fine_tuning.memory_optimistic_gib"]["value"]
    assert f"free memory of {needed:.3g} GiB per device" in change["change"]


def test_a_range_of_needed_memory_names_its_unit_once():
    project = {**PERSONAS["eight_billion_on_a_24_gib_card"], "model.parameters": "8B to 9B"}
    changes = [c["change"] for c in record_of(stated(project))["nearest_changes"]]
    assert changes
    assert all(change.count("GiB") == 1 for change in changes)
    assert any(" to " in change for change in changes)


def test_without_a_veto_nothing_has_to_change():
    assert persona("newcomer_with_bert_on_a_cpu")["nearest_changes"] == []


def test_the_steps_are_those_of_the_method_that_the_advice_comes_down_to():
    assert persona("behind_an_api")["how_to"] != persona("a_hundred_tenants")["how_to"]
    assert "few" in persona("behind_an_api")["headline"].lower()


def test_the_steps_are_those_of_the_advice_and_beside_it_of_the_better_side():
    run = persona("newcomer_with_bert_on_a_cpu")
    assert (run["advice"]["method"], run["alternative"]) == ("lora", "lora")
    assert any("Set up LoRA" in step for step in run["how_to"])
    assert run["recommendation"] == "full_fine_tuning"
    assert not any("LoRA" in step for step in run["how_to_alternative"])
    assert run["how_to_alternative"] != []


def test_the_advice_is_a_method_of_all_with_its_chance_to_come_near():
    run = persona("newcomer_with_bert_on_a_cpu")
    chance = run["parity"]["lora"]["probability"]
    near = f"Its chance to end within 1 point of full fine-tuning is {chance:.0%}."
    assert run["advice"] == {
        "method": "lora",
        "kind": "adapters",
        "chance_within_tolerance": chance,
        "sentence": f"Use LoRA. {near}",
    }
    assert persona("behind_an_api")["advice"]["method"] == "few_shot_prompting"


def test_a_method_that_is_ruled_out_is_not_what_the_steps_describe():
    project = {
        **PERSONAS["newcomer_with_bert_on_a_cpu"],
        "task.type": "generation_long",
    }
    del project["data.label_count"]
    run = record_of(stated(project))
    assert all(entry["feasible"] is False for entry in run["ranking"])
    assert run["how_to"] == []


def test_the_method_of_the_side_is_the_variant_where_soft_prompts_are_recommended():
    verdict = answer_for(stated(PERSONAS["a_hundred_tenants"]), engine()).verdict
    assert verdict.recommendation == "prompt_tuning"
    assert verdict.advice.side == verdict.variant
