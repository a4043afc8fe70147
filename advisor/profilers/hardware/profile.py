"""Which accelerators are found, by the cheapest way that can answer; facts of the machine."""

from __future__ import annotations

import os
import platform
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psutil

from advisor.catalogue import find_gpu, require_gpu
from advisor.facts import GIB, Fact, Source, Value, load_vocabulary, read_value
from advisor.profilers.hardware.machine import cpu_fact, disk_fact, ram_fact
from advisor.profilers.hardware.nvml import survey_nvml
from advisor.profilers.hardware.survey import Device, Survey, clean_name, floor_hundredths
from advisor.profilers.hardware.torch_child import (
    ask_torch,
    run_child,
    torch_installed,
    torch_is_cpu_build,
)
from advisor.support import AdvisorError

# Metal's advice for the largest working set of one process is about two thirds of the RAM on
# machines up to 36 GiB and about three quarters above; the smaller share holds for all of them.
_WORKING_SET_SHARE = 2 / 3


def is_apple_silicon() -> bool:
    """Whether this process runs natively on a Mac with an Apple chip."""
    return sys.platform == "darwin" and platform.machine() == "arm64"


def chip_name() -> str:
    """The chip's name, such as "Apple M2 Max"; "" if the system does not tell."""
    command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
    return clean_name(run_child(command, timeout_s=2).output)


def survey_apple(ram_total_bytes: int) -> Survey:
    """The GPU of an Apple chip, with the part of the RAM that the system lets it use."""
    share_gib = ram_total_bytes * _WORKING_SET_SHARE / GIB
    device = Device(0, chip_name(), share_gib, share_gib, unified=True)
    note = "the system lets the GPU use about two thirds of the RAM"
    return Survey("macOS", "mps", (device,), (note,))


_DEVICE_NODES = ("kfd", "dri", "nvidiactl", "nvhost-ctrl", "dxg")
_VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "ZE_AFFINITY_MASK",
)


def find_accelerators(*, use_torch: bool, timeout_s: float) -> Survey:
    """Look for accelerators by the cheapest way that can answer.

    NVML answers for NVIDIA in milliseconds. torch, which takes seconds, is asked only where NVML
    found nothing and something hints at another accelerator.
    """
    nvml = survey_nvml(os.environ)
    if nvml.accelerator is not None:
        return nvml
    surveys = [nvml]
    if use_torch and torch_may_know(os.environ):
        answer = ask_torch(timeout_s=timeout_s).survey
        if answer.accelerator is not None:
            return _with_name(answer)
        surveys.append(answer)
    if is_apple_silicon():
        return survey_apple(psutil.virtual_memory().total)
    return _nothing(surveys)


def torch_may_know(environ: Mapping[str, str], dev: Path = Path("/dev")) -> bool:
    """Whether torch is installed and there is some sign of an accelerator for it.

    Args:
        environ: the environment; a variable that selects devices is a sign.
        dev: the folder of device nodes.
    """
    if not torch_installed() or torch_is_cpu_build():
        return False
    signs = any(environ.get(variable) for variable in _VARIABLES)
    nodes = any((dev / node).exists() for node in _DEVICE_NODES)
    # Windows shows no device nodes, so there every build for an accelerator is asked.
    return signs or nodes or is_apple_silicon() or sys.platform == "win32"


def _with_name(survey: Survey) -> Survey:
    """Name the chip where torch does not: it gives no names on Apple devices."""
    if survey.accelerator != "mps":
        return survey
    name = chip_name()
    return replace(survey, devices=tuple(replace(d, name=name) for d in survey.devices))


def _nothing(surveys: list[Survey]) -> Survey:
    notes = [note for survey in surveys for note in survey.notes]
    failed = any(survey.failed for survey in surveys)
    if Path("/dev/kfd").exists() and not torch_installed():
        notes.append("an AMD compute device is present, but only torch can tell more about it")
        failed = True
    return Survey("", None if failed else "none", notes=tuple(notes), failed=failed)


# Kinds whose driver reports a share of the RAM without regard to what programs on the CPU use.
_CAPPED_BY_RAM = ("cuda", "mps")


