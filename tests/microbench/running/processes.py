"""Find the processes of a run, by the folder that they were started with."""

from __future__ import annotations

import os
import time
from pathlib import Path

ENOUGH = 60.0


def processes_of(folder):
    """Identifiers of the processes that were started with this folder as an argument."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in command and b"running.server" in command:
                found.append(int(entry.name))
    return found


def children_of(pid):
    """Identifiers of the processes that a process has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in listed.read_text(encoding="ascii").split()]


def wait_for(condition):
    """What the condition gives once it gives something."""
    deadline = time.monotonic() + ENOUGH
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come to pass")
        time.sleep(0.02)
    return found
