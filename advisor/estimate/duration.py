"""How fast the detected or named device is, and how long a training run takes on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from advisor.catalogue import assumptions, timing
from advisor.estimate.assumed import assumed_settings
from advisor.estimate.closed import work_of
from advisor.estimate.job import TrainingJob, bounds, device_count
from advisor.estimate.roofline import DeviceSpeed, step_seconds
from advisor.estimate.target import named_gpu
from advisor.facts import FactBase, Value
from advisor.methods import Method

_SECONDS_PER_HOUR = 3600.0
_TERA, _GIGA, _MEGA = 1e12, 1e9, 1e6


@dataclass(frozen=True, slots=True)
class Speeds:
    """The speed of one device, from the slowest to the fastest that it can be.

    ``expected`` is what training usually reaches, ``best`` what is never exceeded in practice;
    both are ranges where the device is not known exactly.
    """

    expected: tuple[DeviceSpeed, DeviceSpeed]
    best: tuple[DeviceSpeed, DeviceSpeed]
    devices: tuple[float, float]


def device_speeds(facts: FactBase) -> Speeds | None:
    """The speeds of the detected or named device, or None if no device is known."""
    accelerator = facts.value("hardware.accelerator")
    if accelerator == "none":
        cores = bounds(facts, "hardware.cpu_cores")
        basis = f"{cores[1]:g} CPU cores" if cores else "CPU cores unknown"
        low, high = cores or facts.vocabulary["hardware.cpu_cores"].range or (1.0, 1.0)
        expected = cpu_speed(low, "expected", basis), cpu_speed(high, "expected", basis)
        best = cpu_speed(low, "best", basis), cpu_speed(high, "best", basis)
        return Speeds(expected, best, (1.0, 1.0))
    memory = bounds(facts, "hardware.accelerator_memory_gib")
    if not isinstance(accelerator, str) and not (memory and memory[1] > 0):
        return None
    tflops, gigabytes, basis = _data_sheet(facts, accelerator)
    expected, best = (
        (
            accelerator_speed(tflops[0], gigabytes[0], basis, best=which),
            accelerator_speed(tflops[1], gigabytes[1], basis, best=which),
        )
        for which in (False, True)
    )
    return Speeds(expected, best, device_count(facts))


def cpu_speed(cores: float, which: str, basis: str) -> DeviceSpeed:
    """A CPU that was not probed; `which` is ``expected`` or ``best``."""
    core = timing()["cpu_core"]
    flops = cores * core["gflops"][which] * _GIGA
    overhead = 0.0 if which == "best" else float(core["operator_seconds"])
    return DeviceSpeed(
        flops, flops, cores * core["gigabytes"][which] * _GIGA, overhead, overlaps=False,
        basis=basis,
        random_values=math.inf if which == "best" else cores * core["random_millions"] * _MEGA,
    )  # fmt: skip


def accelerator_speed(
    tflops: float, gigabytes: float, basis: str, *, best: bool = False
) -> DeviceSpeed:
    """An accelerator by its data sheet: dense 16-bit rate and memory bandwidth."""
    table = timing()
    share = float(table["best_matmul_share" if best else "matmul_share"])
    streams = float(table["best_bandwidth_share" if best else "bandwidth_share"])
    _, usual, most = table["share_32bit"]
    return DeviceSpeed(
        flops_16bit=tflops * _TERA * share,
        flops_32bit=tflops * _TERA * share * float(most if best else usual),
        bandwidth=gigabytes * _GIGA * streams,
        operator_seconds=0.0 if best else float(table["launch_seconds"]),
        overlaps=True,
        basis=basis,
    )


def _data_sheet(
    facts: FactBase, accelerator: Value
) -> tuple[tuple[float, float], tuple[float, float], str]:
    gpu = named_gpu(facts)
    rate = (gpu.bf16_tflops or gpu.fp16_tflops) if gpu else None
    if gpu and rate:
        bandwidth = gpu.bandwidth_gb_per_s
        shown = f"{gpu.name}: {rate:g} TFLOP/s, {bandwidth:g} GB/s peak"
        return (rate, rate), (bandwidth, bandwidth), shown
    rows: dict[str, dict[str, list[float]]] = timing()["unknown_device"]
    kinds = [accelerator] if isinstance(accelerator, str) else list(rows)
    tflops = [rate for kind in kinds for rate in rows[kind]["tflops"]]
    gigabytes = [rate for kind in kinds for rate in rows[kind]["gigabytes"]]
    basis = f"device not in the table, any {' or '.join(kinds)} device taken"
    return (min(tflops), max(tflops)), (min(gigabytes), max(gigabytes)), basis


def steps_of(examples: float, epochs: float, batch: float, accumulation: int = 1) -> float:
    """Optimizer steps of a run, the last and partly filled one of each epoch among them."""
    return math.ceil(examples / (batch * accumulation)) * epochs


def expected_hours(
    method: Method, job: TrainingJob, examples: float, tokens: float, speed: DeviceSpeed
) -> float:
    """Hours of a plain run on one device.

    Args:
        method: decides settings and epochs.
        job: the model and batch.
        examples: training examples.
        tokens: the median length of an example, virtual tokens left out.
        speed: of the device.
    """
    kind = "cuda" if speed.overlaps else "none"
    settings = assumed_settings(method, job, kind, tokens=tokens)
    work = work_of(job.shape, method.id, settings)
    # Not rounded up, so that more examples never take less.
    steps = examples / settings.batch_size * method.epochs
    return steps * step_seconds(work, speed) / _SECONDS_PER_HOUR


def least_hours(
    method: Method, job: TrainingJob, examples: float, tokens: float, speed: DeviceSpeed
) -> float:
    """Hours that no run stays below: the matrix products of one epoch, nothing else.

    A forward pass takes two operations for each parameter and token, a backward pass as much, and
    twice as much where the weights are trained.
    """
    length = tokens + method.virtual_tokens
    passes = 6.0 if method.trains_all else 4.0
    flops = passes * job.shape.layer_parameters * job.shape.layers * examples * length
    return flops * float(assumptions()["least_epochs"]) / speed.flops_16bit / _SECONDS_PER_HOUR