def profile_hardware(*, use_torch: bool = True, timeout_s: float = 20) -> list[Fact]:
    """Return what this machine can train on, as facts with the source ``detected``.

    Memory is the free memory of one device, the least of the devices that can be used, and never
    a sum. Where a driver fails, ``hardware.accelerator`` is unknown and its detail says why.

    Args:
        use_torch: whether torch may be asked, in a child process, where NVML finds nothing.
        timeout_s: the longest time in seconds to wait for torch.
    """
    ram = ram_fact()
    survey = find_accelerators(use_torch=use_torch, timeout_s=timeout_s)
    ram_gib = ram.value if isinstance(ram.value, float) else 0.0
    return [
        *accelerator_facts(survey, ram_gib=ram_gib),
        ram,
        cpu_fact(),
        disk_fact(Path.cwd()),
    ]


def accelerator_facts(survey: Survey, *, ram_gib: float) -> list[Fact]:
    """Return the facts that a survey of accelerators supports.

    Args:
        survey: what was found.
        ram_gib: available RAM in GiB, which bounds the memory of a device that shares it.
    """
    notes = "; ".join(survey.notes)
    if not survey.devices:
        return [_fact("accelerator", survey.accelerator, notes)]
    free = [_free_gib(device, survey, ram_gib) for device in survey.devices]
    known = [(amount, i) for i, amount in enumerate(free) if amount is not None]
    least = survey.devices[min(known)[1] if known else 0]
    facts = [
        _fact("accelerator", survey.accelerator, notes or f"{survey.source} answers"),
        _fact("accelerator_count", len(survey.devices), _count_detail(survey)),
        _fact("unified_memory", least.unified, _unified_detail(survey, least)),
    ]
    if least.name:
        facts.append(_name_fact(survey, least))
    if known:
        amount = min(known)[0]
        detail = _memory_detail(survey, least, amount)
        facts.append(_fact("accelerator_memory_gib", amount, detail))
    return facts


def _free_gib(device: Device, survey: Survey, ram_gib: float) -> float | None:
    """Free memory of a device, rounded down once: the RAM that may bound it has been already."""
    if device.free_gib is None:
        return ram_gib if device.unified else None
    free = floor_hundredths(device.free_gib)
    return min(free, ram_gib) if device.unified and survey.accelerator in _CAPPED_BY_RAM else free


def _memory_detail(survey: Survey, device: Device, amount: float) -> str:
    if device.unified:
        return f"{survey.source}: {amount:.1f} GiB of the RAM that device {device.index} shares"
    total = f"{device.total_gib:.1f}" if device.total_gib is not None else "?"
    detail = f"{survey.source}: {amount:.1f} of {total} GiB free on device {device.index}"
    count = len(survey.devices)
    return f"{detail}, the least of {count} devices" if count > 1 else detail


def _count_detail(survey: Survey) -> str:
    names = Counter(device.name or "unnamed" for device in survey.devices)
    listed = ", ".join(f"{count} x {name}" for name, count in names.items())
    if len(names) == 1:
        return f"{survey.source}: {listed}"
    return (
        f"{survey.source}: different devices ({listed}); the least free memory counts for all, "
        "so choose with the driver's visibility variable if that is not meant"
    )


def _name_fact(survey: Survey, device: Device) -> Fact:
    """Name the device, with the table's own name where the driver's stands for several rows."""
    detail = f"{survey.source}: device {device.index}"
    if find_gpu(device.name) is None:
        row = find_gpu(device.name, memory_gib=device.total_gib)
        if row is not None:
            told = f"{device.name}, told apart by its {device.total_gib:.1f} GiB"
            return _fact("accelerator_name", row.name, f"{survey.source}: {told}")
    return _fact("accelerator_name", device.name, detail)


def _unified_detail(survey: Survey, device: Device) -> str:
    shares = "shares the machine's RAM" if device.unified else "has memory of its own"
    return f"{survey.source}: device {device.index} {shares}"


def _fact(name: str, value: Value, detail: str) -> Fact:
    return Fact(f"hardware.{name}", value, Source.DETECTED, detail)


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
