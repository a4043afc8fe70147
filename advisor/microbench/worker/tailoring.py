"""A workbench as one job wants it: its number format, its prompt, and prefixes of its splits."""

from __future__ import annotations

import dataclasses

from advisor.microbench.spec import Job
from advisor.microbench.worker.workbench import Workbench, encode, word


def tailored(workbench: Workbench, job: Job) -> Workbench:
    """The same model and examples, in the job's number format, prompt and sizes."""
    bench = workbench.bench.model_copy(update={"precision": job.precision})
    trial = job.trial
    sizes = (job.dev_size, job.test_size) if trial is None else (trial.dev_size, trial.test_size)
    found = dataclasses.replace(
        workbench,
        bench=bench,
        dev=workbench.dev[: sizes[0]],
        test=workbench.test[: sizes[1]],
    )
    if trial is None or trial.prompt == 0:
        return found
    wording = word(found.encoder, bench, bench.prompts[trial.prompt])
    splits = bench.splits
    train, dev, test = (
        encode(found.encoder, bench.task, found.scale, wording, examples)
        for examples in (splits.train, splits.dev[: sizes[0]], splits.test[: sizes[1]])
    )
    return dataclasses.replace(found, wording=wording, train=train, dev=dev, test=test)
