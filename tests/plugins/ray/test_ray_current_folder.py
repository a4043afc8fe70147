"""The processes of Ray import nothing of the folder where the user stands."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from trial_jobs import ending_of, job, trial

from advisor.microbench.records import TrialStatus
from advisor_ray import connecting
from advisor_ray.cluster import RayExecutor

sys.path.append(str(Path(__file__).parents[2] / "support"))
from planted import plant, run_in


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """The current folder, with modules that leave a file behind and fail."""
    folder = plant(tmp_path / "hostile")
    monkeypatch.chdir(folder)
    return folder


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
        assert ending_of(executor).status is TrialStatus.FINISHED
    finally:
        executor.close()
    assert run_in(hostile) == []
