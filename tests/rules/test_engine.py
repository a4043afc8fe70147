"""Facts about the engine on small bases: three outcomes, sub-decisions, bounds."""

from __future__ import annotations

import pytest
from naive_judge import (
    ROWS,
    outcomes,
)
from rule_texts import rule, rules, table

from advisor.facts import Interval
from advisor.rules.engine import Engine
from advisor.rules.rule import Outcome


def outcome(load, when: str, facts: dict) -> str:
    engine = Engine(load(rules(rule(when=when))))
    return outcomes(engine, facts).get("Q901", ("silent",))[0]


def test_a_rule_without_tests_always_fires(load):
    assert outcome(load, "{}", {}) == "fires"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10, "fires"),
        (9, "silent"),
        (None, "undetermined"),
        (Interval(10, 20), "fires"),
        (Interval(9, 10, False, True), "fires"),
        (Interval(5, 10, True, False), "silent"),
        (Interval(5, 10), "undetermined"),
    ],
)
def test_a_number_makes_a_rule_fire_stay_silent_or_wait(load, value, expected):
    assert outcome(load, '{data.train_examples: ">= 10"}', {ROWS: value}) == expected


def test_one_false_clause_silences_a_rule_whatever_is_unknown(load):
    when = '{data.train_examples: ">= 10", task.type: code}'
    assert outcome(load, when, {ROWS: 5}) == "silent"
    assert outcome(load, when, {ROWS: 50}) == "undetermined"


def test_a_test_that_all_possible_values_pass_needs_no_value(load):
    assert outcome(load, '{data.train_examples: ">= 0"}', {}) == "fires"
    assert outcome(load, '{data.train_examples: "< 0"}', {}) == "silent"
    assert outcome(load, '{task.type: "-"}', {}) == "fires"


def test_a_benchmark_that_was_not_run_leaves_its_rules_silent(load):
    when = '{measured.lora.score: "> 0"}'
    assert outcome(load, when, {}) == "silent"
    assert outcome(load, when, {"measured.lora.score": Interval(-5, 5)}) == "undetermined"
    assert outcome(load, when, {"measured.lora.score": 5}) == "fires"


def test_a_text_is_compared_without_case_and_others_are_told_apart(load):
    when = "{model.name: [Llama-3, gpt2]}"
    assert outcome(load, when, {"model.name": "LLAMA-3"}) == "fires"
    assert outcome(load, when, {"model.name": "llama"}) == "silent"
    assert outcome(load, when, {}) == "undetermined"
    assert outcome(load, "{model.name: not(gpt2)}", {"model.name": "llama"}) == "fires"


def test_an_undetermined_rule_gives_bounds_that_include_no_effect(load):
    engine = Engine(load(rules(rule(when="{task.type: code}", effects="{lora: 3, ia3: -4}"))))
    (finding,) = engine.assess({}).findings
    assert finding.outcome is Outcome.UNDETERMINED
    assert finding.effects == ()
    assert sorted(finding.bounds) == [("ia3", -4, 0), ("lora", 0, 3)]


def test_a_ramp_over_an_unknown_fact_is_bounded_by_its_points(load):
    effects = "{lora: {ramp: data.train_examples, points: {10: -5, 1k: 7}}}"
    engine = Engine(load(rules(rule(effects=effects))))
    (finding,) = engine.assess({}).findings
    assert finding.bounds == (("lora", -5, 7),)
    (finding,) = engine.assess({ROWS: 100}).findings
    assert finding.effects == (("lora", 1),)
    (finding,) = engine.assess({ROWS: Interval(2000, 3000)}).findings
    assert finding.effects == (("lora", 7),)


def two_files(when: str) -> dict[str, str]:
    return {"own.yaml": rules(rule(when=when)), "table.yaml": table()}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({ROWS: 9}, "fires"),
        ({ROWS: 10}, "silent"),
        ({}, "undetermined"),
        ({"decision.data_adequacy": "none"}, "fires"),
        ({"decision.data_adequacy": "ample", ROWS: 9}, "silent"),
    ],
)
def test_a_rule_reads_the_level_that_a_table_decides_unless_it_is_stated(load, facts, expected):
    engine = Engine(load(two_files("{decision.data_adequacy: none}")))
    assert outcomes(engine, facts).get("Q901", ("silent",))[0] == expected


def test_an_unsettled_table_names_the_levels_and_rows_that_are_possible(load):
    engine = Engine(load(two_files("{}")))
    assert engine.assess({}).levels == {
        "decision.data_adequacy": (frozenset({"none", "ample"}), (0, 1))
    }
    assert engine.assess({ROWS: 4}).levels == {"decision.data_adequacy": ("none", (0,))}
    assert engine.assess({ROWS: 40}).levels == {"decision.data_adequacy": ("ample", (1,))}


def test_rows_that_agree_settle_a_table_that_is_not_settled_row_by_row(load):
    rows = (
        '  - {when: {data.train_examples: "< 10"}, level: ample, why: Too few to train on.}\n'
        "  - {when: {}, level: ample, why: Enough to train on.}\n"
    )
    engine = Engine(load({"own.yaml": rules(rule()), "table.yaml": table(rows=rows)}))
    assert engine.assess({}).levels == {"decision.data_adequacy": ("ample", (0, 1))}
