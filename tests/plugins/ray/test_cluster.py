"""Trials on a Ray cluster end as they do on this machine."""

from __future__ import annotations

import psutil
import pytest
from plan_cases import BOTH
from processes import children_of, processes_of, wait_for
from ray_runs import ENDLESS, MARKS, plan, run
from trial_jobs import ending_of, job, trial

from advisor.microbench.records import TrialStatus
from advisor.microbench.running.local import LocalExecutor
from advisor.support.errors import AdvisorError
from advisor_ray.cluster import RayExecutor

pytestmark = MARKS
MEASURED = {"seconds", "seconds_per_step", "peak_memory"}


@pytest.fixture(scope="module")
def executor(cluster, bench):
    started = RayExecutor(bench, address=cluster.address, say=print)
    yield started
    started.close()


@pytest.fixture
def local(bench, tmp_path):
    (tmp_path / "bench.json").write_text(bench.model_dump_json(), encoding="utf-8")
    started = LocalExecutor(tmp_path / "bench.json", tmp_path, slots=2, watch=lambda _: None)
    yield started
    started.close()


def endings_of(executor, jobs):
    for each in jobs:
        executor.submit(each)
    return {ending.job: ending for ending in (ending_of(executor) for _ in jobs)}


def comparable(ending):
    answer = {key: value for key, value in ending.answer.items() if key not in MEASURED}
    return ending.job, ending.status, ending.message, answer


def test_jobs_end_as_they_do_on_this_machine(executor, local):
    jobs = [
        *(job(trial(method)) for method in BOTH),
        job(trial("full_fine_tuning"), id="no memory", memory_limit=1),
    ]
    there, here = endings_of(executor, jobs), endings_of(local, jobs)
    for each in jobs:
        assert comparable(there[each.id]) == comparable(here[each.id])
        assert there[each.id].wall_seconds >= there[each.id].cpu_seconds > 0
    odd = [job(trial("no_such_method"))]
    there, here = endings_of(executor, odd), endings_of(local, odd)
    assert there["no_such_method-6"].message == here["no_such_method-6"].message
    assert there["no_such_method-6"].status is TrialStatus.CRASHED


def test_the_same_plan_gives_the_same_results_as_here(executor, local, bench, tmp_path):
    frozen = plan(curve_sizes=(16,), methods={
        method: own.model_copy(update={"pairs": ((0.01, 0.01), (0.003, 0.01)), "curve_steps": (4,)})
        for method, own in plan().methods.items()
    })  # fmt: skip
    there = run(frozen, executor, bench, tmp_path / "there.jsonl")
    here = run(frozen, local, bench, tmp_path / "here.jsonl")
    assert len(there.results) == len(BOTH) * (2 + 2 + 2)
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
        assert endings[each.id].status is TrialStatus.TIMED_OUT
        assert "15 s" in endings[each.id].message
        assert endings[each.id].answer is None


def test_a_process_that_dies_is_replaced_and_its_job_repeated(executor, scratch):
    executor.submit(job(trial(steps=200, dev_every=200)))
    [server, *_] = wait_for(lambda: [pid for pid in processes_of(scratch) if children_of(pid)])
    psutil.Process(server).parent().kill()
    ending = ending_of(executor)
    assert ending.answer is not None
    assert ending.answer["steps_done"] == 200


def test_a_trial_under_which_processes_die_each_time_is_a_result(executor, scratch):
    executor.submit(job(trial(**ENDLESS), id="deadly", time_limit=600.0))
    seen = set()
    for _ in range(4):
        [server] = wait_for(lambda: busy_servers(scratch) - seen)
        seen.add(server)
        psutil.Process(server).parent().kill()
    ending = ending_of(executor)
    assert ending.status is TrialStatus.KILLED
    assert "4 times" in ending.message
    executor.submit(job(trial()))
    assert ending_of(executor).answer is not None


def busy_servers(scratch):
    """Those that have forked a child for a job."""
    return {pid for pid in processes_of(scratch) if children_of(pid)}


def test_more_memory_than_any_node_has_is_refused(executor):
    with pytest.raises(AdvisorError, match="no node of the cluster has") as caught:
        executor.submit(job(trial(), memory_limit=2**50))
    assert caught.value.where == "--memory"
