"""The device that a run is planned for, as the facts describe it."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.catalogue import Gpu, find_gpu
from advisor.estimate.job import bounds, device_count
from advisor.estimate.settings import Kernels
from advisor.facts import FactBase


@dataclass(frozen=True, slots=True)
class Target:
    """One device, of possibly several alike.

    Attributes:
        name: for messages.
        kind: ``cuda``, ``rocm``, ``xpu``, ``mps``, or ``none`` for a CPU.
        free_gib: GiB of memory that are free on it, or None if that is not known.
        free_basis: what that memory is.
        count: how many such devices there are.
    """

    name: str
    kind: str
    free_gib: float | None
    free_basis: str
    count: int

    @property
    def kernels(self) -> Kernels:
        """Whose kernels run on it; those of CUDA stand for all accelerators."""
        return Kernels.CPU if self.kind == "none" else Kernels.CUDA


def target_of(facts: FactBase) -> Target:
    """The device of the facts; a machine without accelerator trains on its CPU and RAM."""
    kind = facts.value("hardware.accelerator")
    limit, basis = memory_limit(facts)
    name = facts.value("hardware.accelerator_name")
    if not isinstance(kind, str):
        kind = "cuda" if limit else "none"
    shown = name if isinstance(name, str) else "CPU" if kind == "none" else f"{kind} device"
    free = limit[0] if limit else None
    return Target(shown, kind, free, basis, int(device_count(facts)[0]))


def named_gpu(facts: FactBase) -> Gpu | None:
    """The row of the GPU table that the device's name selects, or None.

    A row of another kind than the accelerator's tells nothing of it.
    """
    name = facts.value("hardware.accelerator_name")
    gpu = find_gpu(name) if isinstance(name, str) else None
    if gpu is None:
        return None
    kind = facts.value("hardware.accelerator")
    possible = kind if isinstance(kind, frozenset) else {kind}
    return gpu if kind is None or gpu.accelerator in possible else None


def memory_limit(facts: FactBase) -> tuple[tuple[float, float] | None, str]:
    """Free memory of one device, least and most in GiB, and what it is."""
    if facts.value("hardware.accelerator") == "none":
        return bounds(facts, "hardware.ram_available_gib"), "RAM"
    memory = bounds(facts, "hardware.accelerator_memory_gib")
    ram = bounds(facts, "hardware.ram_available_gib")
    if memory and ram and facts.value("hardware.unified_memory") is True:
        # The accelerator draws on the machine's RAM, so no more than that is free.
        return (min(memory[0], ram[0]), min(memory[1], ram[1])), "unified memory"
    return memory, "accelerator memory"
