"""Facts of hardware that is planned, from the table of accelerators."""

from __future__ import annotations

from advisor.catalogue.gpus import require_gpu
from advisor.facts import Fact, Source, load_vocabulary
from advisor.facts.reading import read_value
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
    fact_type = load_vocabulary()["hardware.accelerator_count"]
    read_value(fact_type, count, where="--gpus")
    gpu = require_gpu(gpu_name)
    nominal = "nominal; an idle device has a little less free"
    if gpu.unified_memory:
        nominal = "nominal RAM that the device shares; the system and programs need some of it"
    row = f"--gpu; GPU table, {gpu.read}"
    # Whoever names a device means all that the table says of it, so all of it has a flag's weight.
    return [
        Fact(key, value, Source.FLAG, detail)
        for key, value, detail in (
            ("hardware.accelerator", gpu.accelerator, row),
            ("hardware.accelerator_name", gpu.name, "--gpu"),
            ("hardware.accelerator_count", count, "--gpus"),
            ("hardware.accelerator_memory_gib", gpu.memory_gib, f"{row}: {nominal}"),
            ("hardware.unified_memory", gpu.unified_memory, row),
        )
    ]
