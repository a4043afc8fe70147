"""Each check of a plan: when it passes, when it fails, and when it cannot be answered."""

from __future__ import annotations

import pytest
from verdict_cases import (
    API_ONLY,
    BERT,
    DO_NOT_TRAIN,
    LLAMA,
    TOO_CLOSE,
    UNDETERMINED,
    answer_on,
    engine,
    verdict_on,
)

from advisor.decide.checks import CheckState, PlanCheck, agrees, check_plan

PASSED, FAILED, UNKNOWN = CheckState.PASSED, CheckState.FAILED, CheckState.UNKNOWN


def checks(facts: dict, expected: str | None = None) -> dict[str, PlanCheck]:
    return {entry.name: entry for entry in check_plan(answer_on(facts), engine(), expected)}


def state(name: str, facts: dict, expected: str | None = None) -> CheckState:
    return checks(facts, expected)[name].state


def test_the_checks_stand_in_the_order_in_which_they_decide_the_exit_code():
    assert list(checks(BERT, "lora")) == [
        "feasible", "decided", "expectation", "evaluation", "overlap", "licence", "disk",
    ]  # fmt: skip


def test_without_an_expectation_nothing_is_expected():
    assert "expectation" not in checks(BERT)


def test_a_plan_is_feasible_unless_both_sides_are_ruled_out():
    assert state("feasible", BERT) is PASSED
    assert state("feasible", API_ONLY) is FAILED


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (TOO_CLOSE, "too_close"),
        (UNDETERMINED, "undetermined"),
        (DO_NOT_TRAIN, "do_not_train"),
    ],
)
def test_any_status_but_decided_fails_under_its_own_name(facts, name):
    assert state("decided", BERT) is PASSED
    assert state(name, facts) is FAILED


def test_where_nothing_is_feasible_nothing_is_left_to_decide():
    assert list(checks(API_ONLY))[:2] == ["feasible", "evaluation"]


def test_not_to_train_is_a_decision_for_a_plan_of_few_shot_prompting():
    assert state("do_not_train", DO_NOT_TRAIN, "few_shot_prompting") is PASSED
    assert state("do_not_train", DO_NOT_TRAIN, "lora") is FAILED


def test_an_undetermined_plan_names_the_facts_that_are_missing():
    text = checks(UNDETERMINED)["undetermined"].text
    for entry in verdict_on(UNDETERMINED).missing:
        assert entry.key in text


@pytest.mark.parametrize(
    ("facts", "expected", "met"),
    [
        (BERT, "full_fine_tuning", True),
        (BERT, "lora", True),  # the alternative that serves better
        (BERT, "prompt_tuning", False),
        (BERT, "prefix_tuning", False),  # the variant of the side that is not recommended
        (LLAMA, "prompt_tuning", True),
        (LLAMA, "prefix_tuning", True),
        (LLAMA, "full_fine_tuning", False),
        (DO_NOT_TRAIN, "few_shot_prompting", True),
        (DO_NOT_TRAIN, "lora", False),
        (API_ONLY, "prompt_tuning", False),
    ],
)
def test_the_expectation_is_met_by_the_advice_its_variant_and_its_alternative(facts, expected, met):
    assert agrees(verdict_on(facts), expected) is met
    assert (state("expectation", facts, expected) is PASSED) == met


def test_the_evaluation_set_must_be_able_to_show_the_tolerance():
    assert state("evaluation", {**BERT, "data.eval_examples": "100k"}) is PASSED
    assert state("evaluation", {**BERT, "data.eval_examples": 100}) is FAILED
    assert state("evaluation", {**BERT, "data.eval_examples": 0}) is FAILED
    assert state("evaluation", BERT) is UNKNOWN


def test_a_wider_tolerance_makes_do_with_a_smaller_evaluation_set():
    small = {**BERT, "data.eval_examples": 400}
    assert state("evaluation", small) is FAILED
    assert state("evaluation", {**small, "quality.tolerance_points": 5}) is PASSED


def test_an_evaluation_set_of_uncertain_size_is_neither_passed_nor_failed():
    partly = {**BERT, "data.eval_examples": "100 to 100k"}
    assert state("evaluation", partly) is UNKNOWN


def test_shared_rows_fail_the_overlap_check():
    assert state("overlap", {**BERT, "data.train_eval_overlap": 0}) is PASSED
    assert state("overlap", {**BERT, "data.train_eval_overlap": 0.01}) is FAILED
    assert state("overlap", BERT) is UNKNOWN


def test_an_overlap_known_only_as_a_range_from_zero_is_neither_passed_nor_failed():
    partly = {**BERT, "data.train_eval_overlap": "0 to 0.1"}
    assert state("overlap", partly) is UNKNOWN


def test_an_overlap_known_to_be_above_zero_fails_however_large_it_is():
    assert state("overlap", {**BERT, "data.train_eval_overlap": "0.1 to 0.2"}) is FAILED


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("apache-2.0", PASSED),
        ("cc-by-nc-4.0", FAILED),
        ("CC-BY-ND-4.0", FAILED),
        ("unknown", UNKNOWN),
    ],
)
def test_a_licence_that_restricts_use_or_derivatives_fails_a_full_copy(licence, expected):
    facts = {**BERT, "model.licence": licence}
    assert state("licence", facts, "full_fine_tuning") is expected


def test_a_licence_against_derivatives_does_not_concern_a_soft_prompt():
    facts = {**BERT, "model.licence": "cc-by-nd-4.0"}
    assert verdict_on(facts).recommendation == "prompt_tuning"
    assert state("licence", facts) is PASSED
    assert state("licence", facts, "prompt_tuning") is PASSED


def test_a_licence_against_commercial_use_concerns_every_method():
    facts = {**BERT, "model.licence": "cc-by-nc-4.0"}
    assert state("licence", facts) is FAILED
    assert state("licence", facts, "prompt_tuning") is FAILED


def test_the_disk_must_hold_the_result_of_the_planned_method():
    little = {**BERT, "hardware.disk_free_gib": 0.05}
    assert state("disk", {**BERT, "hardware.disk_free_gib": 100}, "full_fine_tuning") is PASSED
    assert state("disk", little, "full_fine_tuning") is FAILED
    assert state("disk", little, "prompt_tuning") is PASSED


def test_without_a_plan_the_disk_check_looks_at_the_advised_method():
    little = {**BERT, "hardware.disk_free_gib": 0.05}
    assert verdict_on(little).recommendation == "prompt_tuning"
    assert state("disk", little) is PASSED


def test_a_disk_of_uncertain_size_is_neither_passed_nor_failed():
    partly = {**BERT, "hardware.disk_free_gib": "0.05 to 100"}
    assert state("disk", partly, "full_fine_tuning") is UNKNOWN


def test_the_disk_check_cannot_be_answered_before_the_model_is_known():
    unsized = {key: raw for key, raw in BERT.items() if key != "model.parameters"}
    assert state("disk", {**unsized, "hardware.disk_free_gib": 100}) is UNKNOWN


def test_a_check_that_cannot_be_answered_says_what_is_not_known():
    assert "data.train_eval_overlap" in checks(BERT)["overlap"].text
