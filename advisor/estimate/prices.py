"""What an hour on the detected or named device costs."""

from __future__ import annotations

from advisor.catalogue.tables import price_of
from advisor.estimate.job import bounds
from advisor.estimate.target import named_gpu
from advisor.facts import FactBase, Source


def hourly_price(facts: FactBase) -> tuple[float, float, str]:
    """US dollars an hour for one device, lowest and highest, and where they come from."""
    stated = bounds(facts, "price.per_hour")
    if stated:
        return (*stated, "stated price")
    accelerator = facts.get("hardware.accelerator")
    if accelerator and accelerator.source is Source.DETECTED:
        return 0.0, 0.0, "a device of this machine, not rented"
    gpu = named_gpu(facts)
    price = price_of(gpu.name if gpu else "")
    return price.low, price.high, price.basis
