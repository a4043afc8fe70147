"""Conduct a micro-benchmark: probe, plan, freeze, train, and stop in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from advisor.catalogue.tables import Method
from advisor.microbench.planning.cost import Sizes, planning
from advisor.microbench.planning.ladder import (
    Room,
    affordable_sizes,
    batch_for,
    make_plan,
    ranked_size,
)
from advisor.microbench.planning.plan import Plan
from advisor.microbench.planning.schedule import due
from advisor.microbench.planning.shapes import Shape, shape_to_try
from advisor.microbench.running.executor import Executor
from advisor.microbench.running.journal import Entry, Journal
from advisor.microbench.running.reasons import reason
from advisor.microbench.spec import (
    Baselines,
    Bench,
    Ending,
    Job,
    JobKind,
    MethodProbe,
    Precision,
    Probe,
    Status,
    Trial,
    TrialResult,
)
from advisor.support.errors import AdvisorError, ExitCode

_WAIT_SECONDS = 0.5
_Answer = TypeVar("_Answer", TrialResult, MethodProbe)


class Progress(Protocol):
    """Whoever watches a run."""

    def stage(self, sentence: str) -> None:
        """What is being done now."""

    def planned(self, plan: Plan) -> None:
        """The plan stands."""

    def started(self, trial: Trial) -> None:
        """A trial has been handed to the executor."""

    def look(self, look: Mapping[str, Any]) -> None:
        """A running trial has looked at its losses."""

    def ended(self, trial: Trial, result: TrialResult) -> None:
        """A trial has ended."""


Seal = Callable[[Plan, Probe], dict[str, Any]]
"""Writes down, from plan and probe, what is expected; called once, before the first trial."""


@dataclass
class Findings:
    """What a run has found, complete or not.

    Attributes:
        plan: as it was frozen.
        prediction: as it was sealed.
        results: of the trials, by identifier; a failed one is a result, too.
        interrupted: whether the user stopped it.
        late: whether the budget ended before the plan did.
        wall_seconds: of the last session alone, if the run was resumed.
    """

    plan: Plan
    probe: Probe
    prediction: dict[str, Any]
    baselines: Baselines | None = None
    results: dict[str, TrialResult] = field(default_factory=dict)
    interrupted: bool = False
    late: bool = False
    wall_seconds: float = 0.0


@dataclass(frozen=True)
class Allowance:
    """What the user allows: wall seconds, and bytes for each process (None for no limit)."""

    budget: float
    memory_limit: int | None = None


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
        self._allowance = allowance
        self._executor = executor
        self._journal = journal
        self._progress = progress
        self._started = time.monotonic() - executor.loading_seconds

    def plan(self, seal: Seal) -> Findings:
        """Probe, measure the baselines, and freeze the plan; a resumed run has them already."""
        probe = self._probe()
        frozen = next((e.frozen for e in self._journal.entries if e.frozen is not None), None)
        sizes = self._sizes(probe)
        baselines = self._baselines(probe, sizes)
        if frozen is None:
            room = self._room(probe)
            prompt = _best_prompt(self._bench, baselines)
            plan = make_plan(self._bench, self._methods, probe, room, sizes, prompt)
            frozen = {"plan": plan.model_dump(mode="json"), "prediction": seal(plan, probe)}
            self._journal.add(Entry(frozen=frozen))
        try:
            findings = Findings(
                Plan.model_validate(frozen["plan"]), probe, frozen["prediction"], baselines
            )
        except (ValidationError, KeyError) as error:
            raise self._journal.damaged(error) from None
        self._progress.planned(findings.plan)
        return findings

    def run(self, findings: Findings) -> Findings:
        """Run what is due until nothing is, the budget ends, or the user stops it."""
        results = findings.results
        try:
            for job, ending in self._journal.endings().items():
                results[job] = _result(ending)
        except ValidationError as error:
            raise self._journal.damaged(error) from None
        try:
            findings.late = self._trials(findings.plan, results)
        except KeyboardInterrupt:
            findings.interrupted = True
        findings.wall_seconds = time.monotonic() - self._started
        return findings

    def _trials(self, plan: Plan, results: dict[str, TrialResult]) -> bool:
        """True if the budget ended before the plan did."""
        running: dict[str, Trial] = {}
        while True:
            waiting = [trial for trial in due(plan, results) if trial.id not in running]
            if self._left() <= 0 and waiting:
                waiting = []
                if not running:
                    return True
            for trial in waiting[: self._executor.slots - len(running)]:
                running[trial.id] = trial
                self._executor.submit(_job(trial, plan))
                self._progress.started(trial)
            if not running:
                return False
            ending = self._executor.next_ending(_WAIT_SECONDS)
            if ending is None and self._left() < -self._overrun():
                return True
            if ending is not None:
                self._journal.add(Entry(ending=ending))
                results[ending.job] = _result(ending)
                self._progress.ended(running.pop(ending.job), results[ending.job])

    def _overrun(self) -> float:
        """Seconds past the budget that a trial which has begun may still take."""
        return float(planning()["overrun_share"]) * self._allowance.budget

    def _left(self) -> float:
        return self._allowance.budget - (time.monotonic() - self._started)

    def _room(self, probe: Probe) -> Room:
        return Room(
            self._allowance.budget,
            self._left(),
            self._executor.slots,
            self._allowance.memory_limit,
            probe.slowdown,
        )

    def _probe(self) -> Probe:
        """What steps take: all methods side by side, as they will run in the trials."""
        known = next((e.probe for e in self._journal.entries if e.probe is not None), None)
        if known is not None:
            return known
        self._progress.stage("measuring what a step takes")
        small = int(planning()["probe_batch"])
        [ending] = self._all([self._measuring("precision", JobKind.PRECISION, small)])
        if ending.answer is None:
            raise _failed("the model cannot be run", ending)
        precision = Precision(ending.answer["precision"])
        batch = batch_for(min(ending.answer["token_lengths"][1], self._bench.max_tokens))
        shape: Shape | None = Shape(batch, self._bench.max_tokens)
        while shape is not None:
            endings = self._steps(shape, precision)
            probe = Probe(
                precision=precision,
                **shape._asdict(),
                methods={
                    method.id: _method_probe(found)
                    for method, found in zip(self._methods, endings, strict=True)
                },
                token_lengths=ending.answer["token_lengths"],
                loading_seconds=self._executor.loading_seconds,
                slowdown=_slowdown(endings),
                speed=ending.answer["speed"],
            )
            shape = shape_to_try(self._bench, self._methods, probe, self._room(probe))
        self._journal.add(Entry(probe=probe))
        return probe

    def _steps(self, shape: Shape, precision: Precision) -> list[Ending]:
        """A few steps of each method at a shape."""
        return self._all(
            Job(
                id=f"probe-{method.id}-{shape.batch_size}x{shape.max_tokens}",
                kind=JobKind.PROBE,
                method=method.id,
                precision=precision,
                **shape._asdict(),
                memory_limit=self._allowance.memory_limit,
                time_limit=self._measuring_limit(),
            )
            for method in self._methods
        )

    def _sizes(self, probe: Probe) -> Sizes:
        """Decided once: baselines and trials are compared example by example."""
        known = next((e.sizes for e in self._journal.entries if e.sizes is not None), None)
        if known is not None:
            return Sizes(*known)
        sizes = affordable_sizes(self._bench, probe, self._room(probe))
        self._journal.add(Entry(sizes=(sizes.train, sizes.dev, sizes.test)))
        return sizes

    def _baselines(self, probe: Probe, sizes: Sizes) -> Baselines:
        known = next((e.baselines for e in self._journal.entries if e.baselines is not None), None)
        if known is not None:
            return known
        self._progress.stage("measuring the baselines: majority, zero-shot, head only")
        ranked = ranked_size(self._bench, probe, self._room(probe), sizes.dev)
        job = self._measuring("baselines", JobKind.BASELINES, probe.batch_size)
        asked = {"precision": probe.precision, "max_tokens": probe.max_tokens}
        job = job.model_copy(update={**asked, "dev_size": ranked, "test_size": sizes.test})
        [ending] = self._all([job])
        if ending.answer is None:
            raise _failed("the baselines cannot be measured", ending)
        found = Baselines.model_validate(ending.answer)
        self._journal.add(Entry(baselines=found))
        return found

    def _measuring(self, id_: str, kind: JobKind, batch_size: int) -> Job:
        memory, limit = self._allowance.memory_limit, self._measuring_limit()
        return Job(id=id_, kind=kind, batch_size=batch_size, memory_limit=memory, time_limit=limit)

    def _measuring_limit(self) -> float:
        """Seconds after which a probe or the baselines are given up."""
        return max(self._allowance.budget, float(planning()["least_seconds"]))

    def _all(self, jobs: Any) -> list[Ending]:
        """Run jobs to their ends; in the order in which they were given."""
        ids = []
        for job in jobs:
            self._executor.submit(job)
            ids.append(job.id)
        found: dict[str, Ending] = {}
        while len(found) < len(ids):
            ending = self._executor.next_ending(_WAIT_SECONDS)
            if ending is not None:
                found[ending.job] = ending
        return [found[id_] for id_ in ids]


def _job(trial: Trial, plan: Plan) -> Job:
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


def _result(ending: Ending) -> TrialResult:
    """The trial's own result, or what its process's end means."""
    if ending.answer is not None:
        return _reworded(TrialResult.model_validate(ending.answer))
    return TrialResult(
        trial=ending.job,
        status=ending.status,
        message=reason(ending.status, ending.message),
        seconds=ending.wall_seconds,
    )


def _method_probe(ending: Ending) -> MethodProbe:
    if ending.answer is None:
        return MethodProbe(status=ending.status, message=reason(ending.status, ending.message))
    return _reworded(MethodProbe.model_validate(ending.answer))


def _reworded(answer: _Answer) -> _Answer:
    return answer.model_copy(update={"message": reason(answer.status, answer.message)})


def _slowdown(endings: Sequence[Ending]) -> float:
    """Wall seconds for each CPU second: above 1 where other programs use the cores as well."""
    wall = sum(ending.wall_seconds for ending in endings)
    cpu = sum(ending.cpu_seconds for ending in endings)
    return max(wall / cpu, 1.0) if cpu > 0 else 1.0


def _best_prompt(bench: Bench, baselines: Baselines) -> int:
    return bench.prompts.index(baselines.prompts[0].prompt) if baselines.prompts else 0


def _failed(sentence: str, ending: Ending) -> AdvisorError:
    out_of_memory = ending.status is Status.OUT_OF_MEMORY
    return AdvisorError(
        f"{sentence}: {reason(ending.status, ending.message)}",
        where="micro-benchmark",
        hint="raise --memory, or take a smaller model"
        if out_of_memory
        else "check the model and the examples; --keep DIR keeps the log",
        exit_code=ExitCode.MICROBENCH_FAILED,
    )
