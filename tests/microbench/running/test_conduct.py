"""The order of a run, with an executor that answers from a table instead of training."""

from __future__ import annotations

import itertools
import json

import pytest
from plan_cases import BOTH, bench
from table_executor import Table

from advisor.methods import load_methods
from advisor.microbench.allowance import Account, Allowance
from advisor.microbench.records import (
    Baseline,
    Ending,
    JobKind,
    TrialPrecision,
    TrialResult,
    TrialStatus,
)
from advisor.microbench.run import Conductor
from advisor.microbench.running.journal import Entry, Journal
from advisor.support.errors import AdvisorError, ExitCode

SOFT, FULL = BOTH
MEMORY = None
"""Bytes for each process as the user says."""


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


class Stopped(Table):
    """An executor whose user presses Ctrl-C as the first trial ends."""

    def next_ending(self, timeout):
        ending = super().next_ending(timeout)
        if ending is not None and "-search-" not in ending.job and self.jobs[-1].trial:
            raise KeyboardInterrupt
        return ending


@pytest.mark.parametrize(("wall", "further"), [(0.0, True), (200.0, False)])
def test_a_resumed_run_ends_its_plan_and_spends_only_the_rest_of_the_budget_beyond_it(
    tmp_path, wall, further
):
    run = conductor(tmp_path, Stopped(wall_seconds=wall))
    assert run.run(run.plan(lambda *_: {})).interrupted
    again = conductor(tmp_path, Table())
    findings = again.run(again.plan(lambda *_: {}))
    seeds = len([job for job in findings.results if "-final-" in job]) // len(BOTH)
    assert (seeds > findings.plan.seeds) is further
    assert seeds >= findings.plan.seeds


def test_what_was_spent_before_the_model_was_loaded_counts(tmp_path):
    rooms = []
    for spent in (0.0, 50.0):
        folder = tmp_path / str(spent)
        folder.mkdir()
        allowance = Allowance(60.0, MEMORY, spent)
        methods = [load_methods()[method] for method in BOTH]
        journal = Journal(folder / "journal.jsonl")
        run = Conductor(bench(), methods, allowance, Table(), journal, Silence())
        rooms.append(run.plan(lambda *_: {}).plan)
    whole, rest = (sum(own.steps for own in plan.methods.values()) for plan in rooms)
    assert rest < whole


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


def test_a_model_that_cannot_be_run_at_all_is_an_error(tmp_path):
    with pytest.raises(AdvisorError, match=r"no room for 3\.0 MiB") as caught:
        conductor(tmp_path, Table(failing=("examples",))).plan(lambda *_: {})
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED
    assert "--memory" in caught.value.hint


def test_number_formats_that_cannot_be_compared_end_no_run(tmp_path):
    """All parameters are trained for it, and a soft prompt may have room where that has not."""
    run = conductor(tmp_path, Table(failing=("precision", FULL)))
    findings = run.run(run.plan(lambda *_: {}))
    assert findings.plan.precision is TrialPrecision.FP32
    assert findings.probe.speed is None
    assert list(findings.plan.methods) == [SOFT]
    assert findings.results


def test_jobs_that_get_no_room_end_the_run_when_their_time_is_over(tmp_path, monkeypatch):
    executor = Table()
    run = conductor(tmp_path, executor)
    monkeypatch.setattr(executor, "next_ending", lambda _timeout: None)
    clock = itertools.count(step=20.0)
    monkeypatch.setattr(Account, "spent", property(lambda self: next(clock)))
    with pytest.raises(AdvisorError, match="could be measured within 75 s") as caught:
        run.plan(lambda *_: {})
    assert caught.value.exit_code is ExitCode.MICROBENCH_FAILED
    assert next(clock) == 120.0


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
    result = TrialResult(trial="t", status=TrialStatus.FINISHED, test=test).model_dump(mode="json")
    ending = Ending(job="t", status=TrialStatus.FINISHED, answer=result)
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
