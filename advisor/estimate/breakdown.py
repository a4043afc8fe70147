"""What a training step holds and does: bytes by kind, operations by phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Bytes that are allocated on the device at one moment, by what they hold.

    Attributes:
        weights: parameters and buffers.
        gradients: of parameters that are trained.
        optimizer_state: moments and the like.
        activations: kept from the forward pass, or recomputed, for the backward pass.
        logits_and_loss: tensors over the vocabulary, their gradients included.
        workspace: everything else, such as temporaries of the backward pass and the optimizer.
    """

    weights: float = 0.0
    gradients: float = 0.0
    optimizer_state: float = 0.0
    activations: float = 0.0
    logits_and_loss: float = 0.0
    workspace: float = 0.0

    @property
    def total(self) -> float:
        """All of it, in bytes."""
        # Added up one by one: a closed form asks for this hundreds of times for each answer.
        return (
            self.weights
            + self.gradients
            + self.optimizer_state
            + self.activations
            + self.logits_and_loss
            + self.workspace
        )

    def by_kind(self) -> dict[str, float]:
        """Bytes by the name of the kind, in the order of the attributes."""
        return {kind.name: getattr(self, kind.name) for kind in fields(self)}


@dataclass(frozen=True, slots=True)
class Work:
    """What one phase of a step computes.

    Attributes:
        flops_16bit: floating-point operations of matrix products in 16 bits, a multiplication
            and an addition counted as two.
        flops_32bit: the same in 32 bits.
        traffic: bytes that operators other than matrix products read and write.
        operators: how many operators are launched.
        random_values: numbers that are drawn, for dropout.
    """

    flops_16bit: float = 0.0
    flops_32bit: float = 0.0
    traffic: float = 0.0
    operators: float = 0.0
    random_values: float = 0.0

    @property
    def flops(self) -> float:
        """Operations of all matrix products."""
        return self.flops_16bit + self.flops_32bit

    def times(self, factor: float) -> Work:
        """The work multiplied by a number."""
        return Work(
            self.flops_16bit * factor,
            self.flops_32bit * factor,
            self.traffic * factor,
            self.operators * factor,
            self.random_values * factor,
        )


@dataclass(frozen=True, slots=True)
class StepProfile:
    """One training step with the optimizer's state in place (never the first step).

    Its phases are ``forward``, ``backward``, ``clip`` and ``optimizer``, in this order.

    Attributes:
        peaks: the breakdown at the moment of each phase's peak, by phase.
        work: what each phase computes, by phase; backward and forward for one micro-batch.
        parameters: of the model as it is trained, adapters included.
        trained_parameters: those that receive gradients.
        resting: bytes that stay allocated after the step.
        basis: ``traced`` or ``closed form``.
        reserved: bytes that PyTorch's caching allocator would hold, or None where the order of
            requests is not known or the device has none.
    """

    peaks: Mapping[str, Breakdown]
    work: Mapping[str, Work]
    parameters: float
    trained_parameters: float
    resting: float
    basis: str
    reserved: float | None = None

    @property
    def peak_phase(self) -> str:
        """The phase that needs most."""
        return max(self.peaks, key=lambda phase: self.peaks[phase].total)

    @property
    def peak(self) -> Breakdown:
        """The breakdown at the highest point of the step; its total is the allocated peak."""
        return self.peaks[self.peak_phase]
