"""What the user allows a micro-benchmark, and what is left of it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from advisor.microbench.planning.ladder import Room
from advisor.microbench.records import Probe


@dataclass(frozen=True)
class Allowance:
    """What the user allows, and what of it is used before a model is loaded.

    Attributes:
        budget: wall seconds.
        memory_limit: bytes for each process; None for a fair share.
        spent: wall seconds, on the profiles and the first advice.
    """

    budget: float
    memory_limit: int | None = None
    spent: float = 0.0


class Account:
    """The allowance of a run that has begun.

    Args:
        allowance: of the whole run.
        spent: seconds that were used before this was made.
    """

    def __init__(self, allowance: Allowance, *, spent: float) -> None:
        self.allowance = allowance
        self._started = time.monotonic() - spent

    @property
    def spent(self) -> float:
        """Wall seconds since the run began."""
        return time.monotonic() - self._started

    @property
    def left(self) -> float:
        """Wall seconds of the budget that are left; below 0 where it is overdrawn."""
        return self.allowance.budget - self.spent

    def room(self, probe: Probe) -> Room:
        """What is left, as the plan wants it, on the machine that was probed."""
        budget = self.allowance.budget
        return Room(budget, self.left, probe.slots, probe.memory_limit, probe.slowdown)
