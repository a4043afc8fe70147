"""Measure what has to be known before the plan: steps, sizes that can be afforded, baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from advisor.catalogue.tables import Method
from advisor.microbench.allowance import Account
from advisor.microbench.asking import Asker
from advisor.microbench.baselining import Baseliner
from advisor.microbench.planning.cost import Sizes
from advisor.microbench.planning.ladder import affordable_sizes, whole_sizes
from advisor.microbench.probing import Prober
from advisor.microbench.running.executor import Executor
from advisor.microbench.running.journal import Entry, Journal
from advisor.microbench.sharing import Sharing
from advisor.microbench.spec import Baselines, Bench, Probe


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
