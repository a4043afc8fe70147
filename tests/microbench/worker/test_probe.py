"""What a few steps cost."""

from __future__ import annotations

import pytest
import torch
from tiny_benches import bench_of, writing_bench

from advisor.microbench.records import Route, TrialPrecision, TrialStatus
from advisor.microbench.worker.memory import MemoryMeter
from advisor.microbench.worker.probe import probe_method, probe_precision, typical_batches
from advisor.microbench.worker.training import Trainer
from advisor.microbench.worker.workbench import load_workbench


@pytest.mark.parametrize("method", ["full_fine_tuning", "prompt_tuning"])
def test_a_method_is_measured(model_folder, method):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    measured = probe_method(workbench, method, TrialPrecision.FP32)
    assert measured.status is TrialStatus.FINISHED
    assert measured.seconds_per_step > 0
    assert measured.evaluation_seconds > 0
    assert measured.peak_memory > 10e6


def test_comparing_number_formats_leaves_the_weights_as_they_were(model_folder):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    before = {
        name: tensor.clone()
        for name, tensor in workbench.model.state_dict().items()
        if not name.startswith("classifier")
    }
    found = probe_precision(workbench)
    assert found.precision in TrialPrecision
    assert found.seconds > 0
    after = workbench.model.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())


def test_typical_batches_are_full_and_span_the_lengths(model_folder):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    batches = typical_batches(workbench, 3)
    assert [len(batch) for batch in batches] == [8, 8, 8]
    means = [sum(row.length for row in batch) / 8 for batch in batches]
    assert means == sorted(means)
    assert means[0] < means[-1]


def test_the_longest_rows_warm_up_and_the_most_typical_ones_follow(model_folder, monkeypatch):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    lengths = []

    def step(self, number, rows):
        lengths.append(sum(row.length for row in rows) / len(rows))
        original(self, number, rows)

    original = Trainer.step
    monkeypatch.setattr(Trainer, "step", step)
    probe_method(workbench, "lora", TrialPrecision.FP32)
    longest, middle, short, long = lengths
    assert longest >= long > middle > short


def test_the_prompt_and_the_answer_count_as_tokens_of_a_step(model_folder):
    workbench = load_workbench(writing_bench(model_folder("llama"), "llama"))
    inputs, longest = workbench.token_lengths[0], max(row.length for row in workbench.train)
    usual, _, most = probe_method(workbench, "prompt_tuning", TrialPrecision.FP32).sequence_lengths
    assert usual > inputs
    assert most == longest


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_writing_is_measured(model_folder, family):
    workbench = load_workbench(writing_bench(model_folder(family), family))
    measured = probe_method(workbench, "prompt_tuning", TrialPrecision.FP32)
    assert measured.evaluation_seconds > 0


def test_a_probe_holds_the_copy_that_a_trial_holds_and_does_not_count_it(model_folder, monkeypatch):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    done = []
    keep, step = Trainer.keep, Trainer.step
    monkeypatch.setattr(Trainer, "keep", lambda self: done.append("copy") or keep(self))
    monkeypatch.setattr(Trainer, "step", lambda *given: done.append("step") or step(*given))
    held = []
    hold = MemoryMeter.hold
    monkeypatch.setattr(
        MemoryMeter, "hold", lambda self, size: held.append(size) or hold(self, size)
    )
    probe_method(workbench, "full_fine_tuning", TrialPrecision.FP32)
    assert done[:2] == ["copy", "step"]
    assert held == [workbench.rewritten("full_fine_tuning")]


def test_weights_that_a_method_writes_to_are_memory_that_it_adds(model_folder):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    parameters = sum(p.numel() for p in workbench.model.parameters())
    assert workbench.rewritten("full_fine_tuning") == 4 * parameters
    assert workbench.rewritten("prompt_tuning") == 0
    assert (
        probe_method(workbench, "full_fine_tuning", TrialPrecision.FP32).added_memory
        >= 4 * parameters
    )
