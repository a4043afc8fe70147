"""Run ``advisor confirm`` as a process, and look at what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-c", "from advisor.cli.main import run; run()", "confirm"]
LIMIT = 600


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as exactly one JSON value without NaN."""
        return json.loads(self.out, parse_constant=refuse)


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


def started(state: Path, *words: object) -> subprocess.Popen:
    """Start the command, with interrupted runs under the folder ``state``."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(state)},
    )


def ended(process: subprocess.Popen) -> Done:
    """Wait for the command."""
    out, err = process.communicate(timeout=LIMIT)
    assert "Traceback" not in err
    assert "internal error" not in err, err
    return Done(process.returncode, out, err)


def confirmed(state: Path, *words: object) -> Done:
    """Run the command to its end."""
    return ended(started(state, *words))


def entries(folder: Path) -> list[dict[str, Any]]:
    """The lines of a journal that are whole."""
    path = folder / "journal.jsonl"
    raw = path.read_bytes() if path.exists() else b""
    return [json.loads(line) for line in raw.rpartition(b"\n")[0].split(b"\n") if line]


def endings(folder: Path) -> list[dict[str, Any]]:
    """How the trials of a journal ended."""
    return [entry["ending"] for entry in entries(folder) if "ending" in entry]


def left_in(state: Path) -> list[Path]:
    """Files of runs that have not been removed."""
    return [path for path in state.rglob("*") if path.is_file()]
