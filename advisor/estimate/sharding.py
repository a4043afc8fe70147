"""What several devices, or the host's memory, take over of a step: closed form, not validated.

Rajbhandari et al. 2020, ZeRO, arXiv 1910.02054, section 5, for the stages; Ren et al. 2021,
ZeRO-Offload, arXiv 2101.06840, for the CPU. FSDP's full sharding divides the same as stage 3.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from advisor.estimate.breakdown import Breakdown, StepProfile


class Sharding(str, Enum):
    """How a run is spread over devices."""

    NONE = "none"
    ZERO_1 = "zero1"
    ZERO_2 = "zero2"
    ZERO_3 = "zero3"
    FSDP = "fsdp"
    OFFLOAD = "cpu_offload"


GATHERING = frozenset({Sharding.ZERO_3, Sharding.FSDP})
"""Ways that share the weights themselves."""
_GRADIENTS = {Sharding.ZERO_2, *GATHERING}
_STATE = {Sharding.ZERO_1, *_GRADIENTS}


def sharded(profile: StepProfile, how: Sharding, devices: float) -> StepProfile:
    """The step as each of several devices sees it, its own batch unchanged.

    Args:
        profile: the step on one device.
        how: what is divided; the offload keeps gradients and optimizer state in the host's RAM.
        devices: at least 1.
    """
    peaks = {phase: shared_part(peak, phase, how, devices) for phase, peak in profile.peaks.items()}
    resting = peaks["optimizer" if "optimizer" in peaks else "forward"]
    return replace(
        profile,
        peaks=peaks,
        resting=resting.weights + resting.optimizer_state,
        reserved=None,
    )


def shared_part(peak: Breakdown, phase: str, how: Sharding, devices: float) -> Breakdown:
    """What one device holds at one moment of a phase."""
    offloaded = how is Sharding.OFFLOAD
    gone = 0.0 if offloaded else 1.0
    update = phase in ("clip", "optimizer")
    weights = peak.weights / (devices if how in GATHERING else 1.0)
    gradients = peak.gradients / (devices if how in _GRADIENTS else 1.0)
    state = peak.optimizer_state / (devices if how in _STATE else 1.0)
    workspace = peak.workspace / (devices if how in _STATE and update else 1.0)
    return Breakdown(
        weights=weights,
        gradients=gradients * gone,
        optimizer_state=state * gone,
        activations=peak.activations,
        logits_and_loss=peak.logits_and_loss,
        workspace=workspace * (gone if update else 1.0),
    )
