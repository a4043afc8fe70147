"""Conduct a micro-benchmark: probe, plan, freeze, train, and stop in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError

from advisor.catalogue import planning
from advisor.methods import Method
from advisor.microbench.allowance import Account, Allowance
from advisor.microbench.planning.cost import Sizes, expected_seconds
from advisor.microbench.planning.ladder import make_plan
from advisor.microbench.planning.plan import TrialPlan
from advisor.microbench.planning.schedule import due, finals, spare
from advisor.microbench.probing import WAIT_SECONDS
from advisor.microbench.records import (
    Baselines,
    Bench,
    Job,
    JobKind,
    Probe,
    Trial,
    TrialResult,
)
from advisor.microbench.running.executor import Executor
from advisor.microbench.running.journal import Entry, Journal
from advisor.microbench.running.results import trial_result
from advisor.microbench.survey import Surveyor


class Progress(Protocol):
    """Whoever watches a run."""

    def stage(self, sentence: str) -> None:
        """What is being done now."""

    def planned(self, plan: TrialPlan) -> None:
        """The plan stands."""

    def started(self, trial: Trial) -> None:
        """A trial has been handed to the executor."""

    def look(self, look: Mapping[str, Any]) -> None:
        """A running trial has looked at its losses."""

    def ended(self, trial: Trial, result: TrialResult) -> None:
        """A trial has ended."""


Seal = Callable[[TrialPlan, Probe], dict[str, Any]]
"""Writes down, from plan and probe, what is expected; called once, before the first trial."""


@dataclass
class RunFindings:
    """What a run has found, complete or not.

    Attributes:
        plan: as it was frozen.
        prediction: as it was sealed.
        results: of the trials, by identifier; a failed one is a result, too.
        interrupted: whether the user stopped it.
        late: whether the budget ended before the plan did.
        wall_seconds: of the last session alone, if the run was resumed.
    """

    plan: TrialPlan
    probe: Probe
    prediction: dict[str, Any]
    baselines: Baselines | None = None
    results: dict[str, TrialResult] = field(default_factory=dict)
    interrupted: bool = False
    late: bool = False
    wall_seconds: float = 0.0


class Conductor:
    """One run, fresh or resumed from its journal."""

    def __init__(
        self,
        bench: Bench,
        methods: Sequence[Method],
        allowance: Allowance,
        executor: Executor,
        journal: Journal,
        progress: Progress,
    ) -> None:
        self._bench = bench
        self._methods = methods
        self._executor = executor
        self._journal = journal
        self._progress = progress
        self._account = Account(allowance, spent=allowance.spent + executor.loading_seconds)
        # What trials of earlier sessions took; a resumed run may end its plan all the same.
        self._earlier = sum(ending.wall_seconds for ending in journal.endings().values())
        self._surveyor = Surveyor(bench, methods, self._account, executor, journal, progress.stage)

    def plan(self, seal: Seal) -> RunFindings:
        """Probe, measure the baselines, and freeze the plan; a resumed run has them already."""
        probe = self._surveyor.probe()
        frozen = next((e.frozen for e in self._journal.entries if e.frozen is not None), None)
        sizes = self._surveyor.sizes(probe)
        baselines = self._surveyor.baselines(probe, sizes)
        if frozen is None:
            room = self._account.room(probe)
            prompt = _best_prompt(self._bench, baselines)
            plan = make_plan(self._bench, self._methods, probe, room, sizes, prompt)
            frozen = {"plan": plan.model_dump(mode="json"), "prediction": seal(plan, probe)}
            self._journal.add(Entry(frozen=frozen))
        try:
            findings = RunFindings(
                TrialPlan.model_validate(frozen["plan"]), probe, frozen["prediction"], baselines
            )
        except (ValidationError, KeyError) as error:
            raise self._journal.damaged(error) from None
        self._progress.planned(findings.plan)
        return findings

    def run(self, findings: RunFindings) -> RunFindings:
        """Run what is due until nothing is, the budget ends, or the user stops it."""
        results = findings.results
        try:
            for job, ending in self._journal.endings().items():
                results[job] = trial_result(ending, findings.plan.told_limit)
        except ValidationError as error:
            raise self._journal.damaged(error) from None
        try:
            findings.late = self._trials(findings.plan, findings.probe.slowdown, results)
        except KeyboardInterrupt:
            findings.interrupted = True
        findings.wall_seconds = self._account.spent
        return findings

    def _trials(self, plan: TrialPlan, slowdown: float, results: dict[str, TrialResult]) -> bool:
        """True if the budget ended before the plan did."""
        running: dict[str, Trial] = {}
        # A trial that has begun may end a little late.
        overrun = planning().overrun_share * plan.budget_seconds
        while True:
            waiting = [trial for trial in due(plan, results) if trial.id not in running]
            if not waiting and not running:
                waiting = self._affordable(spare(plan, results), plan, results)
            left = self._account.left
            ending_in_time = [
                trial
                for trial in waiting
                if left > 0 and slowdown * _expected(trial, plan) <= left + overrun
            ]
            if waiting and not ending_in_time and not running:
                return True
            for trial in ending_in_time[: self._slots(plan) - len(running)]:
                running[trial.id] = trial
                self._executor.submit(_job(trial, plan))
                self._progress.started(trial)
            if not running:
                return False
            ending = self._executor.next_ending(WAIT_SECONDS)
            if ending is None and self._account.left < -overrun:
                return True
            if ending is not None:
                self._journal.add(Entry(ending=ending))
                results[ending.job] = trial_result(ending, plan.told_limit)
                self._progress.ended(running.pop(ending.job), results[ending.job])

    def _slots(self, plan: TrialPlan) -> int:
        """Trials side by side; a run may be resumed with fewer processes than were planned."""
        return min(plan.slots, self._executor.slots)

    def _affordable(
        self, trials: list[Trial], plan: TrialPlan, results: Mapping[str, TrialResult]
    ) -> list[Trial]:
        """The trials, if all of them will surely end in time; else none."""
        expected = [_longest(plan, trial.method, results) for trial in trials]
        wall = max(sum(expected) / self._slots(plan), max(expected, default=0.0))
        left = self._account.left - self._earlier / plan.slots
        return trials if wall <= left * planning().used_share else []


def _longest(plan: TrialPlan, method: str, results: Mapping[str, TrialResult]) -> float:
    """Seconds of a method's longest final run so far."""
    ended = [results[trial.id] for trial in finals(plan, method, results) if trial.id in results]
    return max((result.seconds for result in ended), default=0.0)


def _expected(trial: Trial, plan: TrialPlan) -> float:
    """Process seconds of a trial; those of one that stops early are fewer."""
    sizes = Sizes(plan.train_size, plan.dev_size, plan.test_size)
    return expected_seconds(plan.methods[trial.method], sizes, trial)


def _job(trial: Trial, plan: TrialPlan) -> Job:
    return Job(
        id=trial.id,
        kind=JobKind.TRIAL,
        trial=trial,
        precision=plan.precision,
        batch_size=plan.batch_size,
        max_tokens=plan.max_tokens,
        memory_limit=plan.memory_limit,
        time_limit=plan.time_limits[trial.method],
    )


def _best_prompt(bench: Bench, baselines: Baselines) -> int:
    return bench.prompts.index(baselines.prompts[0].prompt) if baselines.prompts else 0
