"""Measure what steps take, at the largest shape that the budget can afford."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from advisor.catalogue.tables import Method
from advisor.microbench.allowance import Account
from advisor.microbench.asking import Asker
from advisor.microbench.endings import failure, method_probe
from advisor.microbench.planning.cost import planning
from advisor.microbench.planning.ladder import usual_batch
from advisor.microbench.planning.shapes import Shape, shape_to_probe, shape_to_try
from advisor.microbench.spec import (
    Bench,
    Ending,
    Job,
    JobKind,
    MethodProbe,
    Precision,
    Probe,
    Status,
)


class Prober:
    """Finds number format and shape, and measures each method with them."""

    def __init__(
        self, bench: Bench, methods: Sequence[Method], account: Account, asker: Asker
    ) -> None:
        self._bench = bench
        self._methods = methods
        self._account = account
        self._asker = asker

    def probe(self, loading_seconds: float) -> Probe:
        """What steps take, all methods side by side as they will run in the trials.

        A model that is too slow to be measured in its share of the budget is no error: its methods
        have no time, and say so.

        Args:
            loading_seconds: what a process needs before its first job.

        Raises:
            AdvisorError: if the model cannot be run at all.
        """
        small = Shape(int(planning()["probe_batch"]), self._bench.max_tokens)
        known = self._answer(self._asker.job("examples", JobKind.EXAMPLES, small))
        shape = Shape(usual_batch(self._bench, known["token_lengths"]), self._bench.max_tokens)
        job = self._asker.job("precision", JobKind.PRECISION, small)
        [ending] = self._asker.all([job])
        common = {**known, "loading_seconds": loading_seconds}
        if ending.status is Status.TIMED_OUT:
            late = dict.fromkeys((method.id for method in self._methods), _late(job))
            return Probe(precision=Precision.FP32, **shape._asdict(), methods=late, **common)
        found = _answer_of(ending)
        common |= {"precision": found["precision"], "speed": found["speed"]}
        if found["seconds"] is not None:
            example = found["seconds"] * slowdown([ending]) / small.batch_size
            typical = known["token_lengths"][0]
            shape = shape_to_probe(shape, typical, example, self._asker.allowed)
        return self._probe(shape, common)

    def _probe(self, shape: Shape, common: dict[str, Any]) -> Probe:
        """The methods at this shape, or at a smaller one where the budget wants it."""
        while True:
            jobs = [self._job(method, shape, common["precision"]) for method in self._methods]
            endings = self._asker.all(jobs)
            probe = Probe(
                **shape._asdict(),
                methods={job.method: _probed(job, e) for job, e in zip(jobs, endings, strict=True)},
                slowdown=slowdown(endings),
                **common,
            )
            room = self._account.room(probe.slowdown)
            less = shape_to_try(self._bench, self._methods, probe, room)
            if less is None:
                return probe
            shape = less

    def _job(self, method: Method, shape: Shape, precision: Precision) -> Job:
        return self._asker.job(
            f"probe-{method.id}-{shape.batch_size}x{shape.max_tokens}", JobKind.PROBE, shape,
            method=method.id, precision=precision,
        )  # fmt: skip

    def _answer(self, job: Job) -> dict[str, Any]:
        [ending] = self._asker.all([job])
        return _answer_of(ending)


def _answer_of(ending: Ending) -> dict[str, Any]:
    if ending.answer is None:
        raise failure("the model cannot be run", ending)
    return ending.answer


def _probed(job: Job, ending: Ending) -> MethodProbe:
    return _late(job) if ending.status is Status.TIMED_OUT else method_probe(ending)


def _late(job: Job) -> MethodProbe:
    """What is known of a method whose measurement was given up."""
    said = (
        f"a few steps on {job.batch_size} examples take more than the {job.time_limit:.0f} s that "
        "this budget has for measuring them; give it several times as much, or take a smaller model"
    )
    return MethodProbe(status=Status.TIMED_OUT, message=said)


def slowdown(endings: Sequence[Ending]) -> float:
    """Wall seconds for each CPU second: above 1 where other programs use the cores as well."""
    wall = sum(ending.wall_seconds for ending in endings)
    cpu = sum(ending.cpu_seconds for ending in endings)
    return max(wall / cpu, 1.0) if cpu > 0 else 1.0
