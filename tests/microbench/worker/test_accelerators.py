"""Memory and time of accelerators, by what torch would tell of one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from tiny_benches import bench_of

from advisor.microbench.records import Job, JobKind, Route
from advisor.microbench.worker import jobs
from advisor.microbench.worker.clock import StepClock
from advisor.microbench.worker.memory import MemoryMeter, limit_device_memory
from advisor.microbench.worker.workbench import load_workbench


@pytest.fixture
def cuda(monkeypatch):
    """A card whose high-water mark a test sets."""
    card = SimpleNamespace(mark=0, now=0, share=None)

    def restart():
        card.mark = card.now

    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda: card.mark)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", restart)
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda _: SimpleNamespace(total_memory=1000)
    )
    monkeypatch.setattr(
        torch.cuda, "set_per_process_memory_fraction", lambda share: setattr(card, "share", share)
    )
    return card


def test_a_copy_in_main_memory_is_not_taken_off_a_cards_peak(cuda):
    cuda.mark = 900
    cuda.now = 500
    meter = MemoryMeter("cuda")
    meter.hold(400)
    cuda.mark = 800
    assert meter.peak() == 800


def test_what_a_card_held_while_loading_does_not_count(cuda):
    cuda.mark = 900
    cuda.now = 500
    assert MemoryMeter("cuda").peak() == 500


def test_an_apple_gpus_peak_is_the_highest_that_was_seen(monkeypatch):
    held = iter([300, 700, 400])
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: next(held))
    meter = MemoryMeter("mps")
    assert [meter.peak() for _ in range(3)] == [300, 700, 700]


@pytest.mark.parametrize(("most", "share"), [(250, 0.25), (4000, 1.0)])
def test_a_limit_holds_for_a_card(cuda, most, share):
    limit_device_memory("cuda", most)
    assert cuda.share == share


def test_a_limit_holds_for_an_apple_gpu(monkeypatch):
    shares = []
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 1000)
    monkeypatch.setattr(torch.mps, "set_per_process_memory_fraction", shares.append)
    limit_device_memory("mps", 250)
    assert shares == [0.25]


@pytest.mark.parametrize(("device", "most"), [("cuda", None), ("cpu", 250)])
def test_without_a_limit_or_a_card_nothing_is_limited(cuda, device, most):
    limit_device_memory(device, most)
    assert cuda.share is None


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_step_ends_when_the_device_has_done_it(monkeypatch, device):
    waited = []
    monkeypatch.setattr(getattr(torch, device), "synchronize", lambda: waited.append(device))
    clock = StepClock(device)
    clock.start()
    clock.stop()
    assert waited == [device, device]


def test_a_job_works_within_the_limit_of_its_bench(monkeypatch, model_folder):
    limits = []
    monkeypatch.setattr(jobs, "limit_device_memory", lambda *limit: limits.append(limit))
    bench = bench_of(model_folder("bert"), "bert", Route.HEAD, accelerator_memory=250)
    job = Job(id="j", kind=JobKind.PRECISION, batch_size=2, time_limit=60.0)
    jobs.do_job(load_workbench(bench), job, lambda _: None)
    assert limits == [("cpu", 250)]
