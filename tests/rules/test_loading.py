"""Facts about rules as they are written: every field of the wrong form is refused at its line."""

from __future__ import annotations

import pytest
from rule_texts import at, rule, rules

from advisor.methods import methods_with
from advisor.rules.rule import Outcome, Ramp, RuleKind


def test_a_valid_rule_is_read_with_all_its_fields(load):
    more = "    believed: {commonly: A belief of some length., found: What was found of it.}\n"
    cases = "[{name: coding, facts: {task.type: code}, expect: fires, effects: {lora: 3}}]"
    base = load(rules(rule(when="{task.type: code}", more=more, cases=cases)))
    (one,) = base.rules
    assert (one.code, one.label, one.name, one.kind) == (
        "Q901",
        "Q901",
        "rule-q901",
        RuleKind.QUALITY,
    )
    assert one.effects == {"lora": 3}
    assert one.reads == ("task.type",)
    assert (one.claim, one.why) == ("A claim of some length.", "A reason of some length.")
    assert one.wrong_when == "A case in which it is wrong."
    assert (one.believed, one.found) == ("A belief of some length.", "What was found of it.")
    assert one.sources[0].title == "A report that can be read"
    assert one.where == at("code")
    assert one.pack == ""
    (case,) = one.cases
    assert (case.name, case.facts, case.expect) == ("coding", {"task.type": "code"}, Outcome.FIRES)
    assert case.effects == {"lora": 3}


def test_rules_come_in_the_order_of_their_codes_whatever_the_files(load):
    files = {"z.yaml": rules(rule("Q901")), "a/b.yaml": rules(rule("Q903"), rule("Q902"))}
    assert [one.code for one in load(files).rules] == ["Q901", "Q902", "Q903"]


def test_groups_stand_for_their_methods(load):
    (one,) = load(rules(rule(effects="{lora_methods: 2, ia3: -1}"))).rules
    assert one.effects == {**dict.fromkeys(methods_with("low_rank"), 2), "ia3": -1}


def test_a_rule_for_each_method_has_one_instance_for_each(load):
    text = rule(
        when='{"estimate.{method}.cost": "> 5"}',
        effects='{"{method}": {ramp: "estimate.{method}.hours", points: {"1": 0, "10": -4}}}',
        more="    for_each: [lora_methods]\n",
        cases="[{name: dear, method: lora, facts: {estimate.lora.cost: 9}, expect: undetermined}]",
    )
    instances = load(rules(text)).rules
    assert [one.label for one in instances] == [f"Q901[{id_}]" for id_ in methods_with("low_rank")]
    lora, qlora = instances[0], instances[-1]
    assert lora.reads == ("estimate.lora.cost", "estimate.lora.hours")
    assert qlora.effects == {"qlora": Ramp("estimate.qlora.hours", ((1.0, 0), (10.0, -4)))}
    assert (len(lora.cases), len(qlora.cases)) == (1, 0)


@pytest.mark.parametrize(
    "when",
    [
        "{data.train_examples: >= 10}",
        "{model.parameters: [1B..10B)}",
        "{data.train_examples: > 1k}",
    ],
)
def test_a_test_without_quotes_is_refused_with_the_advice_to_quote_it(refused, when):
    error = refused(rules(rule(when=when)))
    assert error.message.startswith("this is not valid YAML")
    assert error.where.startswith("rules/own.yaml, line ")
    assert error.hint == "quote the test: '>= 10'"


def test_closed_brackets_without_quotes_are_a_list_and_refused_with_a_way_to_write_it(refused):
    error = refused(rules(rule(when="{model.parameters: [1B..10B]}")))
    assert error.message == "the test on model.parameters is not valid: '1B..10B' is not a number"
    assert error.where == at("when")
    assert "'[1k..10k)'" in error.hint


def test_a_syntax_error_is_refused_with_its_line(refused):
    error = refused(rules(rule()) + "  - code: 'open\n")
    assert error.message.startswith("this is not valid YAML")
    assert error.where.startswith("rules/own.yaml, line 1")


