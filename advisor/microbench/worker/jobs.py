"""What a process can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from advisor.microbench.spec import Job, JobKind, Record
from advisor.microbench.worker.baselines import measure
from advisor.microbench.worker.machine import describe_examples, probe_machine
from advisor.microbench.worker.memory import limit_device_memory
from advisor.microbench.worker.probe import probe_method
from advisor.microbench.worker.tailoring import tailored
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import Workbench


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
    answer: Record
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
