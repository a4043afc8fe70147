"""A process that loads the model once and forks one child for each job.

Run as a program with the arguments BENCH FOLDER PARENT, it reads jobs from standard input, one JSON
object a line, and says on standard output what happens, likewise. A child's answer goes into
``FOLDER/<job>.json``. An answer that cannot be written, and a job for which the system has no
process, are told apart from ends, as they say nothing of the job. When standard input or the
process PARENT ends, so do the children and the server: nothing outlives the program that started
it. With ``--job FILE`` in addition it does that one job itself, without a fork.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.microbench.records import Bench, Job
from advisor.microbench.running.child import (
    die_with,
    guarded,
    own_process_only,
    write_answer,
)
from advisor.support import AdvisorError, ExitCode, limit_memory

if TYPE_CHECKING:
    from advisor.microbench.worker.workbench import Workbench

_POLL_SECONDS = 0.05
_STDOUT, _STDERR = 1, 2


class _Line:
    """The way to the parent: what was standard output, which libraries may no longer write to."""

    def __init__(self) -> None:
        self._descriptor = os.dup(_STDOUT)
        os.dup2(_STDERR, _STDOUT)

    def say(self, message: Mapping[str, Any]) -> None:
        """One line; below the size of a pipe's buffer it is never torn apart."""
        os.write(self._descriptor, json.dumps(message).encode() + b"\n")


def main(arguments: list[str]) -> int:
    """Serve jobs until standard input ends."""
    die_with(int(arguments[2]))
    own_process_only()
    line = _Line()
    bench_file, folder = Path(arguments[0]), Path(arguments[1])
    started = time.monotonic()
    try:
        bench = Bench.model_validate_json(bench_file.read_bytes())
        # Whatever a job imports is imported before the first fork, so that all share it.
        from advisor.microbench.worker import jobs as _  # noqa: F401
        from advisor.microbench.worker.workbench import load_workbench

        workbench = load_workbench(bench)
    except AdvisorError as error:
        line.say({"failed": error.as_json()})
        return 1
    except (MemoryError, RuntimeError) as error:
        from advisor.microbench.worker.memory import out_of_memory

        if not out_of_memory(error):
            raise
        line.say({"failed": _no_room(bench_file).as_json()})
        return 1
    if arguments[3:4] == ["--job"]:
        job = Job.model_validate_json(Path(arguments[4]).read_bytes())
        if job.memory_limit is not None:
            limit_memory(job.memory_limit)
        _work(workbench, job, folder, line)
        return 0
    line.say({"ready": time.monotonic() - started})
    _Server(workbench, folder, line).serve()
    return 0


def _no_room(bench_file: Path) -> AdvisorError:
    return AdvisorError(
        "there is not enough memory here to load the model and the examples",
        where=str(bench_file),
        hint="free some, or take a smaller model",
        exit_code=ExitCode.MICROBENCH_FAILED,
    )


class _Server:
    def __init__(self, workbench: Workbench, folder: Path, line: _Line) -> None:
        self._workbench = workbench
        self._max_tokens = workbench.bench.max_tokens
        self._folder = folder
        self._line = line
        self._children: dict[int, tuple[str, float]] = {}
        self._unread = b""

    def serve(self) -> None:
        try:
            while self._read_commands():
                self._reap()
        finally:
            for pid in self._children:
                os.kill(pid, signal.SIGKILL)

    def _read_commands(self) -> bool:
        """Obey what has come in; False when the parent is gone."""
        ready, _, _ = select.select([0], [], [], _POLL_SECONDS)
        if not ready:
            return True
        received = os.read(0, 1 << 16)
        if not received:
            return False
        *lines, self._unread = (self._unread + received).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))
        return True

    def _obey(self, command: Mapping[str, Any]) -> None:
        if "kill" in command:
            for pid, (running, _) in self._children.items():
                if running == command["kill"]:
                    os.kill(pid, signal.SIGKILL)
            return
        job = Job.model_validate(command["job"])
        self._code(job)
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self._line.say({"refused": job.id, "reason": error.strerror})
            return
        if pid == 0:
            self._be_child(job, server)
        self._children[pid] = (job.id, time.monotonic())

    def _code(self, job: Job) -> None:
        """Tokenise here what this job and, mostly, all that follow want; children share it."""
        from advisor.microbench.worker.tailoring import coded

        most = self._max_tokens if job.max_tokens is None else job.max_tokens
        self._workbench = coded(self._workbench, job.model_copy(update={"max_tokens": most}))

    def _be_child(self, job: Job, server: int) -> None:
        """Do the job and leave, without any of the parent's clean-up."""
        code = 1
        try:
            die_with(server)
            os.close(0)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            if job.memory_limit is not None:
                method = job.trial.method if job.trial else job.method
                # What the job writes to of the shared model becomes its own, which the system does
                # not count as growth. Baselines train by no method, and write to nothing of it.
                rewritten = self._workbench.rewritten(method) if method else 0
                limit_memory(max(job.memory_limit - rewritten, 0))
            _work(self._workbench, job, self._folder, self._line)
            code = 0
        except BaseException:  # noqa: BLE001 - the process ends here, so nobody else prints it
            with contextlib.suppress(OSError):
                traceback.print_exc()
        finally:
            os._exit(code)

    def _reap(self) -> None:
        for pid in list(self._children):
            found, status, usage = os.wait4(pid, os.WNOHANG)
            if not found:
                continue
            job, started = self._children.pop(pid)
            self._line.say(
                {
                    "ended": job,
                    "code": os.waitstatus_to_exitcode(status),
                    "wall": time.monotonic() - started,
                    "cpu": usage.ru_utime + usage.ru_stime,
                }
            )


def _work(workbench: Workbench, job: Job, folder: Path, line: _Line) -> None:
    answer = guarded(workbench, job, lambda look: line.say({"look": {**look, "job": job.id}}))
    try:
        write_answer(folder / f"{job.id}.json", answer)
    except OSError as error:
        line.say({"unwritten": job.id, "reason": error.strerror})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
