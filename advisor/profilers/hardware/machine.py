"""RAM, processor cores and disk that this process may use."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from advisor.facts import Fact, Source
from advisor.profilers.hardware.cgroup import CGROUPS, PROC, cpu_quota, memory_left_bytes
from advisor.profilers.hardware.rounding import floor_gib


def ram_fact(proc: Path = PROC, cgroups: Path = CGROUPS) -> Fact:
    """Return the available RAM in GiB, lowered to what the container's limit still leaves.

    Args:
        proc: the mount point of procfs.
        cgroups: the mount point of the control groups.
    """
    memory = psutil.virtual_memory()
    left = memory_left_bytes(proc, cgroups)
    machine = f"{floor_gib(memory.available):.1f} of {floor_gib(memory.total):.1f} GiB available"
    detail = f"psutil: {machine}"
    available = memory.available
    if left is not None and left < available:
        available = left
        detail = f"the container's limit leaves {floor_gib(left):.1f} GiB; psutil: {machine}"
    return _fact("hardware.ram_available_gib", floor_gib(available), detail)


def cpu_fact(proc: Path = PROC, cgroups: Path = CGROUPS) -> Fact:
    """Return the processor cores that this process may use, fractions included.

    Args:
        proc: the mount point of procfs.
        cgroups: the mount point of the control groups.
    """
    logical = psutil.cpu_count() or 1
    cores: int | float = _schedulable(logical)
    detail = f"{cores} of {logical} logical cores"
    quota = cpu_quota(proc, cgroups)
    if quota is not None and quota < cores:
        cores = max(0.01, round(quota, 2))
        detail = f"the container's quota allows {cores:g} of {logical} logical cores"
    return _fact("hardware.cpu_cores", cores, detail)


def disk_fact(folder: Path) -> Fact:
    """Return the free space in GiB for ``folder``, without naming it."""
    usage = psutil.disk_usage(str(folder))
    free, total = floor_gib(usage.free), floor_gib(usage.total)
    detail = f"psutil: {free:.1f} of {total:.1f} GiB free for the current folder"
    return _fact("hardware.disk_free_gib", free, detail)


def _schedulable(logical: int) -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # missing on macOS and Windows
    return len(affinity(0)) if affinity else logical


def _fact(key: str, value: float, detail: str) -> Fact:
    return Fact(key, value, Source.DETECTED, detail)
