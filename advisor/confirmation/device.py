"""Where the trials compute."""

from __future__ import annotations

from advisor.facts import FactBase
from advisor.profilers.hardware.torch_child import ask_torch, torch_is_cpu_build

# The trials import torch anyway, which can take a minute where the disk is cold.
_SECONDS = 120.0
# ROCm answers to the name of CUDA in PyTorch.
_NAMES = {"cuda": "cuda", "rocm": "cuda", "mps": "mps"}


def device_of(facts: FactBase, *, here: bool) -> tuple[str, str]:
    """The device by PyTorch's name, and why it is not the project's; empty if it is.

    The driver may know a card that the installed torch cannot use, and the facts may tell of
    another machine, so torch itself is asked.

    Args:
        facts: tell the project's accelerator.
        here: whether the trials run on this machine.
    """
    wanted = _NAMES.get(str(facts.value("hardware.accelerator")), "cpu")
    if wanted == "cpu" or not here:
        return wanted, ""
    reason = _why_not(wanted)
    if not reason:
        return wanted, ""
    return "cpu", f"The trials run on this machine's CPU, not on {wanted}: {reason}."


def _why_not(wanted: str) -> str:
    """Why torch cannot compute on the device; empty if it can."""
    if torch_is_cpu_build():
        return "the installed torch is a build for the CPU alone"
    survey = ask_torch(timeout_s=_SECONDS).survey
    if _NAMES.get(survey.accelerator or "") == wanted:
        return ""
    return "; ".join(survey.notes) or f"{survey.source} finds {survey.accelerator} instead"
