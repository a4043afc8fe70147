"""Trials on a Ray cluster of two nodes end as they do here, also if a node dies under them."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from processes import processes_of, wait_for
from tiny_benches import bench_of
from trial_jobs import ending_of, job, trial

from advisor.confirmation.silent import Silent
from advisor.microbench.conduct import Allowance, Conductor, Findings
from advisor.microbench.planning.plan import MethodPlan, Plan
from advisor.microbench.running.cluster import RayExecutor
from advisor.microbench.running.journal import Journal
from advisor.microbench.running.local import LocalExecutor
from advisor.microbench.spec import (
    MethodProbe,
    Precision,
    Probe,
    Route,
    Status,
)
from advisor.support.errors import AdvisorError, ExitCode

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
    # Ray leaves sockets and log files of its own to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
ENDLESS = {"steps": 10**6, "dev_every": 10**6}
METHODS = ("prompt_tuning", "full_fine_tuning")
MEASURED = {"seconds", "seconds_per_step", "peak_memory"}


@pytest.fixture(scope="module")
def scratch():
    """Where the nodes put their files; its name is short, as the paths of sockets have to be."""
    folder = tempfile.mkdtemp(prefix="rays-")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def ray_alone(scratch):
    """Ray, without a token in the user's home, reports, or a dashboard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("TMPDIR", scratch)
        yield pytest.importorskip("ray")


@pytest.fixture(scope="module")
def cluster(ray_alone, scratch):
    """Two nodes on this machine, with room for one trial each."""
    from ray.cluster_utils import Cluster

    started = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "include_dashboard": False},
    )
    started.add_node(num_cpus=1)
    started.wait_for_nodes()
    yield started
    started.shutdown()


@pytest.fixture(scope="module")
def bench(tiny_encoder):
    return bench_of(tiny_encoder, "bert", Route.HEAD)


@pytest.fixture
def executor(cluster, bench):
    started = RayExecutor(bench, address=cluster.address)
    yield started
    started.close()


@pytest.fixture
def local(bench, tmp_path):
    (tmp_path / "bench.json").write_text(bench.model_dump_json(), encoding="utf-8")
    started = LocalExecutor(tmp_path / "bench.json", tmp_path, slots=2, watch=lambda _: None)
    yield started
    started.close()


def folders(scratch):
    """Where the nodes keep what runs need."""
    return list(Path(scratch).glob("advisor-*"))


def endings_of(executor, jobs):
    for each in jobs:
        executor.submit(each)
    return {ending.job: ending for ending in (ending_of(executor) for _ in jobs)}


def comparable(ending):
    answer = {key: value for key, value in ending.answer.items() if key not in MEASURED}
    return ending.job, ending.status, ending.message, answer


def plan(steps=6, **changes):
    method = MethodPlan(
        pairs=((0.01, 0.01),),
        steps=steps,
        looks=2,
        patience=9,
        seconds_per_step=0.01,
        evaluation_seconds=0.001,
    )
    fields = {
        "budget_seconds": 900,
        "expected_seconds": 60,
        "slots": 2,
        "precision": Precision.FP32,
        "device": "cpu",
        "batch_size": 8,
        "max_tokens": 32,
        "virtual_tokens": 4,
        "train_size": 32,
        "dev_size": 16,
        "test_size": 16,
        "seeds": 2,
        "curve_sizes": (),
        "step_share": 1.0,
        "methods": dict.fromkeys(METHODS, method),
        "left_out": {},
        "dropped": (),
        "memory_limit": 2**30,
        "time_limits": dict.fromkeys(METHODS, 300.0),
    }
    return Plan(**{**fields, **changes})


def run(frozen, executor, bench, journal, progress=None):
    """The findings of a frozen plan."""
    conductor = Conductor(
        bench, [], Allowance(900), executor, Journal(journal), progress or Silent()
    )
    fast = MethodProbe(status=Status.FINISHED, seconds_per_step=0.01)
    probe = Probe(
        precision=Precision.FP32,
        batch_size=8,
        methods=dict.fromkeys(METHODS, fast),
        token_lengths=(8, 12, 13),
    )
    return conductor.run(Findings(frozen, probe, {}))


