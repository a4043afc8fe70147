"""Facts about the rules that ship: their cases hold and cover them, and each says its source."""

from __future__ import annotations

import pytest

from advisor.facts import load_vocabulary
from advisor.rules.casetests import clause_coverage, run_cases
from advisor.rules.checking import check_rules
from advisor.rules.loading import load_rules
from advisor.rules.rule import Outcome, Ramp, RuleKind

BASE = load_rules(authored=True)
VOCABULARY = load_vocabulary()
CODES = {rule.code: rule for rule in BASE.rules}

# Facts that enter no rule. What the report, the how-to or the person who reads it needs them for:
SHOWN_ONLY = {
    "data.smallest_visible_points": "how small a difference the evaluation set can show",
    "estimate.{method}.memory_gib": "the expected need, behind the headroom that rules read",
    "estimate.{method}.memory_optimistic_gib": "the least need, named in the fix of a veto",
    "estimate.{method}.storage_gib": "what is stored for all tasks together",
    "measured.{method}.hours": "shown beside the estimate",
    "measured.{method}.memory_gib": "shown beside the estimate",
    "measured.{method}.score": "the points below full fine-tuning are computed from it",
    "model.name": "a name for the report",
    "task.metric": "what a point means",
}


@pytest.mark.parametrize("result", run_cases(BASE), ids=lambda r: f"{r.rule}-{r.case}")
def test_every_case_of_every_rule_holds(result):
    assert result.got == result.expected, result.where


def test_the_cases_show_both_sides_of_every_clause_and_ramp():
    assert [c for c in clause_coverage(BASE) if not c.complete] == []


def test_every_rule_has_a_case_in_which_it_fires():
    for code in CODES:
        cases = [case for rule in BASE.rules if rule.code == code for case in rule.cases]
        assert any(case.expect is Outcome.FIRES for case in cases), code


def test_every_rule_that_an_unknown_fact_can_unsettle_has_a_case_of_that():
    for code in CODES:
        rules = [rule for rule in BASE.rules if rule.code == code]
        silent = all(VOCABULARY[key].silent_if_absent for key in rules[0].reads)
        cases = [case for rule in rules for case in rule.cases]
        assert silent or any(case.expect is Outcome.UNDETERMINED for case in cases), code


def test_names_of_cases_are_unique_within_a_rule():
    for rule in BASE.rules:
        names = [case.name for case in rule.cases]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("rule", BASE.rules, ids=lambda rule: rule.label)
def test_every_rule_says_what_it_claims_why_where_from_and_when_it_is_wrong(rule):
    for sentence in (rule.claim, rule.why, rule.wrong_when):
        assert sentence.strip().endswith((".", "?"))
        assert "{method}" not in sentence
    assert rule.sources
    for source in rule.sources:
        assert source.title.strip()
        assert source.says.strip()
    assert bool(rule.believed) == bool(rule.found)


def test_names_of_rules_and_codes_are_unique():
    names = [rule.name for rule in CODES.values()] + [risk.name for risk in BASE.risks]
    assert len(set(names)) == len(names)
    assert not {risk.code for risk in BASE.risks} & set(CODES)


def test_the_first_letter_of_a_code_tells_the_kind():
    letters = {RuleKind.QUALITY: "Q", RuleKind.FEASIBILITY: "F", RuleKind.PREFERENCE: "P"}
    assert all(rule.code.startswith(letters[rule.kind]) for rule in BASE.rules)
    assert all(risk.code.startswith("R") for risk in BASE.risks)


def test_every_veto_says_what_would_lift_it():
    assert [rule.label for rule in BASE.rules if rule.veto and not rule.fix] == []


def test_facts_named_in_a_fix_exist():
    for rule in BASE.rules:
        named = [part.split("}")[0] for part in rule.fix.split("{")[1:]]
        assert set(named) <= set(VOCABULARY)


def test_every_fact_is_read_by_a_rule_table_risk_or_estimate_or_is_only_shown():
    unread = {r.code for r in check_rules(BASE) if "reads this fact" in r.text}
    assert unread == set(SHOWN_ONLY)


def test_the_static_checks_find_no_error_and_no_warning():
    assert [r for r in check_rules(BASE) if r.severity != "note"] == []


def test_every_sub_decision_has_a_table_and_each_of_its_levels_a_row():
    decisions = {key for key in VOCABULARY if key.startswith("decision.")}
    assert {table.decides for table in BASE.tables} == decisions
    for table in BASE.tables:
        assert {row.level for row in table.rows} == set(VOCABULARY[table.decides].choices)


def test_every_method_is_moved_or_vetoed_by_some_rule():
    touched = {method for rule in BASE.rules for method in (*rule.effects, *rule.veto)}
    assert touched == set(VOCABULARY.methods)


def test_a_ramp_never_jumps_where_its_points_meet_its_flat_ends():
    ramps = {e for rule in BASE.rules for e in rule.effects.values() if isinstance(e, Ramp)}
    assert ramps
    for ramp in ramps:
        (low, first), (high, last) = ramp.points[0], ramp.points[-1]
        assert (ramp.at(low / 10), ramp.at(low * 1.000001)) == (first, first)
        assert (ramp.at(high * 10), ramp.at(high * 0.999999)) == (last, last)
