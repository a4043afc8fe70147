"""Reasons: which rules are named, with what effect, and on which side."""

from __future__ import annotations

import pytest
from verdict_cases import API_ONLY, BERT, DO_NOT_TRAIN, LLAMA, TOO_CLOSE, UNDETERMINED, verdict_on


@pytest.mark.parametrize("facts", [BERT, LLAMA, TOO_CLOSE, UNDETERMINED, DO_NOT_TRAIN])
def test_the_effects_add_up_to_the_margin_of_the_two_methods_compared(facts):
    verdict = verdict_on(facts)
    assert verdict.compared is not None
    first, second = (verdict.tallies[method].score for method in verdict.compared)
    assert sum(reason.effect or 0 for reason in verdict.reasons) == verdict.margin
    assert verdict.margin == first - second


def test_vetoes_come_first_and_carry_no_effect():
    effects = [reason.effect for reason in verdict_on(LLAMA).reasons]
    vetoes = effects.count(None)
    assert vetoes > 0
    assert effects[:vetoes] == [None] * vetoes


def test_effects_are_listed_by_their_size():
    sizes = [abs(r.effect) for r in verdict_on(BERT).reasons if r.effect is not None]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 not in sizes


def test_a_veto_names_the_rule_that_rules_the_method_out():
    vetoes = [r.finding.rule for r in verdict_on(LLAMA).reasons if r.effect is None]
    assert ("F201", ("full_fine_tuning",)) in [(rule.code, rule.veto) for rule in vetoes]


def test_an_infeasible_verdict_compares_nothing_and_names_its_vetoes():
    verdict = verdict_on(API_ONLY)
    assert verdict.compared is None
    assert verdict.margin is None
    assert {reason.finding.rule.code for reason in verdict.reasons} == {"F211"}


def test_a_vetoed_side_is_still_compared_so_that_the_report_can_show_both():
    verdict = verdict_on(LLAMA)
    assert verdict.compared == ("prefix_tuning", "full_fine_tuning")
    assert verdict.recommendation == "prompt_tuning"
    assert verdict.margin is not None
    assert verdict.margin < 0
