"""Training time from operations and device rate: provisional, and compute-bound only."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.catalogue.gpus import find_gpu
from advisor.catalogue.tables import Method, closed_form
from advisor.estimate.job import Job, bounds, device_count
from advisor.facts import FactBase, Value

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Operations a second of all devices together, from the slowest to the fastest case.

    ``expected`` brackets what training usually reaches, ``best`` what is never exceeded in
    practice; both are ranges where the device is not known exactly.
    """

    expected: tuple[float, float]
    best: tuple[float, float]
    basis: str


def device_rates(facts: FactBase) -> Rates | None:
    """Return the rates of the detected or named device, or None if no device is known."""
    table = closed_form()
    accelerator = facts.value("hardware.accelerator")
    if accelerator == "none":
        cores = bounds(facts, "hardware.cpu_cores")
        basis = f"{cores[1]:g} CPU cores" if cores else "CPU cores unknown"
        low, high = cores or facts.vocabulary["hardware.cpu_cores"].range or (1.0, 1.0)
        per_core = table["cpu_gflops_per_core"]
        return Rates(
            (low * per_core["expected"] * 1e9, high * per_core["expected"] * 1e9),
            (low * per_core["optimistic"] * 1e9, high * per_core["optimistic"] * 1e9),
            basis,
        )
    memory = bounds(facts, "hardware.accelerator_memory_gib")
    if not isinstance(accelerator, str) and not (memory and memory[1] > 0):
        return None
    count = device_count(facts)
    low, high, basis = _accelerator_tflops(facts, accelerator)
    share = table["utilisation"]
    return Rates(
        (
            low * count[0] * share["expected"] * 1e12,
            high * count[1] * share["expected"] * 1e12,
        ),
        (
            low * count[0] * share["optimistic"] * 1e12,
            high * count[1] * share["optimistic"] * 1e12,
        ),
        basis,
    )


def _accelerator_tflops(facts: FactBase, accelerator: Value) -> tuple[float, float, str]:
    name = facts.value("hardware.accelerator_name")
    gpu = find_gpu(name) if isinstance(name, str) else None
    rate = (gpu.bf16_tflops or gpu.fp16_tflops) if gpu else None
    if gpu and rate:
        return rate, rate, f"{gpu.name}, {rate:g} TFLOP/s peak"
    ranges: dict[str, list[float]] = closed_form()["unknown_device_tflops"]
    kinds = [accelerator] if isinstance(accelerator, str) else list(ranges)
    low, high = min(ranges[k][0] for k in kinds), max(ranges[k][1] for k in kinds)
    return low, high, f"device not in the table, any {' or '.join(kinds)} device taken"


def training_operations(
    method: Method, job: Job, examples: float, tokens: float, *, optimistic: bool
) -> float:
    """Floating-point operations of one training run.

    Args:
        method: decides the operations for each parameter and token, and the epochs.
        job: the model.
        examples: training examples.
        tokens: the median length of an example, virtual tokens left out.
        optimistic: one epoch without recomputation, for a bound that no run stays below.
    """
    table = closed_form()
    per_token: dict[str, float] = table["optimistic_operations" if optimistic else "operations"]
    operations = per_token.get(method.id, per_token["frozen_base"])
    epochs = table["least_epochs"] if optimistic else float(method.recipe["epochs"])
    length = tokens + float(method.recipe.get("virtual_tokens", 0))
    return float(operations * job.parameters * examples * length * epochs)


def hours(operations: float, rate: float) -> float:
    """Hours that the operations take at the rate (operations a second)."""
    return operations / rate / _SECONDS_PER_HOUR
