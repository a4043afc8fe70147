"""What the advisor expects of a micro-benchmark, sealed before its first trial; how it fared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from advisor.decide import Answer, Headline
from advisor.estimate import (
    DeviceSpeed,
    Head,
    Kernels,
    Precision,
    Settings,
    Subject,
    need_of,
    step_seconds,
    usual_settings,
)
from advisor.facts import GIB
from advisor.methods import FULL, load_methods
from advisor.microbench import Probe, Route, Task, TrialPlan, TrialPrecision, TrialStatus
from advisor.report import (
    AgreementEntry,
    Forecast,
    MemoryCheck,
    MethodDifference,
    MethodResult,
    ParityCheck,
    Prediction,
    SecondsCheck,
)
from advisor.support import capital

_HEADS = {
    Route.HEAD: Head.CLASSIFICATION,
    Route.LABEL_WORDS: Head.CAUSAL_LM,
    Route.TEXT: Head.CAUSAL_LM,
}


@dataclass(frozen=True)
class Forecaster:
    """Writes down the verdict and the estimates; it is asked once, when the plan stands.

    Attributes:
        answer: the advice before anything was measured.
        subject: the model, whose steps the closed form estimates.
        task: decides the head.
    """

    answer: Answer
    subject: Subject
    task: Task

    def __call__(self, plan: TrialPlan, probe: Probe) -> dict[str, Any]:
        """The sealed prediction: verdict, parity, memory and time of each method, and a digest."""
        verdict = self.answer.verdict
        said: dict[str, Any] = {
            "status": verdict.status.value,
            "recommendation": verdict.recommendation,
            "variant": verdict.variant,
            "confidence": _rounded(verdict.confidence),
            "parity": {
                method: _rounded(parity.probability)
                for method, parity in verdict.parity.items()
                if method in plan.methods
            },
            # Those that their measurement had no room for, too: there the estimate matters most.
            "methods": {
                method: self._estimate(method, plan, probe)
                for method in (*plan.methods, *plan.left_out)
            },
        }
        return {**said, "sha256": prediction_digest(said)}

    def _estimate(self, method: str, plan: TrialPlan, probe: Probe) -> dict[str, float | None]:
        cpu = plan.device == "cpu"
        usual_tokens, _, most_tokens = probe.methods[method].sequence_lengths
        if not most_tokens:  # it could not be measured; others were given about the same
            cut = [min(tokens, plan.max_tokens) for tokens in probe.token_lengths]
            others = (other.sequence_lengths for other in probe.methods.values())
            usual_tokens, _, most_tokens = max((*others, tuple(cut)), key=lambda found: found[-1])
        settings = self._settings(method, plan, most_tokens)
        profile = self.subject.formula(method, settings)
        accelerator = "none" if cpu else plan.device
        need = need_of(profile, accelerator, self.subject.model_type, method)
        usual = self.subject.formula(method, self._settings(method, plan, usual_tokens)).work
        speed = None if probe.speed is None else DeviceSpeed(**probe.speed)
        return {
            "memory_gib": round(need.total, 3),
            "memory_low_gib": round(need.low, 3),
            "memory_high_gib": round(need.high, 3),
            "seconds_per_step": None if speed is None else round(step_seconds(usual, speed), 4),
        }

    def _settings(self, method: str, plan: TrialPlan, tokens: int) -> Settings:
        precisions = {
            TrialPrecision.FP32: Precision.FP32,
            TrialPrecision.BF16: Precision.BF16_MIXED,
        }
        head = _HEADS[self.task.route]
        if head is Head.CAUSAL_LM and self.task.architecture == "encoder_decoder":
            head = Head.SEQ2SEQ
        plain = Settings(
            batch_size=plan.batch_size,
            sequence_length=max(tokens, 1),
            padded=True,
            kernels=Kernels.CPU if plan.device == "cpu" else Kernels.CUDA,
            head=head,
            labels=max(len(self.task.labels), 1),
            use_cache=False,
        )
        usual = usual_settings(load_methods()[method], plain)
        return replace(
            usual,
            precision=precisions[plan.precision],
            virtual_tokens=plan.virtual_tokens if usual.virtual_tokens else 0,
        )


def prediction_digest(said: Mapping[str, Any]) -> str:
    """The SHA-256 of a prediction, so that a later change of it would show."""
    text = json.dumps({k: v for k, v in said.items() if k != "sha256"}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)


SOFT = Headline.PROMPT_TUNING.value
"""The side of the soft prompts, by the method that stands for them; the other one is FULL."""
_AGAINST = {SOFT: "worse", FULL: "better"}
"""The outcome of a soft prompt that speaks against each advice."""


class Agreement(str, Enum):
    """What a micro-benchmark does to the advice."""

    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    UNSETTLED = "unsettled"
    NO_ADVICE = "no_advice"


def soft_prompt_to_train(recommendation: str | None, variant: str | None) -> str:
    """The soft prompt that the advice is judged by: the recommended one, else prompt tuning."""
    return variant if recommendation == SOFT and variant is not None else SOFT


def agreement_of(
    after: Answer,
    prediction: Prediction,
    results: Mapping[str, MethodResult],
    comparisons: Mapping[str, MethodDifference],
    *,
    intact: bool,
) -> AgreementEntry:
    """Compare the advice before and after, and score what was sealed.

    Args:
        after: the advice with the measured facts.
        prediction: as it was sealed, the advice before among it.
        results: by method.
        comparisons: of each method with full fine-tuning.
        intact: whether the prediction still has its digest.
    """
    old, new = prediction.recommendation, after.verdict.recommendation
    judged = soft_prompt_to_train(old, prediction.variant)
    verdict, sentence = _verdict(old, new, judged, comparisons[judged])
    return AgreementEntry(
        verdict=verdict.value,
        before=old,
        after=new,
        judged_by=judged,
        sentence=sentence,
        seal_intact=intact,
        parity={
            method: ParityCheck(
                predicted=prediction.parity.get(method), within_tolerance=entry.within_tolerance
            )
            for method, entry in comparisons.items()
        },
        memory={
            method: _memory(prediction.methods.get(method), result)
            for method, result in results.items()
            if result.peak_memory_bytes or _did_not_fit(result)
        },
        seconds_per_step={
            method: _seconds(prediction.methods.get(method), result.seconds_per_step)
            for method, result in results.items()
            if result.seconds_per_step
        },
    )


def _verdict(
    old: str | None, new: str | None, judged: str, entry: MethodDifference
) -> tuple[Agreement, str]:
    """What the judged method's comparison does to the advice, and the same in words.

    A comparison that is open, or was won by default, overturns nothing, though a point estimate
    moves the scores.
    """
    leaning = f"the advice stays {_name(new)}" if new == old else f"it leans to {_name(new)} now"
    if entry.by_default:
        return Agreement.UNSETTLED, f"Nothing was compared, so nothing is settled; {leaning}."
    if entry.outcome == "inconclusive":
        return Agreement.UNSETTLED, f"The measurement settles nothing; {leaning}."
    if old is None:
        told = f"There was no advice before; with what was measured it is {_name(new)}."
        return Agreement.NO_ADVICE, told
    if new != old:
        told = f"{_name(old)} before, {_name(new)} with what was measured"
        return Agreement.OVERTURNED, f"The advice is overturned: {told}."
    if entry.outcome == _AGAINST[old]:
        better = FULL if old == SOFT else judged
        told = f"{capital(_name(better))} did better here, but all else keeps the advice at"
        return Agreement.UNSETTLED, f"{told} {_name(old)}."
    by = f", by {_name(judged)}" if judged != SOFT else ""
    return Agreement.CONFIRMED, f"The advice is confirmed: {_name(new)}{by}."


def _name(method: str | None) -> str:
    return load_methods()[method].name if method else "open"


def _did_not_fit(result: MethodResult) -> bool:
    statuses = {entry.status for entry in result.failed}
    return result.score is None and statuses == {TrialStatus.OUT_OF_MEMORY.value}


def _memory(predicted: Forecast | None, result: MethodResult) -> MemoryCheck:
    """Predicted and measured; the second is None where the method did not fit."""
    peak = result.peak_memory_bytes
    measured = round(peak / GIB, 3) if peak else None
    return MemoryCheck(
        measured_gib=measured,
        predicted_gib=predicted.memory_gib if predicted else None,
        ratio=round(predicted.memory_gib / measured, 3) if predicted and measured else None,
        inside=predicted.memory_low_gib <= measured <= predicted.memory_high_gib
        if predicted and measured
        else None,
    )


def _seconds(predicted: Forecast | None, measured: float) -> SecondsCheck:
    expected = predicted.seconds_per_step if predicted else None
    ratio = None if expected is None else round(expected / measured, 3)
    return SecondsCheck(measured=measured, predicted=expected, ratio=ratio)
