"""Measure what has to be known before the plan: steps, sizes that can be afforded, baselines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from advisor.catalogue.tables import Method
from advisor.microbench.allowance import Account
from advisor.microbench.endings import failure, method_probe
from advisor.microbench.planning.cost import Sizes, planning
from advisor.microbench.planning.ladder import (
    affordable_sizes,
    head_rows,
    ranked_size,
    usual_batch,
)
from advisor.microbench.planning.shapes import Shape, shape_to_try
from advisor.microbench.running.executor import Executor
from advisor.microbench.running.journal import Entry, Journal
from advisor.microbench.spec import Baselines, Bench, Ending, Job, JobKind, Precision, Probe

WAIT_SECONDS = 0.5


class Surveyor:
    """Asks the executor, or reads from the journal what an interrupted run has asked already.

    Args:
        say: is told what is being measured.
    """

    def __init__(
        self,
        bench: Bench,
        methods: Sequence[Method],
        account: Account,
        executor: Executor,
        journal: Journal,
        say: Callable[[str], None],
    ) -> None:
        self._bench = bench
        self._methods = methods
        self._account = account
        self._executor = executor
        self._journal = journal
        self._say = say

    def probe(self) -> Probe:
        """What steps take: all methods side by side, as they will run in the trials."""
        known = next((e.probe for e in self._journal.entries if e.probe is not None), None)
        if known is not None:
            return known
        self._say("measuring what a step takes")
        most = self._bench.max_tokens
        small = Shape(int(planning()["probe_batch"]), most)
        [ending] = self._all([self._measuring("precision", JobKind.PRECISION, small)])
        if ending.answer is None:
            raise failure("the model cannot be run", ending)
        precision = Precision(ending.answer["precision"])
        lengths = ending.answer["token_lengths"]
        shape: Shape | None = Shape(usual_batch(self._bench, lengths), most)
        while shape is not None:
            endings = self._all(
                self._measuring(
                    f"probe-{method.id}-{shape.batch_size}x{shape.max_tokens}", JobKind.PROBE,
                    shape, method=method.id, precision=precision,
                )
                for method in self._methods
            )  # fmt: skip
            probe = Probe(
                precision=precision,
                **shape._asdict(),
                methods={
                    method.id: method_probe(found)
                    for method, found in zip(self._methods, endings, strict=True)
                },
                token_lengths=lengths,
                answer_lengths=ending.answer["answer_lengths"],
                most_written=ending.answer["most_written"],
                room=ending.answer["room"],
                loading_seconds=self._executor.loading_seconds,
                slowdown=_slowdown(endings),
                speed=ending.answer["speed"],
            )
            room = self._account.room(probe.slowdown)
            shape = shape_to_try(self._bench, self._methods, probe, room)
        self._journal.add(Entry(probe=probe))
        return probe

    def sizes(self, probe: Probe) -> Sizes:
        """Decided once: baselines and trials are compared example by example."""
        known = next((e.sizes for e in self._journal.entries if e.sizes is not None), None)
        if known is not None:
            return Sizes(*known)
        sizes = affordable_sizes(self._bench, probe, self._account.room(probe.slowdown))
        self._journal.add(Entry(sizes=(sizes.train, sizes.dev, sizes.test)))
        return sizes

    def baselines(self, probe: Probe, sizes: Sizes) -> Baselines:
        """What no training, or next to none, reaches, on the examples that trials are judged by."""
        known = next((e.baselines for e in self._journal.entries if e.baselines is not None), None)
        if known is not None:
            return known
        self._say("measuring the baselines: majority, zero-shot, head only")
        room = self._account.room(probe.slowdown)
        shape = Shape(probe.batch_size, probe.max_tokens)
        job = self._measuring(
            "baselines", JobKind.BASELINES, shape,
            precision=probe.precision, test_size=sizes.test,
            dev_size=ranked_size(self._bench, probe, room, sizes.dev),
            head_rows=head_rows(self._bench, probe, room),
        )  # fmt: skip
        [ending] = self._all([job])
        if ending.answer is None:
            raise failure("the baselines cannot be measured", ending)
        found = Baselines.model_validate(ending.answer)
        self._journal.add(Entry(baselines=found))
        return found

    def _measuring(self, id_: str, kind: JobKind, shape: Shape, **asked: Any) -> Job:
        """A job that is given up when it takes longer than the whole run may."""
        allowed = self._account.allowance
        return Job(
            id=id_, kind=kind, **shape._asdict(), memory_limit=allowed.memory_limit,
            time_limit=max(allowed.budget, float(planning()["least_seconds"])), **asked,
        )  # fmt: skip

    def _all(self, jobs: Iterable[Job]) -> list[Ending]:
        """Run jobs to their ends; in the order in which they were given."""
        ids = []
        for job in jobs:
            self._executor.submit(job)
            ids.append(job.id)
        found: dict[str, Ending] = {}
        while len(found) < len(ids):
            ending = self._executor.next_ending(WAIT_SECONDS)
            if ending is not None:
                found[ending.job] = ending
        return [found[id_] for id_ in ids]


def _slowdown(endings: Sequence[Ending]) -> float:
    """Wall seconds for each CPU second: above 1 where other programs use the cores as well."""
    wall = sum(ending.wall_seconds for ending in endings)
    cpu = sum(ending.cpu_seconds for ending in endings)
    return max(wall / cpu, 1.0) if cpu > 0 else 1.0
