"""A health check of the surroundings, safe to paste into a bug report.

Each check is timed and isolated: one that crashes is reported as failed, and the others still
run. Texts name no host, user, path or address.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from advisor.profilers.hardware.machine import cpu_fact, disk_fact, ram_fact
from advisor.profilers.hardware.nvml import survey_nvml
from advisor.profilers.hardware.survey import Device, floor_gib
from advisor.profilers.hardware.torch_child import ask_torch, torch_installed

CheckStatus = Literal["ok", "warning", "missing", "failed"]


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check.

    Attributes:
        name: what was checked.
        status: ``ok``; ``warning`` where something is usable but limited; ``missing`` where an
            optional part is absent; ``failed`` where the check could not be carried out.
        text: what was found, on one line.
        seconds: how long the check took.
    """

    name: str
    status: CheckStatus
    text: str
    seconds: float


def run_checks(*, network: bool = False, timeout_s: float = 20) -> list[Check]:
    """Run all checks, in a fixed order.

    Args:
        network: whether to send one request to the model hub.
        timeout_s: the longest time in seconds to wait for torch.
    """
    checks: list[tuple[str, Callable[[], tuple[CheckStatus, str]]]] = [
        ("python", check_python),
        ("system", check_system),
        ("cpu", check_cpu),
        ("ram", check_ram),
        ("disk", check_disk),
        ("nvml", check_nvml),
        ("torch", lambda: check_torch(timeout_s)),
        *((name, _package_check(name)) for name in OPTIONAL_PACKAGES),
        ("network", lambda: check_network(ask=network)),
        ("cache", check_cache),
    ]
    return [run_check(name, check) for name, check in checks]


def run_check(name: str, check: Callable[[], tuple[CheckStatus, str]]) -> Check:
    """Run one check; whatever it raises becomes the status ``failed``.

    Only the exception's type is told, since its message may hold a path or a host.
    """
    start = time.perf_counter()
    status: CheckStatus
    try:
        status, text = check()
    except Exception as error:  # noqa: BLE001 - a crashed check must not crash the doctor
        status, text = "failed", f"the check itself failed ({type(error).__name__})"
    return Check(name, status, text, time.perf_counter() - start)


def _package_check(name: str) -> Callable[[], tuple[CheckStatus, str]]:
    return lambda: check_package(name)


CheckResult = tuple[Literal["ok", "warning", "missing", "failed"], str]

OPTIONAL_PACKAGES = ("transformers", "peft", "tokenizers", "pyarrow")
_HUB = "https://huggingface.co"
_HUB_TIMEOUT_S = 3
# Below these a check warns: results no longer fit, or hardly any model can be loaded.
_LITTLE_DISK_GIB = 5
_LITTLE_RAM_GIB = 4


def check_python() -> CheckResult:
    """Which Python runs the program."""
    return "ok", f"{platform.python_implementation()} {platform.python_version()}"


def check_system() -> CheckResult:
    """The operating system and processor architecture."""
    return "ok", f"{platform.system()} {platform.machine()}"


def check_cpu() -> CheckResult:
    """Cores, with a container's quota."""
    return "ok", cpu_fact().detail


def check_ram() -> CheckResult:
    """Available RAM, with a container's limit."""
    fact = ram_fact()
    little = isinstance(fact.value, float) and fact.value < _LITTLE_RAM_GIB
    return ("warning" if little else "ok"), fact.detail


def check_disk() -> CheckResult:
    """Free disk for the current folder."""
    fact = disk_fact(Path.cwd())
    little = isinstance(fact.value, float) and fact.value < _LITTLE_DISK_GIB
    return ("warning" if little else "ok"), fact.detail


def check_nvml() -> CheckResult:
    """NVIDIA devices by the driver itself."""
    survey = survey_nvml(os.environ)
    found = [_describe(device) for device in survey.devices]
    text = "; ".join([*found, *survey.notes])
    if survey.failed:
        return "failed", text
    if survey.accelerator is None:
        return "missing", text
    return ("ok" if found else "warning"), text


def check_torch(timeout_s: float) -> CheckResult:
    """Torch's version, build and devices, asked in a child process."""
    if not torch_installed():
        return "missing", "not installed; only training and micro-benchmarks need it"
    answer = ask_torch(timeout_s=timeout_s)
    if answer.survey.failed:
        return "failed", "; ".join(answer.survey.notes)
    build = f"{answer.version}, {answer.build}"
    found = [_describe(device) for device in answer.survey.devices]
    if not found and survey_nvml(os.environ).devices:
        return "warning", f"{build}; it cannot use the NVIDIA device that the driver sees"
    return "ok", "; ".join([build, *(found or ["no accelerator"])])


def check_package(name: str) -> CheckResult:
    """An optional package's version, read from its metadata without importing it."""
    try:
        return "ok", importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing", "not installed"


def check_network(*, ask: bool) -> CheckResult:
    """Whether the model hub answers; asked only on request."""
    if not ask:
        return "ok", "not tested"
    endpoint = os.environ.get("HF_ENDPOINT") or _HUB
    if not endpoint.startswith(("https://", "http://")):
        return "failed", "HF_ENDPOINT is not a web address"
    request = urllib.request.Request(endpoint, method="HEAD")  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=_HUB_TIMEOUT_S):  # noqa: S310
            return "ok", "the model hub answers"
    except urllib.error.HTTPError as error:
        return "ok", f"the model hub answers with status {error.code}"
    except OSError:
        return "warning", f"the model hub does not answer within {_HUB_TIMEOUT_S} s; work offline"


def check_cache() -> CheckResult:
    """Whether models can be stored where the model hub's library keeps them."""
    folder = _cache_folder()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = floor_gib(psutil.disk_usage(str(folder)).free)
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return "warning", "the model cache is not writable"
    return "ok", f"the model cache is writable; {free:.1f} GiB free"


def _cache_folder() -> Path:
    named = os.environ.get("HF_HUB_CACHE") or os.environ.get("HF_HOME")
    if named:
        return Path(named).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "huggingface"


def _describe(device: Device) -> str:
    name = device.name or "unnamed device"
    if device.free_gib is None or device.total_gib is None:
        return f"{name} (shares the RAM)" if device.unified else name
    return f"{name} ({device.free_gib:.1f} of {device.total_gib:.1f} GiB free)"
