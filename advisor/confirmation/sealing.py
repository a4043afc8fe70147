"""What the advisor expects of a micro-benchmark, written down before its first trial."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from advisor.catalogue.tables import load_methods
from advisor.estimate.assumed import usual_settings
from advisor.estimate.need import need_of
from advisor.estimate.roofline import DeviceSpeed, step_seconds
from advisor.estimate.settings import Head, Kernels, Precision, Settings
from advisor.estimate.subject import Subject
from advisor.microbench.planning.plan import Plan
from advisor.microbench.spec import Precision as TrialPrecision
from advisor.microbench.spec import Probe, Route, Task
from advisor.verdict.verdict import Answer

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

    def __call__(self, plan: Plan, probe: Probe) -> dict[str, Any]:
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
        return {**said, "sha256": digest(said)}

    def _estimate(self, method: str, plan: Plan, probe: Probe) -> dict[str, float | None]:
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
        usual = self.subject.formula(method, self._settings(method, plan, usual_tokens))
        speed = None if probe.speed is None else DeviceSpeed(**probe.speed)
        return {
            "memory_gib": round(need.total, 3),
            "memory_low_gib": round(need.low, 3),
            "memory_high_gib": round(need.high, 3),
            "seconds_per_step": None if speed is None else round(step_seconds(usual, speed), 4),
        }

    def _settings(self, method: str, plan: Plan, tokens: int) -> Settings:
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


def digest(said: Mapping[str, Any]) -> str:
    """The SHA-256 of a prediction, so that a later change of it would show."""
    text = json.dumps({k: v for k, v in said.items() if k != "sha256"}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
