"""Each status, and what goes with it."""

from __future__ import annotations

import math

import pytest
from verdict_cases import (
    API_ONLY,
    BERT,
    DECIDED,
    DO_NOT_TRAIN,
    INFEASIBLE,
    LLAMA,
    TOO_CLOSE,
    TRAINED,
    UNDETERMINED,
    answer_on,
    engine,
    stated,
    verdict_on,
    weigh,
)

from advisor.decide.answer import answer_for
from advisor.decide.decide import Headline, Status, probability
from advisor.decide.tally import contributions, quality_bounds, settled
from advisor.methods import FULL
from advisor.report.record import run_record
from advisor.rules.rule import RuleKind

PROJECTS = {
    Status.DECIDED: DECIDED,
    Status.TOO_CLOSE: TOO_CLOSE,
    Status.UNDETERMINED: UNDETERMINED,
    Status.INFEASIBLE: INFEASIBLE,
    Status.DO_NOT_TRAIN: DO_NOT_TRAIN,
}
SETTINGS = engine().base.settings
SOFT = SETTINGS.groups["soft_prompts"]


@pytest.mark.parametrize("status", Status)
def test_facts_exist_that_reach_each_status(status):
    assert verdict_on(PROJECTS[status]).status is status


@pytest.mark.parametrize("status", Status)
def test_there_is_a_recommendation_unless_nothing_is_feasible_or_nothing_should_be_trained(status):
    recommendation = verdict_on(PROJECTS[status]).recommendation
    if status in (Status.INFEASIBLE, Status.DO_NOT_TRAIN):
        assert recommendation is None
    else:
        assert recommendation in ("prompt_tuning", "full_fine_tuning")


@pytest.mark.parametrize("status", Status)
def test_confidence_goes_with_a_recommendation(status):
    verdict = verdict_on(PROJECTS[status])
    assert (verdict.confidence is None) == (verdict.recommendation is None)


@pytest.mark.parametrize("status", Status)
def test_only_an_undetermined_verdict_names_missing_facts(status):
    assert bool(verdict_on(PROJECTS[status]).missing) == (status is Status.UNDETERMINED)


@pytest.mark.parametrize("status", Status)
def test_only_an_undetermined_verdict_has_several_headlines_within_reach(status):
    reachable = verdict_on(PROJECTS[status]).reachable
    assert (len(reachable) > 1) == (status is Status.UNDETERMINED)


@pytest.mark.parametrize(
    "facts", [DECIDED, TOO_CLOSE, {**BERT, "quality.tolerance_points": 10}, UNDETERMINED]
)
def test_confidence_is_the_odds_of_the_margin_less_what_thin_evidence_does_not_bear(facts):
    verdict = verdict_on(facts)
    assert verdict.margin is not None
    own = verdict.parity[verdict.variant]
    quality = sum(
        effect
        for finding in verdict.assessment.findings
        if finding.rule.kind is RuleKind.QUALITY
        for effect in [settled(*contributions(finding).get(verdict.variant, (0, 0)))]
    )
    leads = verdict.tallies[verdict.variant].score - verdict.tallies[FULL].score
    believed = leads - quality * (1 - own.kept)
    kept = min(abs(believed), abs(leads)) if believed * leads > 0 else 0.0
    assert verdict.confidence == pytest.approx(probability(kept))


def test_confidence_is_the_odds_of_the_margin_where_enough_studies_are_near():
    verdict = verdict_on({**BERT, "data.train_examples": 30_000})
    assert verdict.parity[verdict.variant].studies >= SETTINGS.enough_studies
    assert verdict.confidence == probability(abs(verdict.margin))


