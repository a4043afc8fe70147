"""What a few steps cost."""

from __future__ import annotations

import torch
from tiny_benches import bench_of

from advisor.microbench.spec import Precision, Route, Status
from advisor.microbench.worker.probe import probe, typical_batches
from advisor.microbench.worker.workbench import load_workbench


def test_each_method_is_measured_and_the_model_stays_as_it_was(model_folder):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    before = {
        name: tensor.clone()
        for name, tensor in workbench.model.state_dict().items()
        if not name.startswith("classifier")
    }
    found = probe(workbench, ["full_fine_tuning", "prompt_tuning"])
    assert found.precision in Precision
    assert list(found.methods) == ["full_fine_tuning", "prompt_tuning"]
    for measured in found.methods.values():
        assert measured.status is Status.FINISHED
        assert 0 < measured.seconds_per_step < 5
        assert 0 < measured.evaluation_seconds < 1
        assert measured.peak_memory > 10e6
    assert found.token_lengths == tuple(sorted(found.token_lengths))
    after = workbench.model.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())


def test_typical_batches_are_full_and_span_the_lengths(model_folder):
    workbench = load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))
    batches = typical_batches(workbench, 3)
    assert [len(batch) for batch in batches] == [8, 8, 8]
    means = [sum(row.length for row in batch) / 8 for batch in batches]
    assert means == sorted(means)
    assert means[0] < means[-1]
