"""How the free memory is shared by the processes that run side by side."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.microbench.planning.cost import planning
from advisor.microbench.running.executor import Executor
from advisor.microbench.spec import MethodProbe


class Sharing:
    """Bytes that each process may add to the model that all share, by how many run at a time.

    Args:
        executor: whose free memory is looked at once, before anything runs.
        stated: bytes for each process as the user says, however many run; None for a share.
    """

    def __init__(self, executor: Executor, stated: int | None) -> None:
        share = float(planning()["memory_share"])
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
        margin = float(planning()["memory_margin"])
        most = margin * max((probe.added_memory for probe in probes), default=0)
        fitting = (slots for slots, limit in self._limits.items() if limit >= most)
        return max(fitting, default=1)
