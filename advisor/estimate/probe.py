"""Measure this machine's CPU in less than a second; needs torch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from advisor.catalogue import timing
from advisor.estimate.roofline import DeviceSpeed

_SIZES = (256, 512, 768)
_REPEATS = 5
_STREAMS = (2**18, 2**23)
"""Numbers of 32 bits in a tensor that stays in a cache, and in one that does not."""
_SMALL = 64
_KEPT = 0.9
"""Usual share that dropout keeps; a CPU draws rare events faster than even ones."""


def probe_cpu() -> DeviceSpeed:
    """Time matrix products, streams through memory, random numbers and an operator's overhead."""
    import torch

    with torch.no_grad():
        rates = [_product_rate(size, torch.float32) for size in _SIZES]
        narrow = _product_rate(_SIZES[1], torch.bfloat16)
        streams = [_stream_rate(count) for count in _STREAMS]
        small = torch.ones(_SMALL)
        overhead = _best_seconds(lambda: small.add(small), inner=200)
        drawn = torch.empty(_STREAMS[0])
        random_values = _STREAMS[0] / _best_seconds(lambda: drawn.bernoulli_(_KEPT), inner=1)
    table = timing()
    factor = float(table["cpu_factor"])
    per_operator = overhead * float(table["cpu_overheads_per_operator"])
    return DeviceSpeed(
        flops_16bit=narrow / factor,
        flops_32bit=_geometric_mean(rates) / factor,
        bandwidth=_geometric_mean(streams) / factor,
        operator_seconds=per_operator * factor,
        overlaps=False,
        basis="measured on this machine",
        random_values=random_values / factor,
    )


def _product_rate(size: int, dtype: object) -> float:
    import torch

    left = torch.ones(size, size, dtype=dtype)
    seconds = _best_seconds(lambda: left @ left, inner=1 if size > _SIZES[0] else 4)
    return float(2 * size**3 / seconds)


def _stream_rate(count: int) -> float:
    """Bytes a second of an addition: two tensors read and a new one written."""
    import torch

    left = torch.ones(count)
    seconds = _best_seconds(lambda: left.add(left), inner=4 if count == _STREAMS[0] else 1)
    return 3 * 4 * count / seconds


def _best_seconds(run: Callable[[], object], *, inner: int) -> float:
    run()
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        for _ in range(inner):
            run()
        times.append((time.perf_counter() - start) / inner)
    return min(times)


def _geometric_mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))
