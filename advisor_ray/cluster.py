"""Jobs as tasks of a Ray cluster, which places, repeats and cancels them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from advisor import __version__
from advisor.microbench import Bench, Ending, Job, TrialStatus
from advisor.support import AdvisorError, ExitCode
from advisor_ray import node
from advisor_ray.connecting import Connection
from advisor_ray.room import (
    Node,
    largest_share,
    nodes_with_room,
    require_memory,
    shortage,
)

Say = Callable[[str], None]

_RETRIES = 3
"""So often is a job repeated whose node or process has died under it."""
_CLEAR_SECONDS = 10.0
_NEEDS = "every node needs this package with its train extra, and the model under the same path"
_GO_ON = "ray status shows the nodes; finished trials are kept for --resume"


class RayExecutor:
    """Runs jobs on a Ray cluster; see ``Executor``.

    Every node needs this package with its ``train`` extra, and the model under the same path. It
    loads the model before the first job, once for each job that it can run at a time. Running
    trials tell nothing of their looks. A job's time counts from its start on a node, not while it
    waits for room. Nodes that join later take part, but add no slots.

    Args:
        bench: what the jobs work on; it is sent to the nodes once.
        address: of the cluster, or None to start one on this machine.
        say: is told if the first job has to wait for room.
        most: no more than so many jobs side by side; None for what the cluster can.

    Raises:
        AdvisorError: if Ray is not installed, the cluster cannot be reached, or a node cannot load
            the model.
    """

    def __init__(
        self, bench: Bench, *, address: str | None, say: Say, most: int | None = None
    ) -> None:
        started = time.monotonic()
        self._say = say
        self._asked = False
        self._running: dict[Any, Job] = {}
        self._run = secrets.token_hex(8)
        self._connection = Connection(address)
        self._ray = self._connection.ray
        self._nodes: list[Node] = []
        self._held = 0
        try:
            cpus, gpus = bench.threads, 1 if bench.device == "cuda" else 0
            self._options = {"num_cpus": cpus, "num_gpus": gpus}
            # Ray would give a process with a GPU one task only.
            self._task = self._ray.remote(max_calls=0, max_retries=_RETRIES)(node.do)
            self._bench = self._ray.put(bench.model_dump_json())
            self._nodes = nodes_with_room(self._ray.nodes(), cpus=cpus, gpus=gpus)
            slots = sum(each.slots for each in self._nodes)
            self.slots = slots if most is None else min(most, slots)
            self._load()
        except BaseException:
            self.close()
            raise
        self.loading_seconds = time.monotonic() - started

    def slot_memory(self, slots: int) -> int:
        """Bytes beside the loaded model for each job while so many run side by side."""
        return max(largest_share(self._nodes, slots) - self._held, 0)

    def submit(self, job: Job) -> None:
        """Hand the job to the cluster, which starts it where there is room."""
        options: dict[str, Any] = {**self._options, "name": job.id}
        if job.memory_limit is not None:
            # For placing only; the limit itself is set by the process of the job.
            options["memory"] = job.memory_limit + self._held
            require_memory(self._nodes, options["memory"])
        self._tell_of_waiting(options)
        task = self._task.options(**options)
        self._running[task.remote(self._run, self._bench, job.model_dump_json())] = job

    def next_ending(self, timeout: float) -> Ending | None:
        """The next job that has ended, in whatever way; None if there is none in time.

        Raises:
            AdvisorError: if a node cannot do its part, or the cluster has lost what a job came to.
        """
        if not self._running:
            return None
        done, _ = self._ray.wait(list(self._running), num_returns=1, timeout=timeout)
        return self._ending(self._running.pop(done[0]), done[0]) if done else None

    def close(self) -> None:
        """Cancel what still runs, clear the nodes, and leave the cluster."""
        try:
            for reference in self._running:
                self._ray.cancel(reference, force=True)
            cleared = [self._on(each, node.clear).remote(self._run) for each in self._nodes]
            if cleared:
                self._ray.wait(cleared, num_returns=len(cleared), timeout=_CLEAR_SECONDS)
        finally:
            self._connection.close()

    def _tell_of_waiting(self, options: Mapping[str, Any]) -> None:
        """Tell if others have what the first job needs; later it may be this run that has it."""
        if self._asked:
            return
        self._asked = True
        short = shortage(self._ray.available_resources(), options)
        if short:
            self._say(f"waiting for room on the cluster: {short}")

    def _load(self) -> None:
        """Let every node load the model, once for each of its slots."""
        references = [
            self._on(each, node.load).remote(self._run, __version__, self._bench)
            for each in self._nodes
            for _ in range(min(each.slots, self.slots))
        ]
        try:
            # On a node every slot has a loaded model of its own.
            self._held = max(
                self._told(reference, hint=_NEEDS)["memory"] for reference in references
            )
        except self._ray.exceptions.RayError as error:
            raise _broken("a node was lost while it loaded", _lines(error)[0], _GO_ON) from None

    def _on(self, where: Node, function: Any) -> Any:
        """The function as a task of a given node, which needs no room there."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        place = NodeAffinitySchedulingStrategy(where.id, soft=False)
        return self._ray.remote(num_cpus=0, scheduling_strategy=place)(function)

    def _told(self, reference: Any, hint: str = "") -> Mapping[str, Any]:
        """What a task has said; the hint is for a node that failed, which may have its own."""
        try:
            told: Mapping[str, Any] = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            # The traceback of the node stands in front of what was wrong.
            raise _broken("a node could not do its part", _lines(error)[-1], _NEEDS) from None
        if "failed" in told:
            failed = told["failed"]
            raise AdvisorError(
                failed["error"],
                where=f"{failed['where']} on {told['node']}".lstrip(),
                hint=hint or failed["hint"],
                exit_code=ExitCode.MICROBENCH_FAILED,
            )
        return told

    def _ending(self, job: Job, reference: Any) -> Ending:
        try:
            return Ending.model_validate(self._told(reference)["ending"])
        except self._ray.exceptions.OutOfMemoryError as error:
            why = f"its node ran out of memory: {_lines(error)[0]}"
            return Ending(job=job.id, status=TrialStatus.OUT_OF_MEMORY, message=why)
        except (
            self._ray.exceptions.WorkerCrashedError,
            self._ray.exceptions.NodeDiedError,
        ) as error:
            # Ray has repeated the job. That its process or node died each time means that the job
            # itself took the node's memory.
            times = f"Ray's process or its node died under it {_RETRIES + 1} times"
            why = f"{times}: {_lines(error)[0]}"
            return Ending(job=job.id, status=TrialStatus.KILLED, message=why)
        except self._ray.exceptions.RayError as error:
            raise _broken("the cluster has lost a trial", _lines(error)[0], _GO_ON) from None


def _broken(sentence: str, reason: str, hint: str) -> AdvisorError:
    return AdvisorError(
        f"{sentence}: {reason}",
        where="--executor ray",
        hint=hint,
        exit_code=ExitCode.MICROBENCH_FAILED,
    )


def _lines(error: Exception) -> list[str]:
    """What an error says, line by line; never empty."""
    lines = [line.strip()[:300] for line in str(error).splitlines()]
    return [line for line in lines if line] or [type(error).__name__]
