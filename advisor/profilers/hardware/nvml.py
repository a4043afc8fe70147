"""NVIDIA devices through the driver's library (NVML), those that the environment lets be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.catalogue import find_gpu
from advisor.facts import GIB
from advisor.profilers.hardware.survey import Device, Survey, clean_name


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A device that exists, with the identifier that the variable may name it by.

    The identifier serves this comparison only and is never reported.
    """

    device: Device
    identifier: str
    is_mig_instance: bool = False


def visible_candidates(
    candidates: Sequence[ListedDevice], setting: str | None
) -> list[ListedDevice]:
    """Return the candidates that ``setting`` leaves visible, in its order.

    Args:
        candidates: all devices. The MIG instances of a device carry that device's index.
        setting: the value of CUDA_VISIBLE_DEVICES; None if it is not set.
    """
    if setting is None:
        return list(candidates)
    chosen: list[ListedDevice] = []
    for word in setting.split(","):
        matches = list(_matches(candidates, word.strip()))
        # CUDA ignores everything from the first entry on that names no device.
        if not matches or any(match in chosen for match in matches):
            break
        chosen.extend(matches)
    return chosen


def _matches(candidates: Sequence[ListedDevice], word: str) -> Iterable[ListedDevice]:
    if re.fullmatch(r"[0-9]+", word):
        return [c for c in candidates if c.device.index == int(word)]
    if word.startswith(("GPU-", "MIG-")):
        matches = [c for c in candidates if c.identifier.startswith(word)]
        return matches if len(matches) == 1 else []
    return []


_SOURCE = "NVML"


def survey_nvml(environ: Mapping[str, str]) -> Survey:
    """Look for NVIDIA devices that ``environ`` leaves visible.

    Never raises for a missing, broken or mismatched driver: the notes tell what happened.
    """
    try:
        import pynvml  # noqa: PLC0415 - loads a driver library
    except ImportError:
        return _failure("the Python binding is not installed")
    nvml: Any = pynvml
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        return _no_driver(nvml, error)
    try:
        return _survey(nvml, environ)
    except nvml.NVMLError as error:
        return _failure(f"the driver fails ({_reason(error)})")
    finally:
        nvml.nvmlShutdown()


def _no_driver(nvml: Any, error: Exception) -> Survey:
    absent = (nvml.NVML_ERROR_LIBRARY_NOT_FOUND, nvml.NVML_ERROR_DRIVER_NOT_LOADED)
    if getattr(error, "value", None) in absent:
        return Survey(_SOURCE, None, notes=("NVML: no NVIDIA driver",))
    # A driver that is there but does not answer, for example after an update without a restart.
    return _failure(f"the NVIDIA driver does not answer ({_reason(error)})")


def _failure(note: str) -> Survey:
    return Survey(_SOURCE, None, notes=(f"{_SOURCE}: {note}",), failed=True)


def _survey(nvml: Any, environ: Mapping[str, str]) -> Survey:
    count = nvml.nvmlDeviceGetCount()
    if count == 0:
        return Survey(_SOURCE, None, notes=("NVML: the driver sees no device",))
    notes: list[str] = []
    candidates: list[ListedDevice] = []
    for index in range(count):
        candidates.extend(_candidates(nvml, index, notes))
    if not candidates:
        return _failure("; ".join(notes))
    setting = environ.get("CUDA_VISIBLE_DEVICES")
    chosen = visible_candidates(candidates, setting)
    if not chosen:
        return Survey(_SOURCE, "none", notes=("NVML: CUDA_VISIBLE_DEVICES hides every device",))
    if setting is not None and len(chosen) < len(candidates):
        notes.append(f"CUDA_VISIBLE_DEVICES leaves {len(chosen)} of {len(candidates)}")
    devices = _usable(chosen, notes)
    return Survey(_SOURCE, "cuda", tuple(devices), tuple(notes))


def _candidates(nvml: Any, index: int, notes: list[str]) -> list[ListedDevice]:
    """The device, or its MIG instances; a device that fails is noted and left out."""
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        instances = _mig_instances(nvml, handle)
        return [
            ListedDevice(
                _device(nvml, each, index),
                clean_name(nvml.nvmlDeviceGetUUID(each)),
                is_mig_instance=bool(instances),
            )
            for each in instances or [handle]
        ]
    except nvml.NVMLError as error:
        notes.append(f"device {index} does not answer ({_reason(error)})")
        return []


def _mig_instances(nvml: Any, handle: Any) -> list[Any]:
    try:
        enabled = nvml.nvmlDeviceGetMigMode(handle)[0] == nvml.NVML_DEVICE_MIG_ENABLE
        slots = nvml.nvmlDeviceGetMaxMigDeviceCount(handle) if enabled else 0
    except nvml.NVMLError:  # most devices cannot be partitioned
        return []
    instances = [_mig_instance(nvml, handle, slot) for slot in range(slots)]
    return [instance for instance in instances if instance is not None]


def _mig_instance(nvml: Any, handle: Any, slot: int) -> Any:
    try:
        return nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, slot)
    except nvml.NVMLError:  # an empty slot
        return None


def _device(nvml: Any, handle: Any, index: int) -> Device:
    name = clean_name(nvml.nvmlDeviceGetName(handle))
    try:
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    except nvml.NVMLError as error:
        if getattr(error, "value", None) != nvml.NVML_ERROR_NOT_SUPPORTED:
            raise
        # A device without memory of its own uses the machine's RAM.
        return Device(index, name, None, None, unified=True)
    row = find_gpu(name)
    unified = row is not None and row.unified_memory
    return Device(index, name, memory.total / GIB, memory.free / GIB, unified)


def _usable(chosen: list[ListedDevice], notes: list[str]) -> list[Device]:
    """Leave what one process can use: whole devices, or else a single MIG instance."""
    whole = [c.device for c in chosen if not c.is_mig_instance]
    parts = [c.device for c in chosen if c.is_mig_instance]
    if whole:
        if parts:
            notes.append(f"{len(parts)} MIG instances are left aside")
        return whole
    if len(parts) > 1:
        notes.append(f"a process can use only one of the {len(parts)} MIG instances")
    return [min(parts, key=lambda device: device.free_gib or 0.0)]


def _reason(error: Exception) -> str:
    return clean_name(error) or type(error).__name__
