"""Step times: what bounds them on a GPU and on a CPU, and what the probe returns."""

from __future__ import annotations

import math

import pytest

from advisor.catalogue.gpus import require_gpu
from advisor.estimate.breakdown import Breakdown, StepProfile, Work
from advisor.estimate.duration import accelerator_speed, cpu_speed, steps_of
from advisor.estimate.probe import probe_cpu
from advisor.estimate.roofline import DeviceSpeed, step_seconds

GPU = DeviceSpeed(1e12, 1e11, 1e9, 1e-5, overlaps=True, basis="a test")
CPU = DeviceSpeed(1e10, 1e10, 1e9, 1e-5, overlaps=False, basis="a test", random_values=1e8)


def profile(**work: Work) -> StepProfile:
    return StepProfile({"forward": Breakdown(1.0)}, work, 1, 1, 1, "traced")


def test_products_and_traffic_add_up():
    assert GPU.seconds(Work(flops_16bit=1e12, traffic=1e9)) == pytest.approx(2)
    assert GPU.seconds(Work(flops_32bit=1e12)) == pytest.approx(10)


def test_launches_run_beside_the_work_of_a_gpu_and_add_to_that_of_a_cpu():
    work = Work(traffic=1e9, operators=1e4)
    assert GPU.seconds(work) == pytest.approx(1)
    assert GPU.seconds(Work(traffic=1e6, operators=1e5)) == pytest.approx(1)
    assert CPU.seconds(work) == pytest.approx(1.1)


def test_random_numbers_cost_a_cpu_time_and_a_gpu_none():
    assert CPU.seconds(Work(random_values=1e8)) == pytest.approx(1)
    assert GPU.seconds(Work(random_values=1e8)) == 0


def test_accumulation_repeats_the_passes_but_not_the_update():
    step = profile(
        forward=Work(traffic=1e9),
        backward=Work(traffic=2e9),
        clip=Work(),
        optimizer=Work(traffic=5e9),
    )
    assert step_seconds(step.work, GPU) == pytest.approx(8)
    assert step_seconds(step.work, GPU, accumulation=4) == pytest.approx(17)


def test_a_part_of_a_step_counts_as_one_in_every_epoch():
    assert steps_of(1000, 3, 4) == 750
    assert steps_of(1001, 3, 4) == 753
    assert steps_of(1000, 3, 4, accumulation=2) == 375


def test_a_faster_card_is_never_slower_and_the_best_case_never_the_slower_one():
    work = Work(flops_16bit=1e15, traffic=1e12, operators=100)
    seconds = []
    for name in ("T4", "RTX 4090", "H100 80GB SXM"):
        gpu = require_gpu(name)
        rate = gpu.bf16_tflops or gpu.fp16_tflops
        usual = accelerator_speed(rate, gpu.bandwidth_gb_per_s, name).seconds(work)
        best = accelerator_speed(rate, gpu.bandwidth_gb_per_s, name, best=True).seconds(work)
        assert best < usual
        seconds.append(usual)
    assert seconds == sorted(seconds, reverse=True)
    assert cpu_speed(4, "best", "").seconds(work) < cpu_speed(4, "expected", "").seconds(work)


def test_the_probe_measures_every_term():
    speed = probe_cpu()
    terms = (speed.flops_16bit, speed.flops_32bit, speed.bandwidth, speed.random_values)
    assert all(math.isfinite(term) and term > 1e6 for term in terms)
    assert 0 < speed.operator_seconds < 1e-2
    assert not speed.overlaps
