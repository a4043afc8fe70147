"""Look before planning: the baselines, each method's pace and memory, and what they leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from advisor.catalogue import planning
from advisor.methods import Method
from advisor.microbench.allowance import Account
from advisor.microbench.planning.cost import Sizes
from advisor.microbench.planning.ladder import (
    affordable_sizes,
    head_examples,
    ranked_size,
    slowest_evaluation,
    whole_sizes,
)
from advisor.microbench.planning.shapes import StepShape
from advisor.microbench.probing import Asker, Prober, Sharing
from advisor.microbench.records import (
    Baseline,
    Baselines,
    Bench,
    Ending,
    Job,
    JobKind,
    Probe,
    Route,
    TrialStatus,
)
from advisor.microbench.running.executor import Executor
from advisor.microbench.running.journal import Entry, Journal
from advisor.microbench.running.results import failure, reason

_NAMES = {
    Baseline.MAJORITY: "the most frequent answer",
    Baseline.ZERO_SHOT: "zero-shot",
    Baseline.HEAD_ONLY: "a linear head on frozen features",
    Baseline.GENERAL_LOSS: "the loss on general text",
}


class Baseliner:
    """Measures what fits, and notes what does not.

    Args:
        sizes: of the splits; all baselines are judged on the test examples of the trials.
    """

    def __init__(
        self, bench: Bench, probe: Probe, sizes: Sizes, account: Account, asker: Asker
    ) -> None:
        self._bench = bench
        self._probe = probe
        self._sizes = sizes
        self._account = account
        self._asker = asker
        self._notes: list[str] = []

    def measure(self) -> Baselines:
        """All baselines, with None for those that the budget does not hold.

        Raises:
            AdvisorError: if not even the most frequent answer, which needs no model, can be had.
        """
        [majority] = self._asker.all([self._job(Baseline.MAJORITY)])
        if majority.answer is None:
            raise failure("the examples cannot be used", majority)
        jobs = list(self._jobs())
        endings = self._asker.all(jobs)
        found = dict(majority.answer)
        told = [found.pop("note")]
        for job, ending in zip(jobs, endings, strict=True):
            fields = self._fields(job, ending)
            told.append(fields.pop("note", ""))
            found |= fields
        return Baselines(**found, note="; ".join(filter(None, (*told, *self._notes))))

    def _jobs(self) -> Iterator[Job]:
        """Those that need the model and are expected to end in time."""
        if self._bench.task.route is Route.HEAD:
            yield from self._head_only()
        yield from self._zero_shot()
        yield self._job(Baseline.GENERAL_LOSS)

    def _zero_shot(self) -> Iterator[Job]:
        room = self._account.room(self._probe)
        ranked = ranked_size(self._bench, self._probe, room, self._sizes.dev)
        examples = max(len(self._bench.prompts), 1) * ranked + self._sizes.test
        # Where labels are chosen by their words, a linear head on what chooses them comes besides.
        train = head_examples(self._bench, self._probe, room)
        if train is not None:
            examples += min(train, self._sizes.train)
        expected = examples * self._example_seconds
        if self._bench.task.route is Route.HEAD or expected <= self._asker.allowed:
            yield self._job(Baseline.ZERO_SHOT, train_size=train, dev_size=ranked)
        else:
            self._too_long(Baseline.ZERO_SHOT, expected)

    def _head_only(self) -> Iterator[Job]:
        """On as many training examples as there is time for, of which every prefix is fair."""
        sizes, seconds = self._sizes, self._example_seconds
        beside = sizes.dev + sizes.test
        fitting = int(self._asker.allowed / max(seconds, 1e-9)) - beside
        train = min(sizes.train, fitting)
        if train < min(sizes.train, planning().least_head_rows):
            self._too_long(Baseline.HEAD_ONLY, (sizes.train + beside) * seconds)
            return
        if train < sizes.train:
            self._notes.append(
                f"the linear head was fitted to {train} of {sizes.train} training examples"
            )
        yield self._job(Baseline.HEAD_ONLY, train_size=train, dev_size=sizes.dev)

    @property
    def _example_seconds(self) -> float:
        """Wall seconds for one example."""
        return slowest_evaluation(self._probe) * self._probe.slowdown

    def _job(self, baseline: Baseline, **asked: Any) -> Job:
        shape = StepShape(self._probe.batch_size, self._probe.max_tokens)
        return self._asker.job(
            f"baseline-{baseline.value}", JobKind.BASELINE, shape, self._probe.memory_limit,
            baseline=baseline, precision=self._probe.precision, test_size=self._sizes.test, **asked,
        )  # fmt: skip

    def _too_long(self, baseline: Baseline, expected: float) -> None:
        self._notes.append(
            f"{_NAMES[baseline]} was not measured: it takes about {expected:.0f} s, and this "
            f"budget leaves {self._asker.allowed:.0f} s for it"
        )

    def _fields(self, job: Job, ending: Ending) -> dict[str, Any]:
        """Fields of Baselines; of a job that failed, the reason alone."""
        if ending.answer is not None:
            return dict(ending.answer)
        name = _NAMES[job.baseline] if job.baseline else job.id
        if ending.status is TrialStatus.TIMED_OUT:
            return {"note": f"{name} was not measured: it took more than {job.time_limit:.0f} s"}
        limit = job.memory_limit if self._bench.device == "cpu" else None
        why = reason(ending.status, ending.message, limit)
        return {"note": f"{name} was not measured: {why}"}


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
        self._asker = Asker(account, executor)
        self._journal = journal
        self._say = say

    def probe(self) -> Probe:
        """What steps take."""
        known = next((e.probe for e in self._journal.entries if e.probe is not None), None)
        if known is not None:
            return known
        self._say("measuring what a step takes")
        sharing = Sharing(self._executor, self._account.allowance.memory_limit)
        prober = Prober(self._bench, self._methods, self._account, self._asker, sharing)
        probe = prober.probe(self._executor.loading_seconds)
        self._journal.add(Entry(probe=probe))
        return probe

    def sizes(self, probe: Probe) -> Sizes:
        """Decided once: baselines and trials are compared example by example."""
        known = next((e.sizes for e in self._journal.entries if e.sizes is not None), None)
        if known is not None:
            return Sizes(*known)
        room = self._account.room(probe)
        sizes = affordable_sizes(whole_sizes(self._bench), probe, room)
        self._journal.add(Entry(sizes=(sizes.train, sizes.dev, sizes.test)))
        return sizes

    def baselines(self, probe: Probe, sizes: Sizes) -> Baselines:
        """What no training, or next to none, reaches, on the examples that trials are judged by."""
        known = next((e.baselines for e in self._journal.entries if e.baselines is not None), None)
        if known is not None:
            return known
        self._say("measuring the baselines: majority, zero-shot, head only")
        found = Baseliner(self._bench, probe, sizes, self._account, self._asker).measure()
        self._journal.add(Entry(baselines=found))
        return found
