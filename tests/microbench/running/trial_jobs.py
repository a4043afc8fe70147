"""Jobs for the executors, and a wait for their endings."""

from __future__ import annotations

import time

from processes import ENOUGH

from advisor.microbench.records import Job, JobKind, Purpose, Trial


def trial(method="prompt_tuning", steps=6, **changes):
    fields = {
        "id": f"{method}-{steps}",
        "purpose": Purpose.FINAL,
        "method": method,
        "learning_rate": 0.01,
        "head_rate": 0.01,
        "seed": 1,
        "train_size": 16,
        "steps": steps,
        "dev_every": 3,
        "patience": 9,
        "test": True,
    }
    return Trial(**{**fields, **changes})


def job(of, **changes):
    return Job(
        **{
            "id": of.id,
            "kind": JobKind.TRIAL,
            "trial": of,
            "batch_size": 8,
            "time_limit": ENOUGH,
            **changes,
        }
    )


def ending_of(executor):
    deadline = time.monotonic() + ENOUGH
    while time.monotonic() < deadline:
        ending = executor.next_ending(1.0)
        if ending is not None:
            return ending
    raise TimeoutError("no job ended")
