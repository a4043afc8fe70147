"""A workbench as one job wants it: number format, prompt, length, and prefixes of the splits."""

from __future__ import annotations

import dataclasses
from typing import Any

from advisor.microbench.spec import Job
from advisor.microbench.worker.coding import Coder
from advisor.microbench.worker.workbench import Workbench


def tailored(workbench: Workbench, job: Job) -> Workbench:
    """The same model and examples, in the job's number format, prompt and sizes."""
    wanted: dict[str, Any] = {"precision": job.precision, "batch_size": job.batch_size}
    if job.max_tokens is not None:
        wanted["max_tokens"] = job.max_tokens
    bench = workbench.bench.model_copy(update=wanted)
    trial = job.trial
    asked = job if trial is None else trial
    train, dev, test = asked.train_size, asked.dev_size, asked.test_size
    found = dataclasses.replace(
        workbench,
        bench=bench,
        train=workbench.train if train is None else workbench.train[:train],
        dev=workbench.dev[:dev],
        test=workbench.test[:test],
    )
    prompt = trial.prompt if trial else 0
    if prompt == 0 and bench.max_tokens == workbench.bench.max_tokens:
        return found
    coder, splits = _cut(found.coder, bench.max_tokens), bench.splits
    wording = coder.word(bench.prompts[prompt]) if prompt else found.wording
    return dataclasses.replace(
        found,
        coder=coder,
        wording=wording,
        train=coder.rows(splits.train[:train], wording),
        dev=coder.rows(splits.dev[:dev], wording),
        test=coder.rows(splits.test[:test], wording),
    )


def _cut(coder: Coder, tokens: int) -> Coder:
    """The coder with another limit for the inputs."""
    return dataclasses.replace(coder, encoder=dataclasses.replace(coder.encoder, max_tokens=tokens))
