"""The process of one job: set its limits, do the work, write the answer."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.microbench.records import Job, TrialStatus

if TYPE_CHECKING:
    from advisor.microbench.worker.workbench import Workbench

Emit = Callable[[Mapping[str, Any]], None]

_PR_SET_PDEATHSIG = 1


def guarded(workbench: Workbench, job: Job, emit: Emit) -> bytes:
    """The job's answer, or how it failed.

    Returns:
        ``{"status": ..., "message": ..., "answer": ...}`` as JSON, whose making is guarded too.
    """
    from advisor.microbench.worker.jobs import do_job
    from advisor.microbench.worker.memory import out_of_memory

    try:
        return _told(TrialStatus.FINISHED, answer=do_job(workbench, job, emit))
    except MemoryError:
        return _told(TrialStatus.OUT_OF_MEMORY, message="no memory was left")
    except Exception as error:  # noqa: BLE001 - any library below may raise anything
        if out_of_memory(error):
            return _told(TrialStatus.OUT_OF_MEMORY, message=_gist(error))
        # The disk that holds the log may be full.
        with contextlib.suppress(OSError):
            traceback.print_exc(file=sys.stderr)
        return _told(TrialStatus.CRASHED, message=_gist(error))


def die_with(parent: int) -> None:
    """Let the system kill this process when its parent ends, and end if that has happened."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def write_answer(path: Path, answer: bytes) -> None:
    """Write the answer so that it is either whole or absent.

    Raises:
        OSError: if the disk refuses.
    """
    temporary = path.with_suffix(".new")
    temporary.write_bytes(answer)
    temporary.replace(path)


def _told(status: TrialStatus, **told: Any) -> bytes:
    return json.dumps({"status": status.value, **told}).encode()


def _gist(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return f"{type(error).__name__}: {text.splitlines()[0][:300]}"


def own_process_only() -> None:
    """Keep libraries from starting threads that a fork would lose."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["HF_HUB_OFFLINE"] = "1"
