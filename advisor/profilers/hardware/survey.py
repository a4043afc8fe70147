"""What one way of looking for accelerators found, in common terms and rounded."""

from __future__ import annotations

import math
from dataclasses import dataclass

from advisor.facts import GIB

_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Device:
    """One accelerator that this process could use.

    Attributes:
        index: its number in the order of the source that found it.
        name: as the driver gives it; may be empty.
        total_gib: total memory in GiB; None if the driver does not tell.
        free_gib: free memory in GiB; None if it is to be taken from the machine's RAM.
        unified: whether its memory is the machine's RAM.
    """

    index: int
    name: str
    total_gib: float | None
    free_gib: float | None
    unified: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """The outcome of looking for accelerators in one way.

    Attributes:
        source: who answered, such as "NVML".
        accelerator: a choice of the fact ``hardware.accelerator``; None if nothing was found.
        devices: the usable devices of that kind.
        notes: what the reader should know about how the answer came about.
        failed: whether something went wrong, so that a device may exist all the same.
    """

    source: str
    accelerator: str | None
    devices: tuple[Device, ...] = ()
    notes: tuple[str, ...] = ()
    failed: bool = False


def clean_name(name: object) -> str:
    """Return a driver's name for a device as one short printable line."""
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name or "")
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_MAX_NAME]


def floor_gib(amount_bytes: float) -> float:
    """Return bytes as GiB, rounded down to hundredths so that no free memory is invented."""
    return floor_hundredths(amount_bytes / GIB)


def floor_hundredths(amount: float) -> float:
    """Return ``amount`` rounded down to two places."""
    return math.floor(amount * 100) / 100
