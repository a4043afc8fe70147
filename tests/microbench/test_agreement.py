"""What a finished comparison does to the advice that was sealed."""

from dataclasses import fields
from types import SimpleNamespace

import pytest

from advisor.confirmation.prediction import agreement_of, soft_prompt_to_train
from advisor.report.measured import (
    FailedTrial,
    Forecast,
    MethodDifference,
    MethodResult,
    Prediction,
)
from advisor.report.part import plain

SOFT, FULL = "prompt_tuning", "full_fine_tuning"


def compared(outcome, *, by_default=False):
    return MethodDifference(outcome=outcome, by_default=by_default, sentence="", points_below=None)


def sealed(recommendation, *, variant=SOFT, methods=None):
    return Prediction(
        status="decided", recommendation=recommendation, variant=variant, confidence=None,
        parity={}, methods=methods or {}, sha256="",
    )  # fmt: skip


def test_the_estimate_of_a_method_that_did_not_fit_is_scored_as_that():
    estimate = Forecast(
        memory_gib=9.0, memory_low_gib=8.0, memory_high_gib=10.0, seconds_per_step=None
    )
    results = {}
    for method, status in {FULL: "out_of_memory", SOFT: "crashed"}.items():
        nothing = dict.fromkeys(field.name for field in fields(MethodResult))
        failed = [FailedTrial(trial="t", status=status, message="")]
        results[method] = MethodResult(**{**nothing, "failed": failed})
    after = SimpleNamespace(verdict=SimpleNamespace(recommendation=FULL))
    said = sealed(FULL, methods={SOFT: estimate, FULL: estimate})
    comparisons = {SOFT: compared("inconclusive")}
    found = agreement_of(after, said, results, comparisons, intact=True)
    assert plain(found.memory) == {
        FULL: {"measured_gib": None, "predicted_gib": 9.0, "ratio": None, "inside": None}
    }


def agreement(old, new, *, variant=SOFT, **outcomes):
    """What the outcomes of methods, by name, do to the advice."""
    comparisons = {
        method: compared(outcome) if isinstance(outcome, str) else outcome
        for method, outcome in outcomes.items()
    }
    after = SimpleNamespace(verdict=SimpleNamespace(recommendation=new))
    return agreement_of(after, sealed(old, variant=variant), {}, comparisons, intact=True)


@pytest.mark.parametrize(
    ("old", "new", "outcome", "verdict"),
    [
        (FULL, FULL, "worse", "confirmed"),
        (FULL, FULL, "equivalent", "confirmed"),
        (SOFT, SOFT, "better", "confirmed"),
        (SOFT, SOFT, "equivalent", "confirmed"),
        (FULL, SOFT, "better", "overturned"),
        (SOFT, FULL, "worse", "overturned"),
        (FULL, FULL, "inconclusive", "unsettled"),
        (FULL, SOFT, "inconclusive", "unsettled"),
        (None, FULL, "worse", "no_advice"),
        (None, FULL, "inconclusive", "unsettled"),
        (FULL, FULL, compared("worse", by_default=True), "unsettled"),
        (FULL, SOFT, compared("better", by_default=True), "unsettled"),
    ],
)
def test_what_a_comparison_does_to_the_advice(old, new, outcome, verdict):
    assert agreement(old, new, prompt_tuning=outcome).verdict == verdict


@pytest.mark.parametrize(
    ("advice", "outcome", "said"),
    [
        (FULL, "better", "Prompt tuning did better here, but all else keeps the advice at full"),
        (
            SOFT,
            "worse",
            "Full fine-tuning did better here, but all else keeps the advice at prompt",
        ),
    ],
)
def test_advice_that_stays_against_the_measurement_is_not_confirmed(advice, outcome, said):
    found = agreement(advice, advice, prompt_tuning=outcome)
    assert found.verdict == "unsettled"
    assert found.sentence.startswith(said)


def test_another_method_does_not_settle_the_headline():
    found = agreement(FULL, FULL, prompt_tuning="inconclusive", lora="worse")
    assert found.verdict == "unsettled"


@pytest.mark.parametrize(
    ("prefix", "prompt", "verdict"),
    [
        ("better", "worse", "confirmed"),
        ("worse", "better", "unsettled"),
        ("inconclusive", "better", "unsettled"),
    ],
)
def test_a_recommended_soft_prompt_is_judged_by_its_own_comparison(prefix, prompt, verdict):
    found = agreement(
        SOFT, SOFT, variant="prefix_tuning", prefix_tuning=prefix, prompt_tuning=prompt
    )
    assert (found.verdict, found.judged_by) == (verdict, "prefix_tuning")


@pytest.mark.parametrize(
    ("recommendation", "variant", "trained"),
    [
        (SOFT, "prefix_tuning", "prefix_tuning"),
        (FULL, "prefix_tuning", SOFT),
        (None, "p_tuning", SOFT),
        (SOFT, None, SOFT),
    ],
)
def test_which_soft_prompt_is_trained(recommendation, variant, trained):
    assert soft_prompt_to_train(recommendation, variant) == trained
