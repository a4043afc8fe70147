"""Measure each method for a moment: which prompt it gets, how long a step is, how much memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from advisor.catalogue import planning
from advisor.methods import Method
from advisor.microbench.allowance import Account
from advisor.microbench.planning.ladder import usual_batch
from advisor.microbench.planning.shapes import (
    StepShape,
    shape_to_probe,
    shape_to_try,
    smaller,
    smallest,
)
from advisor.microbench.records import (
    Bench,
    Ending,
    Job,
    JobKind,
    MethodProbe,
    Probe,
    TrialPrecision,
    TrialStatus,
)
from advisor.microbench.running.executor import Executor
from advisor.microbench.running.results import failure, method_probe, no_answer


class Sharing:
    """Bytes that each process may add to the model that all share, by how many run at a time.

    Args:
        executor: whose free memory is looked at once, before anything runs.
        stated: bytes for each process as the user says, however many run; None for a share.
    """

    def __init__(self, executor: Executor, stated: int | None) -> None:
        share = planning().memory_share
        self.slots = executor.slots
        self._limits = {
            slots: int(executor.slot_memory(slots) * share) if stated is None else stated
            for slots in range(1, self.slots + 1)
        }

    def limit(self, slots: int) -> int:
        """Bytes for each of so many processes."""
        return self._limits[slots]

    def slots_for(self, probes: Iterable[MethodProbe]) -> int:
        """The most processes side by side of which each has room for any of these methods."""
        margin = planning().memory_margin
        most = margin * max((probe.added_memory for probe in probes), default=0)
        fitting = (slots for slots, limit in self._limits.items() if limit >= most)
        return max(fitting, default=1)


WAIT_SECONDS = 0.5


class Asker:
    """Makes the jobs of a survey, and waits for their ends."""

    def __init__(self, account: Account, executor: Executor) -> None:
        self._account = account
        self._executor = executor

    @property
    def allowed(self) -> float:
        """Wall seconds that a measurement may take which begins now."""
        table = planning()
        share = table.survey_share * self._account.left
        return max(share, table.survey_least)

    def job(
        self, id_: str, kind: JobKind, shape: StepShape, memory: int | None, **asked: Any
    ) -> Job:
        """A job that is given up when it takes more than its share."""
        return Job(
            id=id_, kind=kind, **shape._asdict(), time_limit=self.allowed,
            memory_limit=memory, **asked,
        )  # fmt: skip

    def all(self, jobs: Iterable[Job]) -> list[Ending]:
        """Run jobs to their ends; in the order in which they were given.

        Raises:
            AdvisorError: if they take longer than all of them may one after another, and than the
                whole run may, as where a cluster has no room for them.
        """
        asked = []
        for job in jobs:
            self._executor.submit(job)
            asked.append(job)
        longest = max(sum(job.time_limit for job in asked), self._account.allowance.budget)
        patience = longest * (1.0 + planning().overrun_share)
        deadline = self._account.spent + patience
        found: dict[str, Ending] = {}
        while len(found) < len(asked):
            ending = self._executor.next_ending(WAIT_SECONDS)
            if ending is not None:
                found[ending.job] = ending
            elif self._account.spent > deadline:
                raise no_answer(patience)
        return [found[job.id] for job in asked]


_NO_ROOM = (TrialStatus.OUT_OF_MEMORY, TrialStatus.KILLED)
_UNPROBED: dict[str, Any] = {"precision": TrialPrecision.FP32, "speed": None, "seconds": None}
"""What is used where the number formats could not be compared."""


class _Round(NamedTuple):
    """What the methods came to at a shape.

    Attributes:
        crowded: whether one of them had room only without the others.
    """

    shape: StepShape
    found: dict[str, MethodProbe]
    slowdown: float
    crowded: bool

    def without_room(self) -> list[str]:
        return [id_ for id_, probe in self.found.items() if probe.status in _NO_ROOM]

    def able(self) -> list[MethodProbe]:
        return [probe for probe in self.found.values() if probe.status.usable]


class Prober:
    """Finds number format and shape, and measures each method with them."""

    def __init__(
        self, bench: Bench, methods: Sequence[Method], account: Account, asker: Asker,
        sharing: Sharing,
    ) -> None:  # fmt: skip
        self._bench = bench
        self._methods = methods
        self._account = account
        self._asker = asker
        self._sharing = sharing

    def probe(self, loading_seconds: float) -> Probe:
        """What steps take, all methods side by side as they will run in the trials.

        A model that is too slow to be measured in its share of the budget is no error: its methods
        have no time, and say so.

        Args:
            loading_seconds: what a process needs before its first job.

        Raises:
            AdvisorError: if the model cannot be run at all.
        """
        small = StepShape(planning().probe_batch, self._bench.max_tokens)
        known = self._answer(self._asker.job("examples", JobKind.EXAMPLES, small, None))
        shape = StepShape(usual_batch(self._bench, known["token_lengths"]), self._bench.max_tokens)
        job = self._asker.job("precision", JobKind.PRECISION, small, self._sharing.limit(1))
        [ending] = self._asker.all([job])
        common = {**known, "loading_seconds": loading_seconds}
        if ending.status is TrialStatus.TIMED_OUT:
            late = dict.fromkeys((method.id for method in self._methods), _late(job))
            return Probe(
                precision=TrialPrecision.FP32, **shape._asdict(), methods=late,
                slots=self._sharing.slots, memory_limit=self._sharing.limit(self._sharing.slots),
                **common,
            )  # fmt: skip
        # It trains all parameters. Where that has no room, or a number format crashes, a method
        # that needs less may still run, and each one's own measurement tells.
        found = ending.answer or _UNPROBED
        common |= {"precision": found["precision"], "speed": found["speed"]}
        if found["seconds"] is not None:
            example = found["seconds"] * slowdown([ending]) / small.batch_size
            typical = known["token_lengths"][0]
            shape = shape_to_probe(shape, typical, example, self._asker.allowed)
        return self._probe(shape, common)

    def _probe(self, shape: StepShape, common: dict[str, Any]) -> Probe:
        """The methods at this shape, or at a smaller one where memory or budget want it."""
        precision = common["precision"]
        while True:
            last = self._with_room(shape, precision)
            slots = self._slots(last)
            probe = Probe(
                **last.shape._asdict(),
                methods=last.found,
                slots=slots,
                memory_limit=self._sharing.limit(slots),
                slowdown=last.slowdown,
                **common,
            )
            less = shape_to_try(self._bench, self._methods, probe, self._account.room(probe))
            if less is None:
                return probe
            shape = less

    def _with_room(self, shape: StepShape, precision: TrialPrecision) -> _Round:
        """The largest shape, from this one down, at which there is room for all that can have it.

        Most of what a method needs does not go with the batch, so the smallest shape is asked
        first whether a smaller one helps at all.
        """
        last, least = self._round(shape, precision), smallest(shape)
        if least == shape:
            return last
        helped = {
            id_
            for id_ in last.without_room()
            if self._alone(id_, least, precision).status not in _NO_ROOM
        }
        while helped.intersection(last.without_room()) and (less := smaller(last.shape)):
            last = self._round(less, precision)
        return last

    def _round(self, shape: StepShape, precision: TrialPrecision) -> _Round:
        """All methods side by side; those without room again, alone and with all the memory."""
        slots = self._sharing.slots
        ids = [method.id for method in self._methods]
        jobs = [self._job(id_, shape, precision, slots) for id_ in ids]
        endings = self._asker.all(jobs)
        found = {
            job.method: self._probed(job, ending) for job, ending in zip(jobs, endings, strict=True)
        }
        side_by_side = _Round(shape, found, slowdown(endings), crowded=False)
        crowded = side_by_side.without_room() if slots > 1 else []
        again = {id_: self._alone(id_, shape, precision) for id_ in crowded}
        return side_by_side._replace(
            found=found | again, crowded=any(probe.status.usable for probe in again.values())
        )

    def _slots(self, last: _Round) -> int:
        """Processes side by side: as many as there is room for, one where that is not known."""
        if last.crowded and not all(probe.added_memory for probe in last.able()):
            return 1
        return self._sharing.slots_for(last.able())

    def _alone(self, method: str, shape: StepShape, precision: TrialPrecision) -> MethodProbe:
        job = self._job(method, shape, precision, 1)
        [ending] = self._asker.all([job])
        return self._probed(job, ending)

    def _job(self, method: str, shape: StepShape, precision: TrialPrecision, slots: int) -> Job:
        beside = "" if slots == self._sharing.slots else "-alone"
        return self._asker.job(
            f"probe-{method}-{shape.batch_size}x{shape.max_tokens}{beside}", JobKind.PROBE, shape,
            self._sharing.limit(slots), method=method, precision=precision,
        )  # fmt: skip

    def _probed(self, job: Job, ending: Ending) -> MethodProbe:
        if ending.status is TrialStatus.TIMED_OUT:
            return _late(job)
        # The limit is one of the host's memory.
        return method_probe(ending, job.memory_limit if self._bench.device == "cpu" else None)

    def _answer(self, job: Job) -> dict[str, Any]:
        [ending] = self._asker.all([job])
        return _answer_of(ending)


def _answer_of(ending: Ending) -> dict[str, Any]:
    if ending.answer is None:
        raise failure("the model cannot be run", ending)
    return ending.answer


def _late(job: Job) -> MethodProbe:
    """What is known of a method whose measurement was given up."""
    said = (
        f"a few steps on {job.batch_size} examples take more than the {job.time_limit:.0f} s that "
        "this budget has for measuring them; give it several times as much, or take a smaller model"
    )
    return MethodProbe(status=TrialStatus.TIMED_OUT, message=said)


def slowdown(endings: Sequence[Ending]) -> float:
    """Wall seconds for each CPU second: above 1 where other programs use the cores as well."""
    wall = sum(ending.wall_seconds for ending in endings)
    cpu = sum(ending.cpu_seconds for ending in endings)
    return max(wall / cpu, 1.0) if cpu > 0 else 1.0
