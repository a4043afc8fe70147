"""What ends on a Ray cluster: runs, nodes, and hopes that it could run them."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest
from plan_cases import BOTH
from processes import processes_of, wait_for
from ray_runs import ENDLESS, MARKS, plan, run
from tiny_benches import bench_of
from trial_jobs import ending_of, job, trial

from advisor.app.confirm import Silent
from advisor.microbench.records import Route
from advisor.microbench.running.journal import Journal
from advisor.support.errors import AdvisorError, ExitCode
from advisor_ray.cluster import RayExecutor

pytestmark = MARKS


def folders(scratch):
    """Where the nodes keep what runs need."""
    return list(Path(scratch).glob("advisor-*"))


def test_closing_ends_running_jobs_and_leaves_no_process_and_no_file(cluster, bench, scratch):
    executor = RayExecutor(bench, address=cluster.address, say=print)
    [own] = folders(scratch)
    executor.submit(job(trial(**ENDLESS)))
    wait_for(lambda: any(psutil.Process(pid).children() for pid in processes_of(own)))
    executor.close()
    wait_for(lambda: processes_of(own) == [])
    assert folders(scratch) == []


def test_no_more_jobs_run_side_by_side_than_are_asked_for(cluster, bench):
    executor = RayExecutor(bench, address=cluster.address, most=1, say=print)
    alone, memory = executor.slots, executor.slot_memory(1)
    executor.close()
    assert alone == 1
    assert memory > 2**30


def test_a_gpu_that_no_node_has_is_one_clear_message(cluster, bench):
    with pytest.raises(AdvisorError, match="no node of the cluster has a GPU") as caught:
        RayExecutor(bench.model_copy(update={"device": "cuda"}), address=cluster.address, say=print)
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED


def test_a_model_that_a_node_lacks_is_one_clear_message(cluster, tmp_path, scratch):
    lacking = bench_of(tmp_path / "nowhere", "bert", Route.HEAD)
    with pytest.raises(AdvisorError) as caught:
        RayExecutor(lacking, address=cluster.address, say=print)
    assert "nowhere" in caught.value.where
    assert "every node" in caught.value.hint
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED
    assert folders(scratch) == []


def test_a_first_job_that_waits_for_others_is_told(cluster, bench, ray_alone):
    told = []
    executor = RayExecutor(bench, address=cluster.address, say=told.append)
    try:
        endless = ray_alone.remote(num_cpus=1)(lambda: time.sleep(10**6))
        others = [endless.remote() for _ in range(2)]
        wait_for(lambda: not ray_alone.available_resources().get("CPU"))
        executor.submit(job(trial()))
        for each in others:
            ray_alone.cancel(each, force=True)
        assert ending_of(executor).answer is not None
    finally:
        executor.close()
    assert told == ["waiting for room on the cluster: a trial takes 1 CPU; 0 CPU free"]


def test_a_node_that_dies_loses_nothing(cluster, bench, tmp_path, capsys):
    """The last test with this cluster: one of its nodes is gone afterwards."""
    doomed = cluster.list_all_nodes()[-1]
    assert not doomed.head
    raylet = psutil.Process(doomed.all_processes["raylet"][0].process.pid)

    class NodeKiller(Silent):
        """Kills the node as soon as both slots are taken and a trial runs on it."""

        begun = 0

        def started(self, trial):
            self.begun += 1
            if self.begun == 2:
                wait_for(lambda: trials_below(raylet))
                cluster.remove_node(doomed, allow_graceful=False)

    executor = RayExecutor(bench, address=cluster.address, say=print)
    try:
        found = run(plan(300), executor, bench, tmp_path / "journal.jsonl", NodeKiller())
    finally:
        executor.close()
    assert len(found.results) == len(BOTH) * 2
    assert all(result.status.usable for result in found.results.values())
    written = [entry.ending.job for entry in Journal(tmp_path / "journal.jsonl").entries]
    assert sorted(written) == sorted(found.results)
    assert capsys.readouterr().out == ""


def trials_below(raylet):
    """Processes of trials, which are the children of servers."""
    below = raylet.children(recursive=True)
    servers = {one.pid for one in below if "advisor.microbench.running.server" in started_by(one)}
    return [one for one in below if one.ppid() in servers]


def started_by(process):
    """Its command line; nothing of one that has ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
