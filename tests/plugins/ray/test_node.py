"""What a process of a node keeps between jobs, and what it refuses."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile

import pytest
from processes import processes_of
from tiny_benches import bench_of
from trial_jobs import job, trial

from advisor import __version__
from advisor.microbench.records import Route, TrialStatus
from advisor_ray import node


@pytest.fixture(autouse=True)
def own_files(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(node, "_kept", {})
    yield
    for server in node._kept.values():
        server.close()


def test_a_node_with_another_version_says_so(tmp_path):
    told = node.load("run", "0.0.1", "{}")["failed"]
    assert "0.0.1" in told["error"]
    assert __version__ in told["error"]
    assert list(tmp_path.iterdir()) == []


def test_what_killed_runs_have_left_is_removed_and_nothing_else(tmp_path):
    asked = [sys.executable, "-c", "import os; print(os.getpid())"]
    ended = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    here, alive = socket.gethostname(), os.getpid()
    dead, run, *others = (f"advisor-{letter * 16}" for letter in "0123456")
    parts = [
        (dead, f"{here}.{ended}"),
        (run, f"{here}.{ended}"),
        (others[0], f"{here}.{ended}"), (others[0], f"{here}.{alive}"),
        (others[1], f"elsewhere.{ended}"),
        (others[2], ended),
        (others[3], f"{here}.20261129101112"),
        ("advisor-logs", f"{here}.{ended}"),
    ]  # fmt: skip
    for name, part in parts:
        (tmp_path / name / part).mkdir(parents=True)
        (tmp_path / name / part / "bench.json").write_text("{}")
    (tmp_path / others[4] / f"{here}.{ended}").mkdir(parents=True)
    assert "failed" in node.load(run.removeprefix("advisor-"), __version__, "{}")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {run, *others, "advisor-logs"}


@pytest.mark.slow
def test_the_model_is_loaded_once_and_anew_only_for_another_gpu(
    tiny_encoder, monkeypatch, tmp_path
):
    bench = bench_of(tiny_encoder, "bert", Route.HEAD).model_dump_json()
    wanted = job(trial()).model_dump_json()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert node.load("run", __version__, bench)["memory"] > 10e6
    first = processes_of(tmp_path)
    assert node.do("run", bench, wanted)["ending"]["status"] == TrialStatus.FINISHED
    assert processes_of(tmp_path) == first
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert node.do("run", bench, wanted)["ending"]["status"] == TrialStatus.FINISHED
    assert len(processes_of(tmp_path)) == 1
    assert processes_of(tmp_path) != first
    node.clear("run")
    assert list(tmp_path.iterdir()) == []
