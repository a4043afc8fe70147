"""The interface behind which trials run: on this machine, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from advisor.microbench.records import Ending, Job

Watch = Callable[[Mapping[str, Any]], None]
"""Is told of a running trial's looks: its identifier, step, losses, rate and memory."""


class Executor(Protocol):
    """Runs independent jobs; what a job does to its process never ends the run.

    Attributes:
        slots: how many jobs run side by side.
        loading_seconds: what a process needs before its first job, as far as it is known.
    """

    slots: int
    loading_seconds: float

    def slot_memory(self, slots: int) -> int:
        """Bytes beside the loaded model for each job while so many run side by side."""

    def submit(self, job: Job) -> None:
        """Start the job now, or as soon as there is room."""

    def next_ending(self, timeout: float) -> Ending | None:
        """The next job that has ended, in whatever way; None if there is none in time."""

    def close(self) -> None:
        """End every process and leave nothing behind."""
