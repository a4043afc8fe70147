"""From allocated bytes to what a device must have free, as an interval with its basis."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.catalogue.tables import device_table
from advisor.estimate.breakdown import StepProfile
from advisor.estimate.target import Target

GIB = 2.0**30


@dataclass(frozen=True, slots=True)
class Need:
    """What a run takes of one device, in GiB.

    Attributes:
        allocated: peak of the tensors.
        reserve: what the allocator holds beyond them.
        context: of the driver and libraries.
        low, high: bounds of the three together.
        basis: how the allocated peak was found: ``traced``, ``closed form``, or either with
            ``outside what was validated``.
    """

    allocated: float
    reserve: float
    context: float
    low: float
    high: float
    basis: str

    @property
    def total(self) -> float:
        """The expected need: allocated, reserve and context together."""
        return self.allocated + self.reserve + self.context

    def fits(self, target: Target) -> str:
        """``fits``, ``tight`` (the interval holds the limit), ``does not fit`` or ``unknown``."""
        if target.free_gib is None:
            return "unknown"
        if self.high <= target.free_gib:
            return "fits"
        return "tight" if self.low <= target.free_gib else "does not fit"


def need_of(profile: StepProfile, target: Target, model_type: str) -> Need:
    """What a step needs on a device.

    Args:
        profile: the traced or computed step.
        target: the device; its kind decides context and reserve.
        model_type: Hugging Face's name of the architecture, which decides the error band.
    """
    table = device_table()
    context_low, context, context_high = table["context_gib"][target.kind]
    share, most = table["reserve_share"][target.kind]
    allocated = profile.peak.total / GIB
    band, basis = _band(profile.basis, model_type)
    below = band["below"] + table["traced_over_counted"].get(model_type, 0.0)
    low = allocated * (1 - below) + context_low
    high = allocated * (1 + band["above"]) * (1 + most) + context_high
    return Need(allocated, allocated * share, context, low, high, basis)


def _band(basis: str, model_type: str) -> tuple[dict[str, float], str]:
    table = device_table()
    if basis != "traced" or model_type in table["traced_validated"]:
        return table["error_share"][basis], basis
    return table["traced_not_validated"], f"{basis}, outside what was validated"
