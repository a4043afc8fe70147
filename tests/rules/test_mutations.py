"""The cases of a rule catch it once it is damaged: a test of the cases, not of the rules."""

from __future__ import annotations

from dataclasses import replace

from mutants import mutants

from advisor.rules.casetests import run_cases
from advisor.rules.loading import load_rules

BASE = load_rules(authored=True)
ENOUGH = 0.9


def written() -> list:
    """One instance of every rule: of those written for several methods the one with most cases."""
    by_code = {}
    for rule in BASE.rules:
        if len(rule.cases) > len(by_code.get(rule.code, rule).cases) or rule.code not in by_code:
            by_code[rule.code] = rule
    return list(by_code.values())


def caught(mutant) -> bool:
    return any(not result.passed for result in run_cases(replace(BASE, rules=(mutant,))))


def test_the_cases_catch_nine_of_ten_damaged_rules():
    survived = []
    count = 0
    for rule in written():
        for what, mutant in mutants(rule):
            count += 1
            if not caught(mutant):
                survived.append(f"{rule.label}: {what}")
    assert count > 150
    assert len(survived) <= (1 - ENOUGH) * count, survived


def test_an_undamaged_rule_is_not_caught():
    assert not any(caught(rule) for rule in written())
