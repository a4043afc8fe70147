"""From allocated bytes to what a device must have free, as an interval with its basis."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.catalogue import device_table
from advisor.estimate.breakdown import StepProfile
from advisor.estimate.target import Target
from advisor.facts import GIB
from advisor.methods import load_methods


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


def need_of(profile: StepProfile, accelerator: str, model_type: str, method: str) -> Need:
    """What a step needs on a device.

    Args:
        profile: the traced or computed step.
        accelerator: kind of the device, which decides context and reserve.
        model_type: Hugging Face's name of the architecture, for the error band.
        method: its identifier, for the error band.
    """
    table = device_table()
    context_low, context, context_high = table["context_gib"][accelerator]
    share, most = table["reserve_share"][accelerator]
    allocated = profile.peak.total / GIB
    band, basis = _band(profile.basis, accelerator, model_type, method)
    reserve = allocated * share
    if profile.reserved is not None:
        # The allocator was replayed for batches of one length; mixed lengths leave more gaps.
        reserve = max(profile.reserved / GIB - allocated, 0.0)
        most = max(most, reserve / allocated)
    low = allocated * (1 - band["below"]) + context_low
    high = allocated * (1 + band["above"]) * (1 + most) + context_high
    return Need(allocated, reserve, context, low, high, basis)


def total_gib(allocated: float, accelerator: str) -> float:
    """What tensors of so many GiB are expected to need with reserve and context, as `need_of`."""
    table = device_table()
    share, _ = table["reserve_share"][accelerator]
    return float(allocated * (1.0 + share) + table["context_gib"][accelerator][1])


def _band(
    basis: str, accelerator: str, model_type: str, method: str
) -> tuple[dict[str, float], str]:
    table = device_table()
    type_known = model_type in table["validated_types"]
    # Without a type the closed form takes the architecture's usual family.
    type_known = type_known or (basis == "closed form" and not model_type)
    others = accelerator in table["validated_devices"] and load_methods()[method].validated
    if type_known and others:
        return table["error_share"][basis], basis
    return table["error_share_elsewhere"][basis], f"{basis}, outside what was validated"