def test_jobs_end_as_they_do_on_this_machine(executor, local):
    jobs = [
        *(job(trial(method)) for method in METHODS),
        job(trial("full_fine_tuning"), id="no memory", memory_limit=1),
    ]
    there, here = endings_of(executor, jobs), endings_of(local, jobs)
    for each in jobs:
        assert comparable(there[each.id]) == comparable(here[each.id])
        assert there[each.id].wall_seconds >= there[each.id].cpu_seconds > 0
    odd = [job(trial("no_such_method"))]
    there, here = endings_of(executor, odd), endings_of(local, odd)
    assert there["no_such_method-6"].message == here["no_such_method-6"].message
    assert there["no_such_method-6"].status is Status.CRASHED


def test_the_same_plan_gives_the_same_results_as_here(executor, local, bench, tmp_path):
    frozen = plan(curve_sizes=(16,), methods={
        method: own.model_copy(update={"pairs": ((0.01, 0.01), (0.003, 0.01)), "curve_steps": (4,)})
        for method, own in plan().methods.items()
    })  # fmt: skip
    there = run(frozen, executor, bench, tmp_path / "there.jsonl")
    here = run(frozen, local, bench, tmp_path / "here.jsonl")
    assert len(there.results) == len(METHODS) * (2 + 2 + 2)
    assert set(there.results) == set(here.results)
    for id_, result in there.results.items():
        assert result.status.usable
        assert result.model_dump(exclude=MEASURED) == here.results[id_].model_dump(exclude=MEASURED)


def test_a_stuck_job_is_ended_and_waiting_for_room_costs_no_time(executor):
    stuck = [job(trial(**ENDLESS), id=f"stuck {i}", time_limit=15.0) for i in range(2)]
    late = job(trial(), id="late", time_limit=10.0)
    endings = endings_of(executor, [*stuck, late])
    assert endings["late"].answer is not None
    for each in stuck:
        assert endings[each.id].status is Status.TIMED_OUT
        assert "15 s" in endings[each.id].message
        assert endings[each.id].answer is None


def test_closing_ends_running_jobs_and_leaves_no_process_and_no_file(cluster, bench, scratch):
    executor = RayExecutor(bench, address=cluster.address)
    [own] = folders(scratch)
    executor.submit(job(trial(**ENDLESS)))
    wait_for(lambda: any(psutil.Process(pid).children() for pid in processes_of(own)))
    executor.close()
    wait_for(lambda: processes_of(own) == [])
    assert folders(scratch) == []


def test_no_more_jobs_run_side_by_side_than_are_asked_for(cluster, bench):
    executor = RayExecutor(bench, address=cluster.address, most=1)
    alone, memory = executor.slots, executor.slot_memory()
    executor.close()
    assert alone == 1
    assert memory > 2**30


def test_more_memory_than_any_node_has_is_refused(executor):
    with pytest.raises(AdvisorError, match="no node of the cluster has") as caught:
        executor.submit(job(trial(), memory_limit=2**50))
    assert caught.value.where == "--memory"


def test_a_gpu_that_no_node_has_is_one_clear_message(cluster, bench):
    with pytest.raises(AdvisorError, match="no node of the cluster has a GPU") as caught:
        RayExecutor(bench.model_copy(update={"device": "cuda"}), address=cluster.address)
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED


def test_a_model_that_a_node_lacks_is_one_clear_message(cluster, tmp_path, scratch):
    with pytest.raises(AdvisorError) as caught:
        RayExecutor(bench_of(tmp_path / "nowhere", "bert", Route.HEAD), address=cluster.address)
    assert "nowhere" in caught.value.where
    assert "every node" in caught.value.hint
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED
    assert folders(scratch) == []


def test_a_node_that_dies_loses_nothing(cluster, bench, tmp_path):
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

    executor = RayExecutor(bench, address=cluster.address)
    try:
        found = run(plan(1500), executor, bench, tmp_path / "journal.jsonl", NodeKiller())
    finally:
        executor.close()
    assert len(found.results) == len(METHODS) * 2
    assert {result.status for result in found.results.values()} <= {
        Status.FINISHED,
        Status.STOPPED_EARLY,
    }
    written = [entry.ending.job for entry in Journal(tmp_path / "journal.jsonl").entries]
    assert sorted(written) == sorted(found.results)


def trials_below(raylet):
    """Processes of trials, which are the children of servers."""
    below = raylet.children(recursive=True)
    servers = {one.pid for one in below if "advisor.microbench.running.server" in one.cmdline()}
    return [one for one in below if one.ppid() in servers]
