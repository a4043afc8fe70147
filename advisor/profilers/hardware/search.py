"""In which order accelerators are looked for, so that a machine without one answers at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psutil

from advisor.profilers.hardware.apple import chip_name, is_apple_silicon, survey_apple
from advisor.profilers.hardware.nvml import survey_nvml
from advisor.profilers.hardware.survey import Survey
from advisor.profilers.hardware.torch_child import ask_torch, torch_installed, torch_is_cpu_build

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
