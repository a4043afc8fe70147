"""Child processes that may crash or hang; in one torch is asked, and read with suspicion."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.catalogue import find_gpu
from advisor.facts import GIB
from advisor.profilers.hardware.survey import Device, Survey, clean_name
from advisor.support import AdvisorError, isolated, parse_json


@dataclass(frozen=True, slots=True)
class ChildResult:
    """How a child process ended.

    Attributes:
        output: what it wrote to standard output.
        trouble: why it did not end well, as words to show; empty if it did.
    """

    output: str
    trouble: str = ""


def run_child(command: Sequence[str], *, timeout_s: float) -> ChildResult:
    """Run ``command`` to its end, or kill it with all its descendants after ``timeout_s`` seconds.

    Never raises for anything that the child does.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the program's own command, without a shell
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return ChildResult("", f"could not be started ({error.strerror})")
    with process:
        try:
            output = process.communicate(timeout=timeout_s)[0]
        except subprocess.TimeoutExpired:
            _kill(process)
            return ChildResult("", f"gave no answer in {timeout_s:g} s")
        except BaseException:  # an interrupt by the user must not leave the child behind
            _kill(process)
            raise
    text = output.decode("utf-8", "replace")
    return ChildResult(text, _ending(process.returncode))


def _ending(code: int) -> str:
    if code == 0:
        return ""
    if code < 0:
        return f"was ended by signal {-code}"
    return f"stopped with exit code {code}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole process group, since a child of the child could keep the pipe open."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()


_SOURCE = "torch"
_PROBE = Path(__file__).with_name("torch_probe.py")
_ACCELERATORS = ("cuda", "rocm", "mps", "xpu")


@dataclass(frozen=True, slots=True)
class TorchAnswer:
    """What torch said about itself.

    Attributes:
        version: torch's version, "" if it did not answer.
        build: the backend it was built for, such as "CUDA 12.8"; "CPU only" if none.
        survey: its devices, or the note of what went wrong.
    """

    version: str
    build: str
    survey: Survey


def torch_installed() -> bool:
    """Whether torch can be imported, found out without importing it."""
    return importlib.util.find_spec("torch") is not None


def torch_is_cpu_build() -> bool:
    """Whether the installed torch says by its version that it knows no accelerator."""
    try:
        return importlib.metadata.version("torch").endswith("+cpu")
    except importlib.metadata.PackageNotFoundError:
        return False


def ask_torch(*, timeout_s: float) -> TorchAnswer:
    """Ask the installed torch, waiting at most ``timeout_s`` seconds.

    A crash, a hang or an answer that makes no sense becomes a note of the survey.
    """
    result = run_child(isolated(_PROBE), timeout_s=timeout_s)
    if result.trouble:
        return _failure(f"torch {result.trouble}")
    try:
        return _read(parse_json(result.output.rstrip("\n").rpartition("\n")[2], where=_SOURCE))
    except (AdvisorError, KeyError, TypeError, ValueError):
        return _failure("torch gave an answer that cannot be read")


def _failure(note: str) -> TorchAnswer:
    return TorchAnswer("", "", Survey(_SOURCE, None, notes=(note,), failed=True))


def _read(report: dict[str, Any]) -> TorchAnswer:
    version = clean_name(report["version"])
    build = "CPU only"
    if report["cuda"]:
        build = f"CUDA {clean_name(report['cuda'])}"
    elif report["hip"]:
        build = f"ROCm {clean_name(report['hip'])}"
    elif report["accelerator"] in ("xpu", "mps"):
        build = report["accelerator"]
    return TorchAnswer(version, build, _survey(version, report))


def _survey(version: str, report: dict[str, Any]) -> Survey:
    source = f"{_SOURCE} {version}"
    accelerator = report["accelerator"]
    if accelerator not in _ACCELERATORS:
        return Survey(source, None, notes=(f"{source} finds no accelerator",))
    devices = [_device(index, raw, accelerator) for index, raw in enumerate(report["devices"])]
    notes: list[str] = []
    own_memory = [device for device in devices if not device.unified]
    if own_memory and len(own_memory) < len(devices):
        notes.append("the integrated GPU is not counted")
        devices = own_memory
    if not devices:
        return Survey(source, None, notes=(f"{source} finds no accelerator",))
    return Survey(source, accelerator, tuple(devices), tuple(notes))


def _device(index: int, raw: dict[str, Any], accelerator: str) -> Device:
    name = clean_name(raw["name"])
    row = find_gpu(name)
    unified = bool(raw["integrated"]) or accelerator == "mps"
    unified = unified or (row is not None and row.unified_memory)
    free = None if raw["free"] is None else max(0.0, float(raw["free"]) / GIB)
    return Device(index, name, float(raw["total"]) / GIB, free, unified)
