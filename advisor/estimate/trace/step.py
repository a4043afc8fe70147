"""Trace a training step of a configuration at its own depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from advisor.estimate.breakdown import StepProfile, Work
from advisor.estimate.settings import Kernels, Settings
from advisor.estimate.trace.autocast import StandIn
from advisor.estimate.trace.building import build_model, first_line, runs_under_autocast
from advisor.estimate.trace.kernels import target_kernels
from advisor.estimate.trace.ledger import Ledger
from advisor.estimate.trace.loop import STEPS, make_batch, micro_batches, training_steps
from advisor.estimate.trace.replay import Phase, peaks, phases_of, reserved
from advisor.support import AdvisorError


@dataclass(frozen=True, slots=True)
class TracedStep:
    """A traced step with the order of its requests."""

    profile: StepProfile
    phases: list[Phase]


def trace_step(raw: Mapping[str, Any], method: str, settings: Settings) -> TracedStep:
    """Trace the second of two training steps.

    Args:
        raw: the content of a config.json; its full depth is traced.
        method: its identifier, such as ``lora``.
        settings: the training run.

    Returns:
        The step as the target device would see it, in bytes of allocated tensors: the device's
        context is not among them.

    Raises:
        AdvisorError: if the model cannot be built or its step cannot be traced.
    """
    model = build_model(raw, method, settings)
    ledger = trace_ledger(model, method, settings)
    parameters = list(model.parameters())
    phases = phases_of(ledger.phases())
    profile = StepProfile(
        peaks=peaks(phases, steady(phases)),
        work=_of_one_batch(ledger.work(), micro_batches(settings)),
        parameters=sum(_size(parameter) for parameter in parameters),
        trained_parameters=sum(p.numel() for p in parameters if p.requires_grad),
        resting=ledger.resting,
        basis="traced",
        reserved=reserved(phases) if settings.kernels is Kernels.CUDA else None,
    )
    return TracedStep(profile, phases)


def steady(phases: list[Phase]) -> int:
    """Number of the first phase of the second step, from which on all steps are alike."""
    return 1 + (len(phases) - 1) // STEPS


def trace_ledger(model: Any, method: str, settings: Settings) -> Ledger:
    """The account of two steps of a model on the meta device.

    Raises:
        AdvisorError: if an operator of the model needs values, which there are none of.
    """
    vocabulary = int(getattr(model.config.get_text_config(), "vocab_size", 0))
    cuda = settings.kernels is Kernels.CUDA
    ledger = Ledger(vocabulary, casts_are_copies=not cuda)
    ledger.add(model.parameters(), "weights")
    ledger.add(model.buffers(), "weights")
    batch = make_batch(settings, vocabulary, "meta")
    ledger.add(batch.values(), "activations")
    mixed = runs_under_autocast(method, settings)
    answers = StandIn(padded=settings.padded, autocast=mixed, cuda=cuda)

    def begin(phase: str) -> None:
        answers.begin(phase)
        if phase == "clip":
            ledger.add_gradients(model.parameters())
        if phase == "forward" and ledger.marks * 2 == expected:
            ledger.forget_work()
        ledger.begin(phase)

    expected = (2 * micro_batches(settings) + 2) * STEPS
    try:
        with target_kernels(settings.kernels, answers.lower), ledger, answers:
            optimizer = training_steps(model, settings, batch, begin)
            for state in optimizer.state.values():
                tensors = (held for held in state.values() if isinstance(held, torch.Tensor))
                ledger.add(tensors, "optimizer_state")
            ledger.rest()
    except AdvisorError:
        raise
    except Exception as error:  # noqa: BLE001 - any model class may fail in a way of its own
        raise AdvisorError(
            f"a step of {model.config.model_type} cannot be traced: {first_line(error)}",
            where=f"transformers, {type(model).__name__}",
            hint="the closed form needs sizes alone",
        ) from None
    return ledger


def _size(parameter: Any) -> int:
    """Values of a parameter; two stand in each byte of a 4-bit weight."""
    packed = parameter.element_size() == 1
    return int(parameter.numel()) * (2 if packed and parameter.dim() == 1 else 1)


def _of_one_batch(work: Mapping[str, Work], batches: int) -> dict[str, Work]:
    """Forward and backward work of one micro-batch, clip and optimizer as they are."""
    return {
        phase: done.times(1 / batches) if phase in ("forward", "backward") else done
        for phase, done in work.items()
    }
