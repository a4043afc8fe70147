"""The processes of a run import nothing of the folder where the user stands."""

from __future__ import annotations

import sys

import pytest
from planted import plant, run_in
from tiny_benches import bench_of
from trial_jobs import ending_of, job, trial

from advisor.microbench.records import Route, Status
from advisor.microbench.running import connecting
from advisor.microbench.running.cluster import RayExecutor
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
        assert ending_of(executor).status is Status.FINISHED
    finally:
        executor.close()
    assert run_in(hostile) == []


CONNECTING = """
import os, pathlib
def init(**asked):
    pathlib.Path(__file__).with_name("stood").write_text(os.getcwd())
"""


def test_the_process_that_tries_to_connect(hostile, tmp_path, monkeypatch):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "ray.py").write_text(CONNECTING, encoding="utf-8")
    monkeypatch.setattr(sys, "path", ["", str(hostile), str(tmp_path / "own"), *sys.path])
    connecting._knock("auto")
    assert (tmp_path / "own" / "stood").read_text(encoding="utf-8") == "/"
    assert run_in(hostile) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
@pytest.mark.parametrize("there", ["started here", "found"])
def test_processes_of_ray(there, ray_alone, hostile, bench, request):
    address = request.getfixturevalue("cluster").address if there == "found" else None
    executor = RayExecutor(bench, address=address, say=print, most=1)
    try:
        import ray

        @ray.remote
        def path():
            import sys

            return sys.path

        assert str(hostile) not in ray.get(path.remote())
        executor.submit(job(trial()))
        assert ending_of(executor).status is Status.FINISHED
    finally:
        executor.close()
    assert run_in(hostile) == []
