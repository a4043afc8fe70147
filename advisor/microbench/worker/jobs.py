"""What each kind of job does in its process, and on which machine it runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from advisor.estimate import probe_cpu
from advisor.microbench.records import FrozenRecord, Job, JobKind, TrialPrecision
from advisor.microbench.worker.baselines import measure
from advisor.microbench.worker.memory import in_memory, limit_device_memory
from advisor.microbench.worker.probe import probe_method, probe_precision
from advisor.microbench.worker.tailoring import tailored
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import Workbench


def describe_examples(workbench: Workbench) -> dict[str, Any]:
    """How long inputs and answers are, as plain data; the model does nothing."""
    return {
        "token_lengths": list(workbench.token_lengths),
        "answer_lengths": list(workbench.coder.answer_lengths),
        "most_written": workbench.coder.most_written,
        "room": workbench.encoder.room,
    }


def probe_machine(workbench: Workbench) -> dict[str, Any]:
    """The faster number format, seconds of a step in it, and the speed of a CPU, as plain data."""
    on_cpu = workbench.bench.device == "cpu"
    fastest = in_memory(lambda: probe_precision(workbench))
    return {
        "precision": (fastest.precision if fastest else TrialPrecision.FP32).value,
        "seconds": fastest.seconds if fastest else None,
        "speed": in_memory(lambda: dataclasses.asdict(probe_cpu())) if on_cpu else None,
    }


def do_job(
    workbench: Workbench, job: Job, emit: Callable[[Mapping[str, Any]], None]
) -> dict[str, Any]:
    """Do the work of a job in this process, which it may spoil for any other.

    Args:
        workbench: the loaded model and examples.
        job: what to do.
        emit: is told of a trial's looks.

    Returns:
        the answer as plain data; Ending says which record it is.
    """
    limit_device_memory(workbench.bench.device, workbench.bench.accelerator_memory)
    workbench = tailored(workbench, job)
    answer: FrozenRecord
    if job.kind is JobKind.EXAMPLES:
        return describe_examples(workbench)
    if job.kind is JobKind.PRECISION:
        return probe_machine(workbench)
    if job.baseline is not None:
        return measure(workbench, job.baseline)
    if job.kind is JobKind.PROBE:
        answer = probe_method(workbench, job.method, job.precision)
    else:
        if job.trial is None:
            raise ValueError("a job of this kind needs a trial")
        answer = run_trial(workbench, job.trial, emit)
    return answer.model_dump(mode="json")
