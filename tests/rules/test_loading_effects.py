"""Facts about effects, ramps, methods and cases of rules: a bad one is refused at its line."""

from __future__ import annotations

import pytest
from rule_texts import VETO, at, rule, rules


@pytest.mark.parametrize(
    ("text", "message", "field"),
    [
        (rule(more=VETO), "a rule has either effects or a veto", "code"),
        (rule(effects=""), "a rule has either effects or a veto", "code"),
        (rule(effects="", more=VETO), "only a feasibility rule can veto", "kind"),
        (rule(kind="feasibility"), "a feasibility rule must veto", "kind"),
    ],
)
def test_effects_and_vetoes_do_not_mix(refused, text, message, field):
    error = refused(rules(text))
    assert error.message == message
    assert error.where == at(field)


def ramp(fact: str, points: str) -> str:
    return rule(effects=f"{{lora: {{ramp: {fact}, points: {points}}}}}")


@pytest.mark.parametrize(
    ("fact", "points", "message"),
    [
        ("task.type", "{1: 0, 2: 3}", "a ramp needs a number, and task.type is none"),
        ("model.name", "{1: 0, 2: 3}", "a ramp needs a number, and model.name is none"),
        ("data.rows", "{1: 0, 2: 3}", "there is no fact named 'data.rows'"),
        ("data.train_examples", "{10: 0, 5: 3}", "the ramp's points must rise"),
        ("data.train_examples", "{1k: 0, '1000': 3}", "the ramp's points must rise"),
        ("data.train_examples", "{0: 0, 5: 3}", "the ramp's points must rise, starting above zero"),
        (
            "data.train_examples",
            "{-5: 0, 5: 3}",
            "the ramp's points must rise, starting above zero",
        ),
        ("data.train_examples", "{5: 0, 24GB: 3}", "the ramp's point is not valid: '24GB' has"),
        ("data.train_examples", "{1e400: 0, 1e401: 3}", "the ramp's point is not valid"),
        ("data.train_examples", "{'': 0, 5: 3}", "the ramp's point is not valid"),
    ],
)
def test_a_ramp_that_does_not_rise_over_a_number_is_refused(refused, fact, points, message):
    error = refused(rules(ramp(fact, points)))
    assert error.message.startswith(message)
    assert error.where == at("effects")


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        ("{ramp: model.parameters, points: {1B: 3}}", "points: dictionary should have at least 2"),
        ("{ramp: model.parameters}", "points: the field 'points' is missing"),
        ("{points: {1B: 0, 2B: 3}}", "ramp: the field 'ramp' is missing"),
        ("{ramp: model.parameters, points: {1: 0, 2: x}}", "points.2: input should be a valid int"),
        ("{ramp: a, points: {1: 0, 2: 3}, of: b}", "of: there is no field named 'of' here"),
    ],
)
def test_a_ramp_of_the_wrong_form_is_refused_at_the_part_that_is_wrong(refused, effect, message):
    error = refused(rules(rule(effects=f"{{lora: {effect}}}")))
    assert error.message.startswith(f"rules.0.effects.lora.{message}")
    assert error.where == at("effects")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (rule(effects="{loar: 3}"), 7),
        (rule(kind="feasibility", effects="", more="    veto: [loar]\n"), 14),
        (rule(more="    for_each: [loar]\n"), 15),
    ],
)
def test_an_unknown_method_is_refused_with_the_nearest_one(refused, text, line):
    error = refused(rules(text))
    assert error.message == "there is no method or group named 'loar'"
    assert error.where == f"rules/own.yaml, line {line}"
    assert "lora" in error.hint


def test_a_method_that_is_given_two_effects_is_refused(refused):
    error = refused(rules(rule(effects="{lora: 3, lora_methods: 2}")))
    assert error.message == "lora is given two effects"
    assert error.where == at("effects")


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ("[{name: x, facts: {data.rows: 5}, expect: fires}]", "there is no fact named 'data.rows'"),
        ("[{name: x, facts: {task.type: chess}, expect: fires}]", "task.type: 'chess' is not one"),
        ("[{name: x, facts: {}, expect: maybe}]", "rules.0.cases.0.expect: input should be"),
        ("[{name: x, facts: {}, expect: fires, method: lora}]", "the case 'x' needs a method"),
        ("[{name: X y, facts: {}, expect: fires}]", "rules.0.cases.0.name: string should match"),
    ],
)
def test_a_case_that_cannot_be_run_is_refused(refused, cases, message):
    error = refused(rules(rule(cases=cases)))
    assert error.message.startswith(message)
    assert error.where == at("cases")


def test_a_case_of_a_rule_for_several_methods_names_one_of_them(refused):
    error = refused(rules(rule(effects='{"{method}": 1}', more="    for_each: [lora]\n")))
    assert error.message == "the case 'always' needs a method of for_each"
