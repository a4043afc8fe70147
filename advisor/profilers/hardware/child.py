"""Run a child process that may crash or hang, and survive both."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChildResult:
    """How a child process ended.

    Attributes:
        output: what it wrote to standard output.
        trouble: why it did not end well, as words to show; empty if it did.
    """

    output: str
    trouble: str = ""


def run_child(command: Sequence[str], *, timeout_s: float) -> ChildResult:
    """Run ``command`` to its end, or kill it with all its descendants after ``timeout_s`` seconds.

    Never raises for anything that the child does.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the program's own command, without a shell
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return ChildResult("", f"could not be started ({error.strerror})")
    with process:
        try:
            output = process.communicate(timeout=timeout_s)[0]
        except subprocess.TimeoutExpired:
            _kill(process)
            return ChildResult("", f"gave no answer in {timeout_s:g} s")
        except BaseException:  # an interrupt by the user must not leave the child behind
            _kill(process)
            raise
    text = output.decode("utf-8", "replace")
    return ChildResult(text, _ending(process.returncode))


def _ending(code: int) -> str:
    if code == 0:
        return ""
    if code < 0:
        return f"was ended by signal {-code}"
    return f"stopped with exit code {code}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole process group, since a child of the child could keep the pipe open."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()
