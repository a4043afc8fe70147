"""In which order accelerators are looked for, Apple's among them."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psutil

from advisor.facts import GIB
from advisor.profilers.hardware.nvml import survey_nvml
from advisor.profilers.hardware.survey import Device, Survey, clean_name
from advisor.profilers.hardware.torch_child import (
    ask_torch,
    run_child,
    torch_installed,
    torch_is_cpu_build,
)

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
