"""What the end of a process means: a result, or the reason why there is none, in plain words."""

from __future__ import annotations

import re
from typing import TypeVar

from advisor.microbench.records import Ending, MethodProbe, TrialResult, TrialStatus
from advisor.support import AdvisorError, ExitCode

_BYTES = re.compile(r"tried to allocate (\d+) bytes")
_MIB, _GIB = 2.0**20, 2.0**30


def reason(status: TrialStatus, message: str, limit: int | None = None) -> str:
    """The message, without the library's own lines of code where memory ran out.

    Args:
        status: how it ended.
        message: what its process said.
        limit: bytes that it could have, or None where that is not known.
    """
    if status is not TrialStatus.OUT_OF_MEMORY:
        return message
    found = _BYTES.search(message)
    told = f"no room for {int(found[1]) / _MIB:,.1f} MiB more" if found else message
    return told if limit is None else f"{told} in {limit / _GIB:.2f} GiB"


_Answer = TypeVar("_Answer", TrialResult, MethodProbe)


def trial_result(ending: Ending, limit: int | None) -> TrialResult:
    """The trial's own result, or what its process's end means.

    Args:
        ending: of the trial's process.
        limit: bytes that it could have, to be told where they did not suffice.
    """
    if ending.answer is not None:
        return _reworded(TrialResult.model_validate(ending.answer), limit)
    return TrialResult(
        trial=ending.job,
        status=ending.status,
        message=reason(ending.status, ending.message, limit),
        seconds=ending.wall_seconds,
    )


def method_probe(ending: Ending, limit: int | None) -> MethodProbe:
    """The probe's own answer, or what its process's end means; the limit as above."""
    if ending.answer is None:
        told = reason(ending.status, ending.message, limit)
        return MethodProbe(status=ending.status, message=told)
    return _reworded(MethodProbe.model_validate(ending.answer), limit)


def _reworded(answer: _Answer, limit: int | None) -> _Answer:
    return answer.model_copy(update={"message": reason(answer.status, answer.message, limit)})


def failure(sentence: str, ending: Ending) -> AdvisorError:
    """The error that ends the run, as nothing can be planned without what was asked for."""
    out_of_memory = ending.status is TrialStatus.OUT_OF_MEMORY
    return AdvisorError(
        f"{sentence}: {reason(ending.status, ending.message)}",
        where="micro-benchmark",
        hint="raise --memory, or take a smaller model"
        if out_of_memory
        else "check the model and the examples; --keep DIR keeps the log",
        exit_code=ExitCode.MICROBENCH_FAILED,
    )


def no_answer(seconds: float) -> AdvisorError:
    """The error that ends the run, as what had to be measured has not ended in so many seconds."""
    return AdvisorError(
        f"nothing could be measured within {seconds:.0f} s",
        where="micro-benchmark",
        hint="a cluster may have no room: ray status shows it; a larger --budget waits longer",
        exit_code=ExitCode.MICROBENCH_FAILED,
    )
