"""The high-water mark of memory."""

from __future__ import annotations

import sys

import pytest
import torch

from advisor.microbench.worker.memory import MemoryMeter, Reserved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the mark is reset on Linux only")
MIB = 2**20


def test_what_was_freed_before_does_not_count_and_a_spike_does():
    torch.ones(100 * MIB // 4).sum()
    meter = MemoryMeter("cpu")
    resting = meter.peak()
    torch.ones(60 * MIB // 4).sum()
    assert 50 * MIB < meter.peak() - resting < 90 * MIB


def test_what_the_benchmark_keeps_for_itself_does_not_count():
    meter = MemoryMeter("cpu")
    resting = meter.peak()
    kept = torch.ones(100 * MIB // 4)
    meter.hold(100 * MIB)
    first = meter.peak()
    torch.ones(60 * MIB // 4).sum()
    assert kept.sum() > 0
    # Up to the moment of holding the copy counts, as it cannot be told from the method's own.
    assert meter.peak() == first
    assert first - resting < 120 * MIB


def test_memory_that_is_reserved_counts_at_its_highest():
    reserved = Reserved()
    kept = torch.empty(100 * MIB)
    assert reserved.growth() >= 400 * MIB
    del kept
    assert reserved.growth() >= 400 * MIB
