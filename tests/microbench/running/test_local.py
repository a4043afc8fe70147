"""Whatever a job does to its process is a result, and nothing outlives the executor."""

from __future__ import annotations

import os
import signal
import sys
from types import SimpleNamespace

import pytest
from processes import children_of, processes_of, wait_for
from tiny_benches import bench_of, write_model
from trial_jobs import ending_of, job, trial

from advisor.microbench.records import Route, TrialResult, TrialStatus
from advisor.microbench.running import local
from advisor.microbench.running.local import LocalExecutor
from advisor.microbench.running.results import trial_result
from advisor.support.errors import AdvisorError, ExitCode

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


@pytest.fixture(scope="module")
def looks():
    return []


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def executor(folder, tiny_encoder, looks):
    bench = bench_of(tiny_encoder, "bert", Route.HEAD)
    (folder / "bench.json").write_text(bench.model_dump_json(), encoding="utf-8")
    started = LocalExecutor(folder / "bench.json", folder, slots=2, watch=looks.append)
    yield started
    started.close()
    assert processes_of(folder) == []


def test_jobs_run_side_by_side_and_give_their_results(executor, looks):
    for method in ("prompt_tuning", "full_fine_tuning"):
        executor.submit(job(trial(method)))
    endings = {ending.job: ending for ending in (ending_of(executor), ending_of(executor))}
    assert set(endings) == {"prompt_tuning-6", "full_fine_tuning-6"}
    for ending in endings.values():
        result = TrialResult.model_validate(ending.answer)
        assert result.status is TrialStatus.FINISHED
        assert result.steps_done == 6
        assert result.test
    assert {look["job"] for look in looks} >= set(endings)


def test_the_same_trial_gives_the_same_result(executor):
    for id_ in ("first", "second"):
        executor.submit(job(trial(), id=id_))
    first, second = (TrialResult.model_validate(ending_of(executor).answer) for _ in range(2))
    same = {"curve", "dev_score", "train_score", "test", "predicted", "trainable_parameters"}
    assert first.model_dump(include=same) == second.model_dump(include=same)


def test_a_job_over_its_time_is_ended_and_says_so(executor):
    executor.submit(job(trial(steps=10**6, dev_every=10**6), time_limit=1.0))
    ending = ending_of(executor)
    assert ending.status is TrialStatus.TIMED_OUT
    assert "1 s" in ending.message


def test_a_job_without_memory_says_that_memory_ran_out(executor):
    executor.submit(job(trial("full_fine_tuning"), memory_limit=1))
    ending = ending_of(executor)
    status = ending.status if ending.answer is None else TrialStatus(ending.answer["status"])
    assert status is TrialStatus.OUT_OF_MEMORY


def test_what_a_job_shares_with_the_others_does_not_count_against_its_memory(executor):
    """The libraries alone hold more than this limit."""
    assert executor.loaded_memory() > 200 * 2**20
    executor.submit(job(trial(), memory_limit=150 * 2**20))
    result = TrialResult.model_validate(ending_of(executor).answer)
    assert result.status is TrialStatus.FINISHED


@pytest.mark.parametrize(("left", "share"), [(None, 50), (0, 0), (60, 30), (400, 50)])
def test_memory_is_shared_by_those_side_by_side(executor, monkeypatch, left, share):
    free = SimpleNamespace(available=100)
    monkeypatch.setattr("advisor.microbench.running.local.psutil.virtual_memory", lambda: free)
    monkeypatch.setattr("advisor.microbench.running.local.memory_left_bytes", lambda: left)
    assert executor.slot_memory(2) == share


def test_memory_that_suffices_for_one_method_only_stops_the_other(tmp_path):
    """77 MB of weights: full fine-tuning adds a copy of them, gradients, two moments, the best."""
    sizes = {"num_hidden_layers": 6, "hidden_size": 512, "intermediate_size": 2048}
    model = write_model(tmp_path / "bert", "bert", **sizes)
    bench = bench_of(model, "bert", Route.HEAD)
    (tmp_path / "bench.json").write_text(bench.model_dump_json(), encoding="utf-8")
    executor = LocalExecutor(tmp_path / "bench.json", tmp_path, slots=1, watch=lambda _: None)

    def result(method, limit=None):
        executor.submit(job(trial(method, steps=3), memory_limit=limit))
        return trial_result(ending_of(executor), limit)

    try:
        assert result("prompt_tuning", 200 * 2**20).status is TrialStatus.FINISHED
        assert result("full_fine_tuning", 200 * 2**20).status is TrialStatus.OUT_OF_MEMORY
        assert result("full_fine_tuning").status is TrialStatus.FINISHED
    finally:
        executor.close()


