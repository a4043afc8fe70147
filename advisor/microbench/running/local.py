"""Jobs as processes of this machine, forked from one that has loaded the model already."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from advisor.microbench.records import Ending, Job, TrialStatus
from advisor.microbench.running.executor import Watch
from advisor.profilers import memory_left_bytes
from advisor.support import AdvisorError, ExitCode, isolated

_SERVER = "advisor.microbench.running.server"
_CLOSE_SECONDS = 5.0
_MOST_STARTS = 5
"""So often is a server that dies started again before the run is given up."""


class LocalExecutor:
    """Runs jobs side by side on this machine; see ``Executor``.

    Args:
        bench_file: the bench as JSON.
        folder: where answers and the log go; must exist.
        slots: how many jobs run side by side.
        watch: is told of the looks of running trials.
        most_loading: seconds that loading may take; None for as long as it takes.

    Raises:
        AdvisorError: if the model cannot be loaded, or not in time.
    """

    def __init__(
        self,
        bench_file: Path,
        folder: Path,
        *,
        slots: int,
        watch: Watch,
        most_loading: float | None = None,
    ) -> None:
        self.slots = slots
        self._most_loading = most_loading
        self.loading_seconds = 0.0
        self._bench_file = bench_file
        self._folder = folder
        self._watch = watch
        self._waiting: deque[Job] = deque()
        self._running: dict[str, tuple[Job, float]] = {}
        self._late: set[str] = set()
        self._killed: set[str] = set()
        self._starts = 0
        self._start()

    def slot_memory(self, slots: int) -> int:
        """Bytes beside the loaded model for each job while so many run side by side."""
        left = memory_left_bytes()
        free = psutil.virtual_memory().available
        return (free if left is None else min(free, left)) // slots

    def loaded_memory(self) -> int:
        """Bytes of the process that holds the loaded model."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def submit(self, job: Job) -> None:
        """Start the job as soon as one of the slots is free."""
        self._waiting.append(job)
        self._fill()

    def next_ending(self, timeout: float) -> Ending | None:
        """The next job that has ended, in whatever way; None if there is none in time.

        Raises:
            AdvisorError: if the disk refuses an answer, the system gives a lone job no process, or
                the server dies again and again. Such a job has no ending, so it can be repeated.
        """
        deadline = time.monotonic() + timeout
        while True:
            self._kill_late()
            try:
                left = max(deadline - time.monotonic(), 0.0)
                message = self._messages.get(timeout=min(left, 0.2))
            except queue.Empty:
                if time.monotonic() >= deadline:
                    return None
                continue
            ending = self._heed(message)
            if ending is not None:
                return ending

    def close(self) -> None:
        """End the server and with it every job."""
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._reader.join(_CLOSE_SECONDS)
            self._stdout.close()
            self._log.close()

    def _start(self) -> None:
        self._starts += 1
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._log = (self._folder / "server.log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - the program's own module, no shell
            isolated(_SERVER, str(self._bench_file), str(self._folder), str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
        )
        self._stdin: Any = self._process.stdin
        self._stdout: Any = self._process.stdout
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._await_ready()
        except BaseException:
            self.close()
            raise

    def _await_ready(self) -> None:
        try:
            message = self._messages.get(timeout=self._most_loading)
        except queue.Empty:
            raise AdvisorError(
                f"the model is not loaded after {self._most_loading:.0f} s",
                where="micro-benchmark",
                hint="put it on a faster disk, or give the run a larger --budget",
                exit_code=ExitCode.MICROBENCH_FAILED,
            ) from None
        if message is None:
            raise self._dead(self._why_unready())
        if "failed" in message:
            told = message["failed"]
            code = ExitCode(told["exit_code"])
            raise AdvisorError(
                told["error"], where=told["where"], hint=told["hint"], exit_code=code
            )
        self.loading_seconds = float(message["ready"])

    def _why_unready(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process.wait(_CLOSE_SECONDS) == -signal.SIGKILL:
                return (
                    "the process that loads the model was killed, as a system does that runs out "
                    "of memory"
                )
        return "the process that loads the model ended before it was ready"

    def _read(self) -> None:
        """Queue the server's lines; None when there will be no more."""
        messages, stream = self._messages, self._stdout
        try:
            for line in stream:
                messages.put(json.loads(line))
        except ValueError:
            pass  # a last line that was cut short, or a stream that has been closed
        finally:
            messages.put(None)

    def _heed(self, message: Mapping[str, Any] | None) -> Ending | None:
        """Do what a message of the server asks for; the ending that it tells of, if any."""
        if message is None:
            self._restart()
        elif "look" in message:
            self._watch(message["look"])
        elif "refused" in message:
            self._put_back(message["refused"], message["reason"])
        elif "unwritten" in message:
            raise AdvisorError(
                f"the answer of a trial cannot be written: {message['reason']}",
                where=str(self._folder),
                hint="make room, then go on with --resume; finished trials are kept",
            )
        elif "ended" in message:
            ending = self._ending(message)
            self._fill()
            return ending
        return None

    def _put_back(self, id_: str, reason: str) -> None:
        """Let a job that got no process wait until another one has ended."""
        job, _ = self._running.pop(id_)
        if not self._running:
            raise AdvisorError(
                f"the system starts no process for a trial: {reason}",
                where="micro-benchmark",
                hint="raise its limit of processes or free memory, then go on with --resume",
                exit_code=ExitCode.MICROBENCH_FAILED,
            )
        self._waiting.appendleft(job)

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self.slots:
            job = self._waiting.popleft()
            self._running[job.id] = (job, time.monotonic())
            self._tell({"job": job.model_dump(mode="json")})

    def _tell(self, command: Mapping[str, Any]) -> None:
        # A server that has died is noticed when its output ends.
        with contextlib.suppress(OSError):
            self._stdin.write(json.dumps(command).encode() + b"\n")
            self._stdin.flush()

    def _kill_late(self) -> None:
        now = time.monotonic()
        for id_, (job, started) in self._running.items():
            if id_ not in self._late and now - started > job.time_limit:
                self._late.add(id_)
                self._tell({"kill": id_})

    def _ending(self, message: Mapping[str, Any]) -> Ending | None:
        """How a job has ended; None if it is repeated."""
        job, _ = self._running.pop(message["ended"])
        late = job.id in self._late
        self._late.discard(job.id)
        times = {"wall_seconds": message["wall"], "cpu_seconds": message["cpu"]}
        path = self._folder / f"{job.id}.json"
        if message["code"] == 0 and path.is_file():
            told = json.loads(path.read_bytes())
            path.unlink()
            return Ending(job=job.id, **told, **times)
        if late:
            limit = f"it was ended after its limit of {job.time_limit:.0f} s"
            return Ending(job=job.id, status=TrialStatus.TIMED_OUT, message=limit, **times)
        if message["code"] == -signal.SIGKILL:
            if job.id not in self._killed:
                # It may have been in the way of another program, or of a person. A job that is
                # killed again has likely taken the memory itself, and would for ever.
                self._killed.add(job.id)
                self._waiting.appendleft(job)
                return None
            why = "something outside killed it twice, as a system does that runs out of memory"
            return Ending(job=job.id, status=TrialStatus.KILLED, message=why, **times)
        why = f"its process ended with code {message['code']}"
        return Ending(job=job.id, status=TrialStatus.CRASHED, message=why, **times)

    def _restart(self) -> None:
        """Start a dead server again; jobs in flight are repeated, as it was not their doing."""
        with contextlib.suppress(OSError):
            self.close()
        if self._starts >= _MOST_STARTS:
            raise self._dead("the process that starts the trials dies again and again")
        self._waiting.extendleft(job for job, _ in reversed(self._running.values()))
        self._running.clear()
        self._late.clear()
        self._start()
        self._fill()

    def _dead(self, message: str) -> AdvisorError:
        log = (self._folder / "server.log").read_text(encoding="utf-8", errors="replace")
        lines = log.strip().splitlines()
        return AdvisorError(
            message,
            where=lines[-1][:300] if lines else "it left no message",
            hint="check the free memory; advisor doctor shows what is installed",
            exit_code=ExitCode.MICROBENCH_FAILED,
        )
