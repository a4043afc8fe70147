"""A workbench as one job wants it: its number format, its prompt, and prefixes of its splits."""

from __future__ import annotations

import dataclasses

from advisor.microbench.spec import Job
from advisor.microbench.worker.workbench import Workbench


def tailored(workbench: Workbench, job: Job) -> Workbench:
    """The same model and examples, in the job's number format, prompt and sizes."""
    wanted = {"precision": job.precision, "batch_size": job.batch_size}
    bench = workbench.bench.model_copy(update=wanted)
    trial = job.trial
    dev, test = (
        (job.dev_size, job.test_size) if trial is None else (trial.dev_size, trial.test_size)
    )
    found = dataclasses.replace(
        workbench, bench=bench, dev=workbench.dev[:dev], test=workbench.test[:test]
    )
    if trial is None or trial.prompt == 0:
        return found
    coder, splits = found.coder, bench.splits
    wording = coder.word(bench.prompts[trial.prompt])
    return dataclasses.replace(
        found,
        wording=wording,
        train=coder.rows(splits.train[: trial.train_size], wording),
        dev=coder.rows(splits.dev[:dev], wording),
        test=coder.rows(splits.test[:test], wording),
    )
