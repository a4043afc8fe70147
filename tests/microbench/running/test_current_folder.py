"""The processes of a run import nothing of the folder where the user stands."""

from __future__ import annotations

import sys

import pytest
from planted import plant, run_in
from tiny_benches import bench_of
from trial_jobs import ending_of, job, trial

from advisor.microbench.records import Route, TrialStatus
from advisor.microbench.running.local import LocalExecutor


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """The current folder, with modules that leave a file behind and fail."""
    folder = plant(tmp_path / "hostile")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def imported(hostile, monkeypatch):
    """It is the first place to import from, too."""
    monkeypatch.setattr(sys, "path", ["", str(hostile), *sys.path])


def test_the_process_that_loads_the_model(hostile, imported, tiny_encoder, tmp_path):
    bench = bench_of(tiny_encoder, "bert", Route.HEAD)
    (tmp_path / "bench.json").write_text(bench.model_dump_json(), encoding="utf-8")
    executor = LocalExecutor(tmp_path / "bench.json", tmp_path, slots=1, watch=print)
    try:
        executor.submit(job(trial()))
        assert ending_of(executor).status is TrialStatus.FINISHED
    finally:
        executor.close()
    assert run_in(hostile) == []
