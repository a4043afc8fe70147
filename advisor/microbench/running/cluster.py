"""Jobs as tasks of a Ray cluster, which places, repeats and cancels them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from advisor.microbench.running.child import guarded, own_process_only, set_limits
from advisor.microbench.spec import Bench, Ending, Job, Status
from advisor.support.errors import AdvisorError, ExitCode

_RETRIES = 3
"""So often is a job repeated whose node or process has died under it."""


class RayExecutor:
    """Runs jobs on a Ray cluster; see ``Executor``.

    Every node needs this package with its ``train`` extra, and the model under the same path.

    Args:
        bench: what the jobs work on; it is sent to the nodes once.
        address: of the cluster, or None to start one on this machine.

    Raises:
        AdvisorError: if Ray is not installed, or the cluster cannot be reached.
    """

    def __init__(self, bench: Bench, *, address: str | None) -> None:
        self._ray = _ray()
        self._owned = not self._ray.is_initialized()
        if self._owned:
            _connect(self._ray, address)
        self._gpus = 1 if bench.device == "cuda" else 0
        self._bench = self._ray.put(bench.model_dump_json())
        self._task = self._ray.remote(max_retries=_RETRIES, max_calls=1)(_do)
        self._running: dict[Any, tuple[Job, float]] = {}
        self._late: set[str] = set()
        self._ended: deque[Ending] = deque()
        self.loading_seconds = 0.0
        resources = self._ray.cluster_resources()
        self.slots = max(int(resources.get("GPU" if self._gpus else "CPU", 1)), 1)

    def submit(self, job: Job) -> None:
        """Hand the job to the cluster, which starts it where there is room."""
        options: dict[str, Any] = {"num_cpus": 1, "num_gpus": self._gpus, "name": job.id}
        if job.memory_limit is not None:
            options["memory"] = job.memory_limit
        reference = self._task.options(**options).remote(self._bench, job.model_dump_json())
        self._running[reference] = (job, time.monotonic())

    def next_ending(self, timeout: float) -> Ending | None:
        """The next job that has ended, in whatever way; None if there is none in time."""
        self._cancel_late()
        if not self._running:
            return None
        done, _ = self._ray.wait(list(self._running), num_returns=1, timeout=timeout)
        if not done:
            return None
        job, started = self._running.pop(done[0])
        return self._ending(job, done[0], time.monotonic() - started)

    def close(self) -> None:
        """Cancel what still runs, and leave the cluster, or end it if it was started here."""
        for reference in self._running:
            self._ray.cancel(reference, force=True)
        if self._owned:
            self._ray.shutdown()

    def _cancel_late(self) -> None:
        now = time.monotonic()
        for reference, (job, started) in self._running.items():
            if job.id not in self._late and now - started > job.time_limit:
                self._late.add(job.id)
                self._ray.cancel(reference, force=True)

    def _ending(self, job: Job, reference: Any, wall: float) -> Ending:
        try:
            told: Mapping[str, Any] = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            if job.id in self._late:
                why = f"it was ended after its limit of {job.time_limit:.0f} s"
                return Ending(job=job.id, status=Status.TIMED_OUT, message=why, wall_seconds=wall)
            out = isinstance(error, self._ray.exceptions.OutOfMemoryError)
            status = Status.OUT_OF_MEMORY if out else Status.KILLED
            why = f"the cluster lost it: {str(error).strip().splitlines()[0][:300]}"
            return Ending(job=job.id, status=status, message=why, wall_seconds=wall)
        return Ending(job=job.id, wall_seconds=wall, **told)


def _do(bench: str, job: str) -> dict[str, Any]:
    """What a node does: load the model, then the job, in a process that ends afterwards."""
    from advisor.microbench.worker.workbench import load_workbench

    own_process_only()
    wanted = Job.model_validate_json(job)
    workbench = load_workbench(Bench.model_validate_json(bench))
    set_limits(wanted)
    started = time.process_time()
    told = guarded(workbench, wanted, lambda _: None)
    return {**told, "cpu_seconds": time.process_time() - started}


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise AdvisorError(
            "Ray is not installed",
            where="--executor ray",
            hint="pip install 'tuning-advisor[cluster]', or leave --executor out",
        ) from None
    return ray


def _connect(ray: Any, address: str | None) -> None:
    local = {"include_dashboard": False} if address is None else {"address": address}
    try:
        ray.init(log_to_driver=False, logging_level="error", **local)
    except Exception as error:  # noqa: BLE001 - Ray raises whatever its transport does
        raise AdvisorError(
            f"the Ray cluster cannot be reached: {str(error).strip().splitlines()[0][:300]}",
            where=f"--address {address}" if address else "--executor ray",
            hint="check the address, and that the cluster runs this version of Ray and Python",
            exit_code=ExitCode.MICROBENCH_FAILED,
        ) from None