def test_confidence_is_less_where_no_published_result_is_near():
    verdict = verdict_on({**BERT, "data.train_examples": 90_000_000})
    own = verdict.parity[verdict.variant]
    assert (own.rows, own.kept) == (0, SETTINGS.kept_without_study)
    assert verdict.confidence < probability(abs(verdict.margin))
    # Parity is what the rules make of the facts, however near the evidence is.
    quality, *_ = quality_bounds(verdict.assessment.findings, verdict.variant)
    assert own.probability == probability(quality)


def test_a_measurement_of_the_users_own_makes_up_for_missing_studies():
    measured = {f"measured.{method}.points_below_full": 5 for method in SOFT}
    far = {**BERT, "data.train_examples": 90_000_000}
    assert all(verdict_on(far).parity[method].kept < 1 for method in SOFT)
    assert all(verdict_on({**far, **measured}).parity[method].kept == 1 for method in SOFT)


def test_ten_decibans_are_odds_of_ten_to_one():
    assert probability(10) == pytest.approx(10 / 11)
    assert probability(0) == 0.5
    assert probability(-10) == pytest.approx(1 / 11)


def test_a_margin_below_the_setting_is_too_close_to_call():
    for tolerance in (0.5, 1, 2, 3, 4, 5, 10):
        verdict = verdict_on({**BERT, "quality.tolerance_points": tolerance})
        assert verdict.margin is not None
        # What thin evidence does not bear is given up first.
        believed = 10 * math.log10(verdict.confidence / (1 - verdict.confidence))
        close = believed < SETTINGS.too_close_decibans - 1e-9
        assert (verdict.status is Status.TOO_CLOSE) == close


def test_on_a_tie_full_fine_tuning_stands():
    verdict = verdict_on(TOO_CLOSE)
    assert verdict.margin == 0
    assert verdict.recommendation == "full_fine_tuning"


def test_api_only_access_is_infeasible_with_few_shot_prompting_as_the_alternative():
    verdict = verdict_on(API_ONLY)
    assert verdict.status is Status.INFEASIBLE
    assert verdict.alternative == "few_shot_prompting"
    assert {m for m, tally in verdict.tallies.items() if tally.feasible is False} == set(TRAINED)


def test_eight_examples_are_too_few_to_train_on_and_a_hundred_are_not():
    assert verdict_on({**LLAMA, "data.train_examples": 8}).status is Status.DO_NOT_TRAIN
    assert verdict_on({**LLAMA, "data.train_examples": 100}).status is not Status.DO_NOT_TRAIN


def test_do_not_train_compares_few_shot_prompting_with_the_best_trained_method():
    verdict = verdict_on(DO_NOT_TRAIN)
    assert verdict.compared is not None
    assert verdict.compared[0] == "few_shot_prompting"
    best = max(verdict.tallies[method].score for method in TRAINED)
    assert verdict.tallies[verdict.compared[1]].score == best
    assert verdict.margin is not None
    assert verdict.margin >= SETTINGS.do_not_train_decibans


def test_a_wide_tolerance_turns_the_headline_to_the_soft_prompts():
    narrow, wide = (verdict_on({**BERT, "quality.tolerance_points": n}) for n in (1, 10))
    assert narrow.recommendation == "full_fine_tuning"
    assert (wide.recommendation, wide.variant) == ("prompt_tuning", "prefix_tuning")


def test_many_tasks_on_one_base_turn_the_headline_to_the_soft_prompts():
    assert verdict_on({**BERT, "deployment.tasks_per_base": 100}).recommendation == "prompt_tuning"


def test_the_variant_is_the_best_scoring_feasible_soft_prompt():
    verdict = verdict_on(BERT)
    soft = [verdict.tallies[method] for method in SETTINGS.groups["soft_prompts"]]
    assert verdict.variant == max(soft, key=lambda tally: tally.score).method


def test_a_vetoed_rival_caps_the_confidence_at_the_setting():
    verdict = verdict_on(LLAMA)
    assert verdict.tallies["full_fine_tuning"].feasible is False
    assert verdict.rival_vetoed
    assert verdict.confidence == SETTINGS.confidence_with_vetoed_rival


