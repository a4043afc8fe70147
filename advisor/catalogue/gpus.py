"""The table of training accelerators: names, memory and peak rates, each row with its source."""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass
from typing import Any

from advisor.catalogue.tables import load_table
from advisor.support import AdvisorError

# A card's total differs by some tens of MiB between driver versions, and by a sixteenth with error
# correction; the memory variants of one name differ by a fifth or more.
_SAME_MEMORY = 0.1


@dataclass(frozen=True, slots=True)
class Gpu:
    """One row of the table.

    Attributes:
        name: the row's own name, such as ``A100 80GB SXM``.
        aliases: the driver's exact strings and usual spellings of this row alone.
        accelerator: ``cuda``, ``rocm``, ``mps`` or ``xpu``.
        memory_gib: total memory in GiB as the driver reports it; more than what is free.
        unified_memory: whether this memory is the machine's RAM.
        bandwidth_gb_per_s: peak memory bandwidth in 1e9 bytes per second.
        bf16_tflops: peak dense bfloat16 matrix rate; None before bfloat16, or if unpublished.
        fp16_tflops: peak dense float16 matrix rate, for devices without bfloat16.
        source: the vendor's document.
        read: the month in which the row was last checked, as ``YYYY-MM``.
        shared_names: spellings that other rows carry too, such as ``A100``.
    """

    name: str
    aliases: tuple[str, ...]
    accelerator: str
    memory_gib: float
    unified_memory: bool
    bandwidth_gb_per_s: float
    bf16_tflops: float | None
    fp16_tflops: float | None
    source: str
    read: str
    shared_names: tuple[str, ...] = ()


@functools.cache
def load_gpus() -> tuple[Gpu, ...]:
    """Return the rows of the table that ships with the package."""
    table = load_table("gpus.yaml")
    return tuple(_gpu(entry) for entry in table["gpus"])


def find_gpu(name: str, *, memory_gib: float | None = None) -> Gpu | None:
    """Return the row called exactly ``name``, ignoring case and white space, or None.

    Args:
        name: a row's name, or a driver's or usual name of it. Nothing is matched by similarity.
        memory_gib: the device's total memory, which tells apart rows that share the name.
    """
    key = _normal(name)
    unique, shared = _index()
    if key in unique:
        return unique[key]
    if memory_gib is None:
        return None
    alike = [
        gpu
        for gpu in shared.get(key, ())
        if abs(gpu.memory_gib - memory_gib) <= _SAME_MEMORY * gpu.memory_gib
    ]
    return alike[0] if len(alike) == 1 else None


def require_gpu(name: str) -> Gpu:
    """Return the row called exactly ``name``.

    Raises:
        AdvisorError: if there is none, naming close ones, or if several rows share the name,
            listing them.
    """
    gpu = find_gpu(name)
    if gpu is not None:
        return gpu
    shown = " ".join(name.split())[:80]
    rows = _index()[1].get(_normal(name), ())
    if rows:
        raise AdvisorError(
            f"{shown!r} is the name of {len(rows)} devices in the GPU table",
            hint="choose one of " + ", ".join(repr(gpu.name) for gpu in rows),
        )
    raise AdvisorError(
        f"the GPU table has no device named {shown!r}",
        hint=_suggestion(name)
        or "state hardware.accelerator and hardware.accelerator_memory_gib instead",
    )


@functools.cache
def _index() -> tuple[dict[str, Gpu], dict[str, tuple[Gpu, ...]]]:
    unique: dict[str, Gpu] = {}
    shared: dict[str, tuple[Gpu, ...]] = {}
    for gpu in load_gpus():
        for spelling in (gpu.name, *gpu.aliases):
            unique[_normal(spelling)] = gpu
        for spelling in gpu.shared_names:
            shared[_normal(spelling)] = (*shared.get(_normal(spelling), ()), gpu)
    return unique, shared


def _normal(name: str) -> str:
    return " ".join(name.split()).casefold()


def _suggestion(name: str) -> str:
    """Compare with every spelling, but offer the rows' own names, each once."""
    rows = {
        _normal(spelling): gpu.name
        for gpu in load_gpus()
        for spelling in (*gpu.shared_names, *gpu.aliases, gpu.name)
    }
    close = difflib.get_close_matches(_normal(name)[:200], rows, n=6, cutoff=0.6)
    names = list(dict.fromkeys(rows[spelling] for spelling in close))
    return f"did you mean {' or '.join(names[:3])}?" if names else ""


def _gpu(entry: dict[str, Any]) -> Gpu:
    return Gpu(
        name=entry["name"],
        aliases=tuple(entry.get("aliases", ())),
        accelerator=entry["accelerator"],
        memory_gib=entry["memory_gib"],
        unified_memory=entry["unified_memory"],
        bandwidth_gb_per_s=entry["bandwidth_gb_per_s"],
        bf16_tflops=entry.get("bf16_tflops"),
        fp16_tflops=entry.get("fp16_tflops"),
        source=entry["source"],
        read=entry["read"],
        shared_names=tuple(entry.get("shared_names", ())),
    )
