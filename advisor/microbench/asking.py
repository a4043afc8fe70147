"""Ask processes for measurements, each within its share of the time that is left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from advisor.microbench.allowance import Account
from advisor.microbench.endings import no_answer
from advisor.microbench.planning.cost import planning
from advisor.microbench.planning.shapes import Shape
from advisor.microbench.running.executor import Executor
from advisor.microbench.spec import Ending, Job, JobKind

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
        share = float(table["survey_share"]) * self._account.left
        return max(share, float(table["survey_least"]))

    def job(self, id_: str, kind: JobKind, shape: Shape, memory: int | None, **asked: Any) -> Job:
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
        patience = longest * (1.0 + float(planning()["overrun_share"]))
        deadline = self._account.spent + patience
        found: dict[str, Ending] = {}
        while len(found) < len(asked):
            ending = self._executor.next_ending(WAIT_SECONDS)
            if ending is not None:
                found[ending.job] = ending
            elif self._account.spent > deadline:
                raise no_answer(patience)
        return [found[job.id] for job in asked]