def test_an_unknown_fact_is_refused_with_the_nearest_one(refused):
    error = refused(rules(rule(when="{data.train_exampels: '> 5'}")))
    assert error.message == "there is no fact named 'data.train_exampels'"
    assert error.where == at("when")
    assert error.hint.startswith("did you mean data.train_examples")


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ('{data.train_examples: ">= 24GB"}', "'24GB' has the suffix 'GB'"),
        ('{budget.hours: "> 5k"}', "'5k' has the suffix 'k'"),
        ('{hardware.accelerator_memory_gib: "< 8B"}', "'8B' has the suffix 'B'"),
        ('{data.train_examples: ">= 10,000"}', "'>= 10,000' has a comma inside a number"),
        ('{data.train_examples: "[9..5]"}', "the range '[9..5]' ends below its start"),
        ("{data.train_examples: 1.5}", "no number lies in '1.5'"),
        ("{data.train_examples: many}", "'many' is not a number"),
        ("{prompt.transfer_available: maybe}", "'maybe' is neither true nor false"),
        ("{task.type: chess}", "'chess' is not one of its values"),
        ("{task.type: []}", "the list is empty"),
    ],
)
def test_a_test_that_does_not_suit_its_fact_is_refused(refused, when, message):
    error = refused(rules(rule(when=when)))
    fact = when[1:].split(":")[0]
    assert error.message.startswith(f"the test on {fact} is not valid: {message}")
    assert error.where == at("when")
    assert error.hint


def test_an_unknown_choice_is_refused_with_the_nearest_one(refused):
    error = refused(rules(rule(when="{task.type: clasification}")))
    assert error.hint == "did you mean classification?"


def test_a_number_beyond_all_numbers_is_refused(refused):
    error = refused(rules(rule(when="{data.train_examples: 1e999}")))
    assert error.message == "1e999 is not a usable number"
    assert error.where == at("when")


@pytest.mark.parametrize("source", ["", "    source: []\n"])
def test_a_rule_without_a_source_is_refused(refused, source):
    error = refused(rules(rule(source=source)))
    assert error.message.startswith("rules.0.source: ")
    assert error.where in (at("code"), at("source"))
    if not source:
        assert error.message == "rules.0.source: the field 'source' is missing"


@pytest.mark.parametrize("field", ["code", "name", "kind", "since", "claim", "why", "wrong_when"])
def test_a_rule_without_one_of_its_fields_is_refused(refused, field):
    lines = rules(rule()).splitlines(keepends=True)
    kept = [line for line in lines if line.strip(" -").split(":")[0] != field]
    text = "".join(kept).replace("rules:\n    name", "rules:\n  - name")
    error = refused(text)
    assert error.message == f"rules.0.{field}: the field '{field}' is missing"
    assert error.where == "rules/own.yaml, line 2"


def test_an_unknown_field_is_refused_with_the_nearest_one(refused):
    error = refused(rules(rule(more="    becuase: It is so.\n    wrong_whem: Never at all.\n")))
    assert error.message == "rules.0.becuase: there is no field named 'becuase' here"
    assert error.where == at("cases")
    error = refused(rules(rule(more="    wrong_whem: Never at all.\n")))
    assert error.hint == "did you mean wrong_when?"


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"code": "q1"}, "code", "rules.0.code: string should match pattern"),
        ({"kind": "opinion"}, "kind", "rules.0.kind: input should be 'quality'"),
        ({"effects": "{lora: 3.5}"}, "effects", "rules.0.effects.lora: input should be"),
        ({"effects": "{lora: 1000}"}, "effects", "rules.0.effects.lora: input should be"),
        ({"effects": "{lora: yes}"}, "effects", "rules.0.effects.lora: input should be"),
        ({"cases": "[]"}, "cases", "rules.0.cases: list should have at least 1 item"),
        ({"when": "[]"}, "when", "rules.0.when: input should be a valid dictionary"),
        ({"when": "{task.type: {a: 1}}"}, "when", "rules.0.when.task.type: input"),
    ],
)
def test_a_field_of_the_wrong_form_is_refused_at_its_line(refused, change, field, message):
    error = refused(rules(rule(**change)))
    assert error.message.startswith(message)
    assert error.where == at(field)


def test_a_code_that_stands_twice_is_refused_in_one_file_and_across_files(refused):
    error = refused(rules(rule(), rule("Q902"), rule()))
    assert error.message == "Q901 is defined twice"
    assert error.where == "rules/own.yaml, line 30"
    error = refused({"a.yaml": rules(rule()), "b.yaml": rules(rule("Q902"), rule())})
    assert error.where == "rules/b.yaml, line 16"
