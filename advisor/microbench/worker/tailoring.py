"""A workbench as one job wants it: number format, prompt, length, and prefixes of the splits."""

from __future__ import annotations

import dataclasses

from advisor.microbench.records import Job
from advisor.microbench.worker.coding import Coder
from advisor.microbench.worker.workbench import Workbench


def tailored(workbench: Workbench, job: Job) -> Workbench:
    """The same model and examples, in the job's number format, prompt and sizes."""
    found = coded(workbench, job)
    trial = job.trial
    asked = job if trial is None else trial
    dev, test = asked.dev_size, asked.test_size
    wanted = {"precision": job.precision, "batch_size": job.batch_size}
    return dataclasses.replace(
        found,
        bench=found.bench.model_copy(update=wanted),
        train=found.train if job.train_size is None else found.train[: job.train_size],
        dev=found.dev[:dev],
        test=found.test[:test],
    )


def coded(workbench: Workbench, job: Job) -> Workbench:
    """The workbench with its rows under the job's prompt and cut to its length.

    It is the same one if its rows are so already: all trials of a plan want the same rows, so the
    process that they are forked from makes them once.
    """
    prompt = job.trial.prompt if job.trial else 0
    tokens = workbench.bench.max_tokens if job.max_tokens is None else job.max_tokens
    if (prompt, tokens) == (workbench.prompt, workbench.bench.max_tokens):
        return workbench
    bench = workbench.bench.model_copy(update={"max_tokens": tokens})
    coder = _cut(workbench.coder, tokens)
    wording = workbench.wording
    if prompt != workbench.prompt:
        wording = coder.word(bench.prompts[prompt])
    splits = bench.splits
    return dataclasses.replace(
        workbench,
        bench=bench,
        coder=coder,
        wording=wording,
        prompt=prompt,
        train=coder.rows(splits.train, wording),
        dev=coder.rows(splits.dev, wording),
        test=coder.rows(splits.test, wording),
    )


def _cut(coder: Coder, tokens: int) -> Coder:
    """The coder with another limit for the inputs."""
    return dataclasses.replace(coder, encoder=dataclasses.replace(coder.encoder, max_tokens=tokens))
