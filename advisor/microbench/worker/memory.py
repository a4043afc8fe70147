"""The most memory that a process, or a GPU on its behalf, has held."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch

_T = TypeVar("_T")
_STATUS = Path("/proc/self/status")
# Writing "5" here makes the high-water mark start again from what is held now.
_CLEAR = Path("/proc/self/clear_refs")
# How PyTorch says that an allocation failed, the last one where oneDNN has no room for its code.
_NO_MEMORY = (
    "out of memory", "allocate memory", "not enough memory", "could not create a primitive",
)  # fmt: skip


class MemoryMeter:
    """The high-water mark since it was made, which is after loading.

    Loading can take more memory than training, and would hide it. Apple's GPUs tell only what they
    have handed out now; PyTorch keeps most of what it frees, so the highest of all looks is near.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._earlier = 0
        self._held = 0
        self._restart()

    def peak(self) -> int:
        """Bytes, without what the micro-benchmark holds for itself."""
        self._earlier = max(self._earlier, self._mark() - self._held)
        return self._earlier

    def hold(self, size: int) -> None:
        """From now on so many bytes of the host are the micro-benchmark's own, such as a copy."""
        if self._device != "cpu":
            return
        self.peak()
        self._held = size
        self._restart()

    def _mark(self) -> int:
        if self._device == "cuda":
            return int(torch.cuda.max_memory_reserved())
        if self._device == "mps":
            return int(torch.mps.driver_allocated_memory())
        return _process_mark()

    def _restart(self) -> None:
        if self._device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        else:
            # A system that does not let it start again leaves the mark of the process's whole life.
            with contextlib.suppress(OSError):
                _CLEAR.write_text("5")


def limit_device_memory(device: str, most: int | None) -> None:
    """Let this process hold so many bytes of an accelerator, and no more; None sets no limit."""
    if most is None or device == "cpu":
        return
    if device == "cuda":
        whole = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(min(most / whole, 1.0))
    else:
        torch.mps.set_per_process_memory_fraction(most / torch.mps.recommended_max_memory())


class Reserved:
    """Memory that the process has reserved since this was made; 0 where the system does not say."""

    def __init__(self) -> None:
        self._start = _told("VmSize:")

    def growth(self) -> int:
        """Bytes at the highest."""
        return max(_told("VmPeak:") - self._start, 0)


def out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory ran out, on the host or on a device."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return any(words in str(error).lower() for words in _NO_MEMORY)


def in_memory(measure: Callable[[], _T]) -> _T | None:
    """What is measured, or None where it takes too much memory, which spoils nothing else."""
    try:
        return measure()
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        return None


def _process_mark() -> int:
    """The process's high-water mark in bytes; on other systems that of its whole life."""
    if told := _told("VmHWM:"):
        return told
    import resource  # noqa: PLC0415 - not on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _told(name: str) -> int:
    """Bytes that the system tells under a name; 0 where it does not."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0
