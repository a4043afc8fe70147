"""Fitted weights lie over authored ones, as long as these have not changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.rules.checking import check_rules
from advisor.rules.checking.leftovers import stale_weights
from advisor.rules.fitted import digest, stale, with_fitted
from advisor.rules.loading import load_rules
from advisor.rules.manual import rule_page
from advisor.rules.rule import FittedWeight, Ramp, RuleKind, decibans_of
from advisor.support.errors import AdvisorError

AUTHORED = load_rules(authored=True)
FITTED = load_rules()
RULES = {rule.label: rule for rule in AUTHORED.rules}


def weight(code: str, *methods: str, fitted: tuple[int, ...], **changed) -> FittedWeight:
    authored = decibans_of(RULES[code].effects[methods[0]])
    states = digest(RULES[code], methods[0])
    made = FittedWeight(code, methods, authored, fitted, states, low=-9, high=-1, rows=3, studies=2)
    return replace(made, **changed)


def laid_over(code: str, *weights: FittedWeight):
    (rule,) = with_fitted({code: [RULES[code]]}, weights)[code]
    return rule


def test_a_fitted_weight_replaces_the_authored_one_of_its_methods_alone():
    rule = laid_over("Q116", weight("Q116", "prefix_tuning", fitted=(-2,)))
    assert rule.effects["prefix_tuning"] == -2
    assert rule.effects["prompt_tuning"] == RULES["Q116"].effects["prompt_tuning"]
    assert [one.rule for one in rule.fitted] == ["Q116"]


def test_a_fitted_ramp_keeps_the_numbers_at_which_it_bends():
    before = RULES["Q114"].effects["prefix_tuning"]
    assert isinstance(before, Ramp)
    after = laid_over("Q114", weight("Q114", "prefix_tuning", fitted=(-8, -2, 0, 0))).effects
    assert after["prefix_tuning"] == Ramp(
        before.fact, tuple(zip((x for x, _ in before.points), (-8, -2, 0, 0), strict=True))
    )


def test_a_weight_that_was_fitted_from_another_one_is_left_aside():
    old = weight("Q101", "prompt_tuning", "p_tuning", fitted=(-3,), states="0" * 12)
    assert stale(old, RULES["Q101"])
    assert laid_over("Q101", old) == RULES["Q101"]


def test_another_ramp_or_condition_makes_a_weight_stale_although_its_decibans_stand():
    ramp = RULES["Q114"].effects["prefix_tuning"]
    moved = Ramp(ramp.fact, tuple((100 * x, y) for x, y in ramp.points))
    fitted = weight("Q114", "prefix_tuning", fitted=(-1, 0, 0, 0))
    assert not stale(fitted, RULES["Q114"])
    assert stale(fitted, replace(RULES["Q114"], effects={"prefix_tuning": moved}))
    conditional = weight("Q115", "prefix_tuning", fitted=(1,))
    assert not stale(conditional, RULES["Q115"])
    assert stale(conditional, replace(RULES["Q115"], when={}))


def test_a_weight_for_a_method_without_the_effect_is_left_aside():
    assert stale(replace(weight("Q101", "prompt_tuning", fitted=(-3,)), methods=("lora",)),
                 RULES["Q101"])  # fmt: skip


def test_every_shipped_weight_holds_and_no_claim_is_turned_round():
    assert FITTED.calibration is not None
    for one in FITTED.calibration.weights:
        rule = RULES[one.rule]
        assert rule.kind is RuleKind.QUALITY
        assert not stale(one, rule)
        for before, after in zip(one.authored, one.fitted, strict=True):
            assert before * after >= 0


def test_a_weight_that_leaves_out_a_method_of_its_effect_is_an_error():
    assert FITTED.calibration is not None
    less = [
        replace(one, methods=one.methods[:1]) if one.rule == "Q134" else one
        for one in FITTED.calibration.weights
    ]
    by_code = {rule.code: [rule] for rule in AUTHORED.rules if rule.label == "Q134"}
    (refitted,) = with_fitted(by_code, less)["Q134"]
    base = replace(
        FITTED,
        rules=tuple(refitted if rule.label == "Q134" else rule for rule in FITTED.rules),
        calibration=replace(FITTED.calibration, weights=tuple(less)),
    )
    assert list(stale_weights(FITTED)) == []
    (found,) = stale_weights(base)
    assert (found.severity, found.kind, found.code) == ("error", "stale", "Q134")
    assert "does not cover dora, qlora" in found.text


def test_rules_without_evidence_stay_as_authored():
    fitted = {(one.rule, method) for one in FITTED.calibration.weights for method in one.methods}
    for before, after in zip(AUTHORED.rules, FITTED.rules, strict=True):
        for method, effect in before.effects.items():
            if (before.label, method) not in fitted:
                assert after.effects[method] == effect


def test_house_rules_are_never_refitted(tmp_path):
    text = (
        "rules:\n  - code: Q101\n    name: our-own\n    kind: quality\n    since: '0.1'\n"
        "    when: {}\n    effects: {input_only_prompts: -12}\n    claim: Ours is another base.\n"
        "    why: We have measured it ourselves.\n    wrong_when: The base changes again.\n"
        "    source: [{title: Our own report, says: We have measured it., read: 2026-11}]\n"
        "    cases: [{name: always, facts: {}, expect: fires}]\n"
    )
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    (rule,) = (rule for rule in load_rules([tmp_path]).rules if rule.code == "Q101")
    assert rule.effects["prompt_tuning"] == -12
    assert rule.fitted == ()


def test_house_rules_cannot_bring_fitted_weights(tmp_path):
    (tmp_path / "fitted.yaml").write_text("weights: []\n", encoding="utf-8")
    with pytest.raises(AdvisorError, match="cannot have a fitted"):
        load_rules([tmp_path])


def test_a_weight_that_lies_idle_is_an_error_of_the_rule_files():
    old = weight("Q101", "prompt_tuning", "p_tuning", fitted=(-3,), states="0" * 12)
    base = replace(AUTHORED, calibration=replace(FITTED.calibration, weights=(old,)))
    found = [remark for remark in check_rules(base) if remark.severity == "error"]
    assert [(remark.code, "advisor evidence fit" in remark.text) for remark in found] == [
        ("Q101", True)
    ]
    assert not [remark for remark in check_rules(FITTED) if remark.severity == "error"]


def test_the_page_of_a_rule_says_what_was_fitted_and_what_stays_authored():
    fitted = rule_page("Q101", FITTED)
    assert (
        "Effect on prompt_tuning: -10 decibans; fitted to 156 comparisons of 23 studies" in fitted
    )
    assert "authored -12" in fitted
    assert "as authored, no published comparison speaks of it" in rule_page("Q121", FITTED)
    assert "published comparison" not in rule_page("P314", FITTED)
