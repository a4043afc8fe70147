"""A model that is too slow for the budget: the run ends in time, and says what it would need."""

from __future__ import annotations

from collections import deque

import pytest
from plan_cases import BOTH, bench

from advisor.catalogue.settings import planning
from advisor.confirmation.record import difference_of
from advisor.methods import load_methods
from advisor.microbench import allowance
from advisor.microbench.allowance import Allowance
from advisor.microbench.records import (
    Baseline,
    Ending,
    JobKind,
    MethodProbe,
    Prompt,
    Route,
    TrialResult,
    TrialStatus,
)
from advisor.microbench.run import Conductor
from advisor.microbench.running.journal import Journal
from advisor.microbench.summary import JudgedRun

SOFT, FULL = BOTH
BUDGET = 180.0
TYPICAL = 50
FLOPS = 50e9
"""Of a core in a second."""
PROMPTS = tuple(Prompt(after=f" {number}:") for number in range(4))


class Slow:
    """An executor of jobs that take their time by the size of the model; the time is made up."""

    slots = 2

    def __init__(self, parameters, monkeypatch):
        self.now = self.loading_seconds = 10.0
        self.jobs = []
        self._token = 2 * parameters / FLOPS
        self._running = deque()
        self._waiting = deque()
        monkeypatch.setattr(allowance.time, "monotonic", lambda: self.now)

    def slot_memory(self, slots):
        return 2**40

    def submit(self, job):
        self.jobs.append(job)
        self._waiting.append(job)
        self._fill()

    def next_ending(self, timeout):
        ends, job, seconds = min(self._running, key=lambda each: each[0])
        if ends > self.now + timeout:
            self.now += timeout
            return None
        self._running.remove((ends, job, seconds))
        self.now = max(self.now, ends)
        self._fill()
        if seconds > job.time_limit:
            return Ending(job=job.id, status=TrialStatus.TIMED_OUT, message="too late")
        times = {"wall_seconds": seconds, "cpu_seconds": seconds}
        return Ending(job=job.id, status=TrialStatus.FINISHED, answer=self._answer(job), **times)

    def _fill(self):
        while self._waiting and len(self._running) < self.slots:
            job = self._waiting.popleft()
            seconds = self._seconds(job)
            self._running.append((self.now + min(seconds, job.time_limit), job, seconds))

    def _pass(self, job):
        """Seconds of a forward pass of one example."""
        return min(TYPICAL, job.max_tokens) * self._token

    def _seconds(self, job):
        one, size = self._pass(job), job.batch_size
        if job.kind is JobKind.EXAMPLES or job.baseline is Baseline.MAJORITY:
            return 0.1
        if job.kind is JobKind.PRECISION:
            return 2 * 3 * size * one
        if job.kind is JobKind.PROBE:
            return (2 * 3 + 4) * size * one
        if job.baseline is Baseline.ZERO_SHOT:
            return (len(PROMPTS) * job.dev_size + job.test_size) * one
        if job.baseline is not None:
            return 20 * one
        return job.trial.steps * 3 * size * one + (2 * job.trial.dev_size) * one

    def _answer(self, job):
        one, size = self._pass(job), job.batch_size
        if job.kind is JobKind.EXAMPLES:
            return {"token_lengths": [TYPICAL, 80, 128], "most_written": 0, "room": None}
        if job.kind is JobKind.PRECISION:
            return {"precision": "fp32", "seconds": 3 * size * one, "speed": None}
        if job.kind is JobKind.PROBE:
            seconds = {"seconds_per_step": 3 * size * one, "evaluation_seconds": one}
            return MethodProbe(status=TrialStatus.FINISHED, **seconds).model_dump(mode="json")
        if job.baseline is Baseline.MAJORITY:
            return {"majority": 50.0, "note": ""}
        if job.baseline is Baseline.ZERO_SHOT:
            scored = [{"prompt": prompt.model_dump(), "dev_score": 50.0} for prompt in PROMPTS]
            return {"zero_shot": 50.0, "prompts": scored}
        if job.baseline is not None:
            return {}
        test = (1.0,) * job.trial.test_size if job.trial.test else ()
        result = TrialResult(trial=job.id, status=TrialStatus.FINISHED, dev_score=50.0, test=test)
        return result.model_dump(mode="json")