def test_a_job_that_cannot_be_done_is_a_crash_with_its_reason(executor):
    executor.submit(job(trial("no_such_method")))
    ending = ending_of(executor)
    assert ending.status is TrialStatus.CRASHED
    assert "no_such_method" in ending.message


def any_child(folder):
    return any(children_of(pid) for pid in processes_of(folder))


def kill_child(folder):
    """Kill the process of the job that runs."""
    [server] = wait_for(lambda: [pid for pid in processes_of(folder) if children_of(pid)])
    [child] = children_of(server)
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: child not in children_of(server))


def test_a_trial_that_is_killed_once_is_repeated(executor, folder):
    executor.submit(job(trial(steps=60, dev_every=60)))
    kill_child(folder)
    ending = ending_of(executor)
    assert ending.answer is not None
    assert ending.answer["steps_done"] == 60


def test_a_trial_that_is_killed_again_is_a_result_and_the_next_one_runs(executor, folder):
    executor.submit(job(trial(steps=10**6, dev_every=10**6), id="killed"))
    kill_child(folder)
    wait_for(lambda: executor.next_ending(0.1) is None and any_child(folder))
    kill_child(folder)
    assert ending_of(executor).status is TrialStatus.KILLED
    executor.submit(job(trial()))
    assert ending_of(executor).answer is not None


def test_a_killed_server_is_started_again_and_its_jobs_repeated(executor, folder):
    executor.submit(job(trial(steps=60, dev_every=60)))
    [server] = wait_for(lambda: [pid for pid in processes_of(folder) if children_of(pid)])
    os.kill(server, signal.SIGKILL)
    ending = ending_of(executor)
    assert ending.answer is not None
    assert ending.answer["steps_done"] == 60


@pytest.fixture
def start(tmp_path, tiny_encoder):
    """Starts an executor of the test's own, with a log in ``tmp_path``."""
    started = []

    def start():
        bench = bench_of(tiny_encoder, "bert", Route.HEAD)
        (tmp_path / "bench.json").write_text(bench.model_dump_json(), encoding="utf-8")
        arguments = {"slots": 2, "watch": lambda _: None}
        started.append(LocalExecutor(tmp_path / "bench.json", tmp_path, **arguments))
        return started[-1]

    yield start
    for executor in started:
        executor.close()


def test_an_answer_that_the_disk_refuses_is_an_error_and_no_result(start, tmp_path):
    executor = start()
    (tmp_path / "refused.new").mkdir()  # where the answer would be written
    executor.submit(job(trial(), id="refused"))
    with pytest.raises(AdvisorError, match="cannot be written: Is a directory") as caught:
        ending_of(executor)
    assert "--resume" in caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.fixture
def refusing(monkeypatch):
    """Lets the system refuse processes to the server: all of them, or every second one."""
    monkeypatch.setattr(local, "_SERVER", "refusing_server")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    return lambda which: monkeypatch.setenv("REFUSE", which)


def test_a_job_that_gets_no_process_waits_until_another_has_ended(start, refusing):
    refusing("second")
    executor = start()
    for id_ in ("first", "second"):
        executor.submit(job(trial(), id=id_))
    endings = [ending_of(executor) for _ in range(2)]
    assert [ending.job for ending in endings] == ["first", "second"]
    assert all(ending.answer is not None for ending in endings)


def test_a_lone_job_that_gets_no_process_is_an_error_and_no_result(start, refusing):
    refusing("all")
    executor = start()
    executor.submit(job(trial()))
    with pytest.raises(AdvisorError, match="no process for a trial: Resource temp") as caught:
        ending_of(executor)
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED


def test_a_server_that_dies_again_and_again_is_one_clear_message(start, tmp_path):
    executor = start()
    executor.submit(job(trial(steps=10**6, dev_every=10**6)))
    (tmp_path / "bench.json").unlink()  # so no other one gets ready
    [server] = wait_for(lambda: [pid for pid in processes_of(tmp_path) if children_of(pid)])
    os.kill(server, signal.SIGKILL)
    with pytest.raises(AdvisorError, match="ended before it was ready") as caught:
        ending_of(executor)
    assert "bench.json" in caught.value.where
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED


def test_a_model_that_cannot_be_loaded_is_one_clear_message(tmp_path, tiny_encoder):
    bench = bench_of(tmp_path / "nowhere", "bert", Route.HEAD)
    (tmp_path / "bench.json").write_text(bench.model_dump_json(), encoding="utf-8")
    with pytest.raises(AdvisorError) as caught:
        LocalExecutor(tmp_path / "bench.json", tmp_path, slots=1, watch=lambda _: None)
    assert "nowhere" in caught.value.where
    assert processes_of(tmp_path) == []
