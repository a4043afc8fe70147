"""Facts of hardware that is planned, from the table of accelerators."""

from __future__ import annotations

from advisor.catalogue.gpus import require_gpu
from advisor.facts import Fact, Source
from advisor.support.errors import AdvisorError


def planned_hardware(gpu_name: str, count: int) -> list[Fact]:
    """Return the facts of ``count`` devices named ``gpu_name``, for ``--gpu`` and ``--gpus``.

    Args:
        gpu_name: a name of the table of accelerators.
        count: how many devices, at least one.

    Raises:
        AdvisorError: if the table has no such name or several such rows, or on a count below one.
    """
    if count < 1:
        raise AdvisorError(
            f"{count} devices cannot be planned",
            where="--gpus",
            hint="pass 1 or more; for a machine without one, state hardware.accelerator=none",
        )
    gpu = require_gpu(gpu_name)
    nominal = "nominal; an idle device has a little less free"
    if gpu.unified_memory:
        nominal = "nominal RAM that the device shares; the system and programs need some of it"
    row = f"GPU table, {gpu.read}"
    return [
        Fact("hardware.accelerator", gpu.accelerator, Source.CATALOGUE, row),
        Fact("hardware.accelerator_name", gpu.name, Source.FLAG, "--gpu"),
        Fact("hardware.accelerator_count", count, Source.FLAG, "--gpus"),
        Fact(
            "hardware.accelerator_memory_gib", gpu.memory_gib, Source.CATALOGUE, f"{row}: {nominal}"
        ),
        Fact("hardware.unified_memory", gpu.unified_memory, Source.CATALOGUE, row),
    ]
