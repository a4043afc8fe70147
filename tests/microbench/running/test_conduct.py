"""The order of a run, with an executor that answers from a table instead of training."""

from __future__ import annotations

import json
from collections import deque

import pytest
from plan_cases import BOTH, bench

from advisor.catalogue.tables import load_methods
from advisor.microbench.allowance import Account, Allowance
from advisor.microbench.conduct import Conductor
from advisor.microbench.running.journal import Entry, Journal
from advisor.microbench.spec import (
    Baseline,
    Ending,
    JobKind,
    MethodProbe,
    Status,
    TrialResult,
)
from advisor.support.errors import AdvisorError, ExitCode

SOFT, FULL = BOTH
MEMORY = None
"""Bytes for each process as the user says."""
NO_ROOM = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 3145728 bytes."


class Table:
    """An executor whose jobs end at once, in the order in which they came."""

    loading_seconds = 0.0

    def __init__(
        self, *, failing=(), slots=2, token_seconds=0.0, trial_seconds=0.0, example_seconds=0.0
    ):
        self.slots = slots
        self.failing = failing
        self.example_seconds = example_seconds
        self.token_seconds = token_seconds
        self.trial_seconds = trial_seconds
        self.jobs = []
        self._ended = deque()

    def slot_memory(self, slots):
        return 2**32 // slots

    def submit(self, job):
        self.jobs.append(job)
        self._ended.append(self._ending(job))

    def next_ending(self, timeout):
        return self._ended.popleft() if self._ended else None

    def _ending(self, job):
        if job.id in self.failing or job.method in self.failing:
            return Ending(job=job.id, status=Status.OUT_OF_MEMORY, message=NO_ROOM)
        answer = self._answer(job)
        times = {"wall_seconds": 1.0, "cpu_seconds": 1.0}
        return Ending(job=job.id, status=Status.FINISHED, answer=answer, **times)

    def _answer(self, job):
        if job.kind is JobKind.EXAMPLES:
            return {
                "token_lengths": [50, 60, 200],
                "answer_lengths": [0, 0, 0],
                "most_written": 0,
                "room": None,
            }
        if job.kind is JobKind.PRECISION:
            seconds = job.batch_size * self.example_seconds
            return {"precision": "fp32", "seconds": seconds, "speed": None}
        if job.kind is JobKind.PROBE:
            step = 0.01 + self.token_seconds * job.batch_size * job.max_tokens
            seconds = {"seconds_per_step": step, "evaluation_seconds": 0.001}
            return MethodProbe(status=Status.FINISHED, **seconds).model_dump(mode="json")
        if job.kind is JobKind.BASELINE:
            return self._baseline(job)
        test = (1.0,) * job.trial.test_size if job.trial.test else ()
        seconds, status = self.trial_seconds, Status.FINISHED
        result = TrialResult(
            trial=job.id, status=status, dev_score=50.0, test=test, seconds=seconds
        )
        return result.model_dump(mode="json")

    def _baseline(self, job):
        test = [1.0] * job.test_size
        return {
            Baseline.MAJORITY: {"majority": 50.0, "note": ""},
            Baseline.ZERO_SHOT: {"zero_shot": 100.0, "zero_shot_test": test},
            Baseline.HEAD_ONLY: {"head_only": 100.0, "head_only_test": test},
            Baseline.GENERAL_LOSS: {"general_loss": 2.0},
        }[job.baseline]


class Silence:
    """Nobody watches."""

    def __getattr__(self, name):
        return lambda *_: None


def conductor(folder, executor):
    methods = [load_methods()[method] for method in BOTH]
    journal = Journal(folder / "journal.jsonl")
    return Conductor(bench(), methods, Allowance(60.0, MEMORY), executor, journal, Silence())


