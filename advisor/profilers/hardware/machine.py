"""Memory, processors and disk of this machine, within the limits of its control groups.

In a container the kernel still reports the whole machine; the limits stand in the control groups,
of version 1 or 2, and the tightest on the way from the process's own group up to the root counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import psutil

from advisor.facts import Fact, Source
from advisor.profilers.hardware.survey import floor_gib

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")


def memory_left_bytes(proc: Path = PROC, cgroups: Path = CGROUPS) -> int | None:
    """Return the bytes that the tightest memory limit still leaves, or None without a limit.

    Args:
        proc: the mount point of procfs.
        cgroups: the mount point of the control groups.
    """
    left = [
        *(_left(group, "memory.max", "memory.current", "") for group in _v2(proc, cgroups)),
        *(
            _left(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
            for group in _v1(proc, cgroups, "memory")
        ),
    ]
    known = [amount for amount in left if amount is not None]
    return min(known) if known else None


def cpu_quota(proc: Path = PROC, cgroups: Path = CGROUPS) -> float | None:
    """Return the processor time allowed, in cores and fractions of one, or None without a quota.

    Args:
        proc: the mount point of procfs.
        cgroups: the mount point of the control groups.
    """
    quotas = [_cores(_words(group / "cpu.max")) for group in _v2(proc, cgroups)]
    quotas += [
        _cores([*_words(group / "cpu.cfs_quota_us"), *_words(group / "cpu.cfs_period_us")])
        for group in _v1(proc, cgroups, "cpu")
    ]
    known = [quota for quota in quotas if quota is not None]
    return min(known) if known else None


def _left(group: Path, limit_file: str, usage_file: str, prefix: str) -> int | None:
    limit = _number(_words(group / limit_file))
    if limit is None:
        return None
    usage = _number(_words(group / usage_file)) or 0
    # Cached file pages count as usage but are given back as soon as memory is wanted.
    cache = _statistic(group / "memory.stat", f"{prefix}inactive_file")
    return max(0, limit - max(0, usage - cache))


def _cores(words: list[str]) -> float | None:
    quota, period = _number(words[:1]), _number(words[1:])
    # "max" in version 2 and -1 in version 1 mean that there is no quota.
    if quota is None or period is None or quota <= 0 or period <= 0:
        return None
    return quota / period


def _v2(proc: Path, cgroups: Path) -> Iterator[Path]:
    path = _own_groups(proc).get("")
    mount = cgroups if (cgroups / "cgroup.controllers").exists() else cgroups / "unified"
    return _up_to_root(mount, path) if path is not None else iter(())


def _v1(proc: Path, cgroups: Path, controller: str) -> Iterator[Path]:
    for controllers, path in _own_groups(proc).items():
        if controller not in controllers.split(","):
            continue
        together = cgroups / controllers
        yield from _up_to_root(together if together.is_dir() else cgroups / controller, path)


def _own_groups(proc: Path) -> dict[str, str]:
    """The groups of this process by controllers; version 2 has the empty name."""
    groups: dict[str, str] = {}
    for line in _text(proc / "self" / "cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        groups[controllers] = path
    return groups


def _up_to_root(mount: Path, path: str) -> Iterator[Path]:
    """The group's folder and those above it; folders that a container does not see are absent."""
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..")]
    for length in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:length])


def _statistic(file: Path, name: str) -> int:
    for line in _text(file).splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return _number([value]) or 0
    return 0


def _number(words: list[str]) -> int | None:
    return int(words[0]) if words and words[0].isdecimal() else None


def _words(file: Path) -> list[str]:
    return _text(file).split()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


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
