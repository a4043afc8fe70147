"""How long training steps take."""

from __future__ import annotations

import time

import torch


class StepClock:
    """Seconds of the steps alone: the process's CPU time, which a busy machine disturbs least.

    On a GPU the CPU only hands out work, so wall time is taken there.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._start = 0.0
        self._first = 0.0
        self._rest = 0.0
        self._count = 0

    def start(self) -> None:
        """Begin a step."""
        self._start = self.now()

    def stop(self) -> None:
        """End it."""
        seconds = self.now() - self._start
        if self._count:
            self._rest += seconds
        else:
            self._first = seconds
        self._count += 1

    @property
    def seconds_per_step(self) -> float:
        """The mean, without the first step, which also sets things up, if there are others."""
        return self._rest / (self._count - 1) if self._count > 1 else self._first

    def now(self) -> float:
        """Seconds on the clock that fits the device."""
        if self._device == "cpu":
            return time.process_time()
        if self._device == "cuda":
            torch.cuda.synchronize()
        elif self._device == "mps":
            torch.mps.synchronize()
        return time.perf_counter()