class Silence:
    """Nobody watches."""

    def __getattr__(self, name):
        return lambda *_: None


def decoder():
    made = bench(Route.LABEL_WORDS, train=512, dev=128, test=400)
    return made.model_copy(update={"max_tokens": 128, "prompts": PROMPTS})


def ran(tmp_path, monkeypatch, parameters):
    """Executor and findings of a run with a model of so many parameters."""
    executor = Slow(parameters, monkeypatch)
    methods = [load_methods()[method] for method in BOTH]
    journal = Journal(tmp_path / "journal.jsonl")
    run = Conductor(decoder(), methods, Allowance(BUDGET), executor, journal, Silence())
    findings = run.plan(lambda *_: {})
    executor.planned = executor.now
    return executor, run.run(findings)


@pytest.mark.parametrize("parameters", [20e6, 100e6, 300e6, 500e6, 3e9, 70e9])
def test_every_run_ends_in_its_budget_and_the_overrun_that_trials_may_have(
    tmp_path, monkeypatch, parameters
):
    executor, findings = ran(tmp_path, monkeypatch, parameters)
    assert executor.now <= BUDGET * (1 + planning().overrun_share) + 1
    assert findings.baselines.majority == 50.0


@pytest.mark.parametrize("parameters", [150e6, 300e6, 500e6])
def test_a_slow_model_has_its_plan_in_time(tmp_path, monkeypatch, parameters):
    executor, findings = ran(tmp_path, monkeypatch, parameters)
    assert list(findings.plan.methods) == list(BOTH)
    assert executor.planned < BUDGET
    [said] = [said for said in findings.plan.dropped if "would hold" in said]
    assert "a budget of about" in said


def test_a_model_that_cannot_be_measured_in_time_leaves_all_open_and_says_what_it_needs(
    tmp_path, monkeypatch
):
    _, findings = ran(tmp_path, monkeypatch, 70e9)
    assert set(findings.plan.left_out) == set(BOTH)
    judged = JudgedRun(decoder(), findings, FULL, 1.0, 300)
    found = difference_of(judged.comparisons[SOFT], withheld=False)
    assert (found.outcome, found.by_default) == ("inconclusive", False)
    assert "take a smaller model" in found.sentence


@pytest.mark.parametrize("parameters", [150e6, 300e6, 500e6])
def test_no_trial_is_begun_that_cannot_end(tmp_path, monkeypatch, parameters):
    executor, findings = ran(tmp_path, monkeypatch, parameters)
    begun = [job.id for job in executor.jobs if job.kind is JobKind.TRIAL]
    assert set(begun) == set(findings.results)
    assert all(result.status.usable for result in findings.results.values())
    assert findings.late


def test_a_baseline_that_takes_too_long_is_not_begun_and_noted(tmp_path, monkeypatch):
    executor, findings = ran(tmp_path, monkeypatch, 500e6)
    assert not any(job.baseline is Baseline.ZERO_SHOT for job in executor.jobs)
    assert findings.baselines.zero_shot is None
    assert "zero-shot was not measured: it takes about" in findings.baselines.note


def test_a_fast_model_is_probed_at_the_usual_shape_and_has_all_baselines(tmp_path, monkeypatch):
    executor, findings = ran(tmp_path, monkeypatch, 1e6)
    shapes = {(j.batch_size, j.max_tokens) for j in executor.jobs if j.kind is JobKind.PROBE}
    assert shapes == {(12, 128)}
    assert findings.baselines.zero_shot == 50.0
    assert findings.baselines.note == ""
