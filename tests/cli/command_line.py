"""Runs the command line: in this process for speed, or as the installed command."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from advisor.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
GPT2 = EXAMPLES / "models" / "gpt2"
LIMIT = 300
"""Seconds after which a command counts as hanging; none takes so long even on a busy machine."""
COMMAND = shutil.which("advisor", path=str(Path(sys.executable).parent)) or shutil.which("advisor")

# A plan that is decided whatever the weights of the rules are: full fine-tuning of eight billion
# parameters does not fit into one such device, and prompts do. Every check passes.
PLAN: dict[str, Any] = {
    "model.name": "a-model",
    "model.parameters": 8_030_000_000,
    "model.architecture": "decoder",
    "model.context_length": 131072,
    "model.licence": "apache-2.0",
    "task.type": "classification",
    "data.train_examples": 5000,
    "data.eval_examples": 20000,
    "data.train_eval_overlap": 0,
    "data.label_count": 4,
    "data.median_tokens": 120,
    "data.p95_tokens": 400,
    "hardware.accelerator": "cuda",
    "hardware.accelerator_name": "RTX 4090",
    "hardware.accelerator_memory_gib": 23.5,
    "hardware.accelerator_count": 1,
    "hardware.disk_free_gib": 500,
    "quality.tolerance_points": 5,
}
# Both sides are feasible, so the scores decide.
ROOMY: dict[str, Any] = {
    **PLAN,
    "quality.tolerance_points": 10,
    "model.parameters": 124_000_000,
    "hardware.accelerator_name": "H100 80GB SXM",
    "hardware.accelerator_memory_gib": 79,
}


class Hang(BaseException):
    """Not an Exception, so that the command cannot take it for a defect of its own."""


@dataclass(frozen=True)
class Result:
    """What one run of the command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as exactly one JSON value."""
        return json.loads(self.out)


@contextlib.contextmanager
def guard(seconds: int = 120):
    """Raise in the middle of what hangs."""

    def give_up(*_):
        raise Hang(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def in_process(*arguments: object, stdin: bytes | str = b"") -> Result:
    """Run the command in this process, with streams as strict as those of a UTF-8 terminal."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    streams = {
        "stdin": io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"),
        "stdout": io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True),
        "stderr": io.TextIOWrapper(
            io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True
        ),
    }
    argv = ["advisor", *(str(argument) for argument in arguments)]
    code: object = 0
    with contextlib.ExitStack() as stack:
        for name, stream in streams.items():
            stack.enter_context(mock.patch.object(sys, name, stream))
        stack.enter_context(mock.patch.object(sys, "argv", argv))
        # The usage line names the program as it does for the installed command.
        stack.enter_context(mock.patch.object(sys.modules["__main__"], "__package__", None))
        stack.enter_context(guard())
        try:
            run()
        except SystemExit as stop:
            code = stop.code or 0
    out, err = (streams[name].buffer.getvalue().decode() for name in ("stdout", "stderr"))
    assert isinstance(code, int), f"the exit code is {code!r}"
    return Result(code, out, err)


def as_command(
    *arguments: object,
    stdin: bytes | str = b"",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Result:
    """Run the installed command in a process of its own."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [str(COMMAND), *(str(argument) for argument in arguments)],
        input=given,
        capture_output=True,
        timeout=LIMIT,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def refused(result: Result, *parts: str) -> None:
    """Assert one clear message on standard error, exit code 2, and nothing else."""
    assert "Traceback" not in result.err
    assert "internal error" not in result.err
    assert result.code == 2, result.err
    assert result.out == ""
    missing = [part for part in parts if part not in result.err]
    assert missing == [], result.err