def test_vetoed_soft_prompts_leave_full_fine_tuning_with_the_capped_confidence():
    # No rule vetoes the soft prompts alone, so tiny bounds of the estimates do it.
    tiny = {f"estimate.{m}.memory_headroom_optimistic": 0.5 for m in TRAINED[:3]}
    project = {key: raw for key, raw in BERT.items() if key != "hardware.accelerator_memory_gib"}
    enough = {
        f"estimate.{m}.memory_headroom_optimistic": 9 for m in (*TRAINED[3:], "few_shot_prompting")
    }
    verdict = verdict_on({**project, **tiny, **enough})
    assert verdict.recommendation == "full_fine_tuning"
    assert verdict.confidence == SETTINGS.confidence_with_vetoed_rival


def test_lora_is_named_as_the_alternative_where_it_leads_by_the_setting():
    verdict = verdict_on(BERT)
    lead = verdict.tallies["lora"].score - verdict.tallies["full_fine_tuning"].score
    assert lead >= SETTINGS.alternative_decibans
    assert verdict.alternative == "lora"


def test_an_alternative_comes_with_its_reason_and_its_lead():
    answer = answer_on(BERT)
    lead = answer.verdict.tallies["lora"].score - answer.verdict.tallies["full_fine_tuning"].score
    reason = run_record(answer, engine().base).alternative_reason
    assert reason.startswith(f"LoRA scores {lead} decibans above full fine-tuning")


def test_no_alternative_is_named_below_the_setting():
    verdict = verdict_on({**BERT, "task.type": "regression", "quality.tolerance_points": 0.1})
    lead = verdict.tallies["lora"].score - verdict.tallies["full_fine_tuning"].score
    assert lead < SETTINGS.alternative_decibans
    assert verdict.alternative is None


def test_an_explicit_unknown_overrides_a_default_and_can_leave_the_verdict_open():
    assumed = verdict_on(BERT)
    unknown = verdict_on({**BERT, "deployment.tasks_per_base": "unknown"})
    assert assumed.status is Status.DECIDED
    assert unknown.status is Status.UNDETERMINED
    assert [entry.key for entry in unknown.missing] == ["deployment.tasks_per_base"]


def test_a_default_that_could_turn_the_answer_is_called_fragile():
    assert "deployment.tasks_per_base" in verdict_on(BERT).fragile_assumptions
    assert "prompt.transfer_available" not in verdict_on(BERT).fragile_assumptions
    stated_outright = verdict_on({**BERT, "deployment.tasks_per_base": 1})
    assert "deployment.tasks_per_base" not in stated_outright.fragile_assumptions


def test_an_encoder_that_should_generate_leaves_nothing_feasible():
    verdict = verdict_on({**BERT, "task.type": "generation_long"})
    assert verdict.status is Status.INFEASIBLE
    assert verdict.alternative is None
    assert verdict.reachable == {Headline.INFEASIBLE}


def test_no_facts_at_all_leave_every_headline_open():
    verdict = answer_for([], engine()).verdict
    assert verdict.status is Status.UNDETERMINED
    assert verdict.reachable == set(Headline)


def test_the_quick_scores_of_these_tests_are_those_of_the_pipeline():
    for facts in PROJECTS.values():
        verdict = verdict_on(facts)
        weighed = weigh(stated(facts))
        assert weighed.tallies == verdict.tallies
        assert weighed.state.reachable == verdict.reachable


def test_thin_evidence_never_raises_confidence():
    # Many tasks outvote quality, so with less of quality the lead alone would grow.
    facts = {**BERT, "data.train_examples": 90_000_000, "deployment.tasks_per_base": 30}
    verdict = verdict_on(facts)
    assert verdict.recommendation == "prompt_tuning"
    assert verdict.parity[verdict.variant].kept < 1
    assert verdict.confidence <= probability(abs(verdict.margin))
