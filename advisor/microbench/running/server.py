"""A process that loads the model once and forks one child for each job.

``python -m advisor.microbench.running.server BENCH FOLDER`` reads jobs from standard input, one
JSON object a line, and says on standard output what happens, likewise. A child's answer goes into
``FOLDER/<job>.json``. When standard input ends, so do the children and the server, so nothing
outlives the program that started it. With ``--job FILE`` it does that one job itself, without a
fork.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.microbench.running.child import guarded, own_process_only, set_limits, write_answer
from advisor.microbench.spec import Bench, Job
from advisor.support.errors import AdvisorError

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
    if arguments[2:3] == ["--job"]:
        job = Job.model_validate_json(Path(arguments[3]).read_bytes())
        set_limits(job)
        _work(workbench, job, folder, line)
        return 0
    line.say({"ready": time.monotonic() - started})
    _Server(workbench, folder, line).serve()
    return 0


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
        pid = os.fork()
        if pid == 0:
            self._be_child(job)
        self._children[pid] = (job.id, time.monotonic())

    def _code(self, job: Job) -> None:
        """Tokenise here what this job and, mostly, all that follow want; children share it."""
        from advisor.microbench.worker.tailoring import coded

        most = self._max_tokens if job.max_tokens is None else job.max_tokens
        self._workbench = coded(self._workbench, job.model_copy(update={"max_tokens": most}))

    def _be_child(self, job: Job) -> None:
        """Do the job and leave, without any of the parent's clean-up."""
        code = 1
        try:
            os.close(0)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            set_limits(job)
            _work(self._workbench, job, self._folder, self._line)
            code = 0
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
    write_answer(folder / f"{job.id}.json", json.dumps(answer))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
