"""The time of a training step: from what it computes and moves, and how often it calls.

Matrix products are bound by the device's arithmetic, everything else by its memory: the AdamW
update of billions of parameters is memory traffic alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.estimate.breakdown import Work


@dataclass(frozen=True, slots=True)
class DeviceSpeed:
    """What a device does in a second.

    Attributes:
        flops_16bit, flops_32bit: floating-point operations of matrix products.
        bandwidth: bytes that operators read and write.
        operator_seconds: the overhead of one operator.
        random_values: numbers drawn for dropout; on a GPU they cost nothing beside the traffic.
        overlaps: whether that overhead runs beside the work, as launches to a GPU do.
        basis: where the figures come from.
    """

    flops_16bit: float
    flops_32bit: float
    bandwidth: float
    operator_seconds: float
    overlaps: bool
    basis: str
    random_values: float = math.inf

    def seconds(self, work: Work) -> float:
        """Seconds that the work takes."""
        busy = (
            work.flops_16bit / self.flops_16bit
            + work.flops_32bit / self.flops_32bit
            + work.traffic / self.bandwidth
            + work.random_values / self.random_values
        )
        overhead = work.operators * self.operator_seconds
        return max(busy, overhead) if self.overlaps else busy + overhead


def step_seconds(work: Mapping[str, Work], speed: DeviceSpeed, accumulation: int = 1) -> float:
    """Seconds of one optimizer step.

    Args:
        work: of its phases; of forward and backward that of one micro-batch.
        speed: the device.
        accumulation: micro-batches for each optimizer step.
    """
    return sum(
        speed.seconds(one) * (accumulation if phase in ("forward", "backward") else 1)
        for phase, one in work.items()
    )