def kinds(folder):
    lines = (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return [next(iter(json.loads(line))) for line in lines]


def test_the_plan_is_sealed_before_the_first_trial_is_handed_over(tmp_path):
    executor = Table()
    sealed_at = []
    run = conductor(tmp_path, executor)
    findings = run.plan(lambda plan, probe: sealed_at.append(len(executor.jobs)) or {"said": 1})
    assert sealed_at == [len(executor.jobs)]
    assert not any(job.kind is JobKind.TRIAL for job in executor.jobs)
    run.run(findings)
    assert kinds(tmp_path)[:4] == ["probe", "sizes", "baselines", "frozen"]
    assert set(kinds(tmp_path)[4:]) == {"ending"}


def test_baselines_and_trials_are_judged_on_the_same_examples(tmp_path, monkeypatch):
    """Even where the time that is left has shrunk in between."""
    executor = Table()
    run = conductor(tmp_path, executor)
    left = iter([60.0] + [0.1] * 99)
    monkeypatch.setattr(Account, "left", property(lambda self: next(left)))
    findings = run.plan(lambda *_: {})
    baselines = [job for job in executor.jobs if job.kind is JobKind.BASELINE]
    assert {job.test_size for job in baselines} == {findings.plan.test_size}
    [ranking] = [job for job in baselines if job.baseline is Baseline.ZERO_SHOT]
    assert ranking.dev_size <= findings.plan.dev_size  # prompts are ranked on a part of them


def test_a_slow_model_is_measured_again_and_trained_at_a_smaller_shape(tmp_path):
    executor = Table(token_seconds=0.002)
    run = conductor(tmp_path, executor)
    findings = run.run(run.plan(lambda *_: {}))
    shapes = [(j.batch_size, j.max_tokens) for j in executor.jobs if j.kind is JobKind.PROBE]
    assert shapes[0] == (16, 64)
    assert shapes[-1] == (findings.plan.batch_size, findings.plan.max_tokens) == (4, 64)
    trained = [job for job in executor.jobs if job.kind in (JobKind.TRIAL, JobKind.BASELINE)]
    assert {(job.batch_size, job.max_tokens) for job in trained} == {(4, 64)}


@pytest.mark.parametrize(("seconds", "seeds"), [(0.0, 5), (1e6, None)])
def test_further_seeds_run_only_where_they_end_in_time(tmp_path, seconds, seeds):
    run = conductor(tmp_path, Table(trial_seconds=seconds))
    findings = run.run(run.plan(lambda *_: {}))
    finals = [job for job in findings.results if "-final-" in job]
    planned = findings.plan.seeds
    assert planned < 5
    assert len(finals) == len(BOTH) * (seeds or planned)
    assert not findings.late


def test_a_resumed_run_repeats_nothing(tmp_path):
    run = conductor(tmp_path, Table())
    first = run.run(run.plan(lambda *_: {"said": 1}))
    executor = Table()
    again = conductor(tmp_path, executor)
    second = again.run(again.plan(lambda *_: {"said": 2}))
    assert executor.jobs == []
    assert second.prediction == {"said": 1}
    assert (second.plan, second.results) == (first.plan, first.results)


def test_a_method_without_room_is_left_out_with_its_reason(tmp_path):
    run = conductor(tmp_path, Table(failing=(FULL,)))
    findings = run.run(run.plan(lambda *_: {}))
    assert list(findings.plan.methods) == [SOFT]
    assert findings.plan.left_out == {FULL: "no room for 3.0 MiB more in 3.60 GiB"}


@pytest.mark.parametrize("baseline", [Baseline.ZERO_SHOT, Baseline.HEAD_ONLY])
def test_a_baseline_that_fails_is_noted_and_the_run_goes_on(tmp_path, baseline):
    run = conductor(tmp_path, Table(failing=(f"baseline-{baseline.value}",)))
    findings = run.run(run.plan(lambda *_: {}))
    assert getattr(findings.baselines, baseline.value) is None
    assert "was not measured: no room for 3.0 MiB more in 1.80 GiB" in findings.baselines.note
    assert findings.baselines.majority == 50.0
    assert findings.results


@pytest.mark.parametrize("job", ["examples", "precision"])
def test_a_model_that_cannot_be_run_at_all_is_an_error(tmp_path, job):
    with pytest.raises(AdvisorError, match=r"no room for 3\.0 MiB") as caught:
        conductor(tmp_path, Table(failing=(job,))).plan(lambda *_: {})
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED
    assert "--memory" in caught.value.hint


@pytest.mark.parametrize(
    "entry",
    [
        {"frozen": {"plan": {"seeds": 1}, "prediction": {}}},
        {"frozen": {"prediction": {}}},
        {"ending": {"job": "t", "status": "finished", "answer": {"trial": 3}}},
    ],
)
def test_a_journal_of_wrong_content_is_refused_as_damaged(tmp_path, entry):
    run = conductor(tmp_path, Table())
    run.plan(lambda *_: {})
    path = tmp_path / "journal.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    name = next(iter(entry))
    kept = [line for line in lines if next(iter(json.loads(line))) != name]
    path.write_text("\n".join([*kept, json.dumps(entry)]) + "\n", encoding="utf-8")
    again = conductor(tmp_path, Table())
    with pytest.raises(AdvisorError, match="damaged") as caught:
        again.run(again.plan(lambda *_: {}))
    assert str(path) in caught.value.where


def test_numbers_that_are_none_come_back_from_the_journal(tmp_path):
    test = (float("nan"), float("inf"), -float("inf"))
    result = TrialResult(trial="t", status=Status.FINISHED, test=test).model_dump(mode="json")
    ending = Ending(job="t", status=Status.FINISHED, answer=result)
    Journal(tmp_path / "journal.jsonl").add(Entry(ending=ending))
    [read] = Journal(tmp_path / "journal.jsonl").entries
    again = TrialResult.model_validate(read.ending.answer)
    assert repr(again.test) == repr(test)


def test_a_trial_that_hangs_past_the_budget_ends_the_run_without_it(tmp_path, monkeypatch):
    executor = Table()
    run = conductor(tmp_path, executor)
    findings = run.plan(lambda *_: {})
    monkeypatch.setattr(executor, "next_ending", lambda _timeout: None)
    left = iter([60.0, -14.0, -14.0, -16.0])
    monkeypatch.setattr(Account, "left", property(lambda self: next(left)))
    found = run.run(findings)
    assert found.late
    assert found.results == {}
