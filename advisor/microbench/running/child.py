"""The process of one job: set its limits, do the work, write the answer."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from advisor.microbench.spec import Job, Status

if TYPE_CHECKING:
    from advisor.microbench.worker.workbench import Workbench

Emit = Callable[[Mapping[str, Any]], None]

_PR_SET_PDEATHSIG = 1


def guarded(workbench: Workbench, job: Job, emit: Emit) -> dict[str, Any]:
    """The job's answer, or how it failed: ``{"status": ..., "message": ..., "answer": ...}``."""
    from advisor.microbench.worker.jobs import do_job
    from advisor.microbench.worker.memory import out_of_memory

    try:
        return {"status": Status.FINISHED.value, "answer": do_job(workbench, job, emit)}
    except MemoryError:
        return {"status": Status.OUT_OF_MEMORY.value, "message": "no memory was left"}
    except Exception as error:  # noqa: BLE001 - any library below may raise anything
        if out_of_memory(error):
            return {"status": Status.OUT_OF_MEMORY.value, "message": _gist(error)}
        traceback.print_exc(file=sys.stderr)
        return {"status": Status.CRASHED.value, "message": _gist(error)}


def set_limits(job: Job, rewritten: int = 0) -> None:
    """Die with the parent, and add no more memory than the job allows.

    Args:
        job: whose limits count.
        rewritten: bytes of the shared model that the job will write to: they become its own, which
            the system does not count as growth.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if job.memory_limit is not None:
        _limit_memory(max(job.memory_limit - rewritten, 0))


def write_answer(path: Path, text: str) -> None:
    """Write the answer so that it is either whole or absent."""
    temporary = path.with_suffix(".new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _limit_memory(most: int) -> None:
    """Limit what the process can still take. Not every system has, or heeds, such a limit."""
    try:
        import resource
    except ImportError:
        return
    held = psutil.Process().memory_info()
    # What is there already is shared with the parent, or reserved and never touched.
    limit = getattr(held, "data", held.rss) + most
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _gist(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return f"{type(error).__name__}: {text.splitlines()[0][:300]}"


def own_process_only() -> None:
    """Keep libraries from starting threads that a fork would lose."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["HF_HUB_OFFLINE"] = "1"
