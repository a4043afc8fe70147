"""What a node of a cluster does: it hands jobs to a server that has loaded the model.

Ray uses a process for many tasks. Beside each of them a server runs, as on a single machine; it
loads the model once and forks a child for each job. So a job can spoil, or be killed in, its own
process only, and its limits, its times and its ending are those of a local job. The server ends
with Ray's process.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any

from advisor import __version__
from advisor.microbench import Job, LocalExecutor
from advisor.support import AdvisorError
from advisor_ray.owner import has_ended, owner

_BENCH = "bench.json"
_RUN = re.compile(r"advisor-[0-9a-f]{16}")
_WAIT_SECONDS = 1.0
_kept: dict[tuple[str, str | None], LocalExecutor] = {}
"""The server of this process, by what it was started for; never more than one."""


def load(run: str, version: str, bench: str) -> dict[str, Any]:
    """Load the model, so that the node's next jobs need not.

    Args:
        run: a name that no other run has.
        version: of the package, as the caller has it.
        bench: what the jobs work on, as JSON.

    Returns:
        ``memory`` in bytes that the loaded model holds, or ``failed`` with the error as plain data.
    """
    if version != __version__:
        told = f"a node has version {__version__} of this package, and not {version}"
        return _failed(AdvisorError(told))
    _clear_dead(run)
    try:
        return {"memory": _server(run, bench).loaded_memory()}
    except AdvisorError as error:
        return _failed(error)


def do(run: str, bench: str, job: str) -> dict[str, Any]:
    """Do a job.

    Returns:
        its ``ending``, or ``failed`` with the error as plain data if there is no server.
    """
    try:
        server = _server(run, bench)
        server.submit(Job.model_validate_json(job))
        ending = None
        while ending is None:
            ending = server.next_ending(_WAIT_SECONDS)
    except AdvisorError as error:
        _kept.clear()
        return _failed(error)
    return {"ending": ending.model_dump(mode="json")}


def clear(run: str) -> None:
    """Remove what the run's servers have left on this node."""
    shutil.rmtree(_folder(run), ignore_errors=True)


def _server(run: str, bench: str) -> LocalExecutor:
    # A process may get another GPU for its next task, but a server keeps what it was started with.
    key = run, os.environ.get("CUDA_VISIBLE_DEVICES")
    if key not in _kept:
        for other in _kept.values():
            other.close()
        _kept.clear()
        folder = _folder(run) / owner()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _BENCH).write_text(bench, encoding="utf-8")
        _kept[key] = LocalExecutor(folder / _BENCH, folder, slots=1, watch=lambda _: None)
    return _kept[key]


def _folder(run: str) -> Path:
    folder = Path(tempfile.gettempdir()) / f"advisor-{run}"
    # The user's examples lie in it.
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _clear_dead(run: str) -> None:
    """Remove what other runs that were killed have left here: no process of theirs can do so."""
    own = _folder(run)
    for folder in own.parent.glob("advisor-*"):
        if not _RUN.fullmatch(folder.name) or folder == own:
            continue
        try:
            parts = list(folder.iterdir())
        except OSError:
            continue  # another user's
        if parts and all(map(_is_dead, parts)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_dead(part: Path) -> bool:
    return (part / _BENCH).is_file() and has_ended(part.name)


def _failed(error: AdvisorError) -> dict[str, Any]:
    return {"failed": error.as_json(), "node": socket.gethostname()}
