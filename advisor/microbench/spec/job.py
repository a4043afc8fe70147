"""A piece of work for a process, and how it ended."""

from __future__ import annotations

from enum import Enum
from typing import Any

from advisor.microbench.spec.bench import Precision
from advisor.microbench.spec.record import Record
from advisor.microbench.spec.trial import Status, Trial


class JobKind(str, Enum):
    """What a process is asked for."""

    PRECISION = "precision"
    PROBE = "probe"
    BASELINES = "baselines"
    TRIAL = "trial"


class Job(Record):
    """One piece of work for a process of its own; independent of all others.

    Attributes:
        id: unique in a run.
        trial: what to train, for a trial.
        method: what to probe, for a probe.
        precision: the number format to compute in.
        batch_size: examples of a training batch.
        max_tokens: what inputs are cut to; None for the bench's own limit.
        dev_size, test_size: prefixes of the splits, for baselines.
        head_rows: training examples that their linear head is fitted to; all of them if None.
        memory_limit: most bytes that the process may hold; None for no limit.
        time_limit: seconds of wall time after which it is killed.
    """

    id: str
    kind: JobKind
    trial: Trial | None = None
    method: str = ""
    precision: Precision = Precision.FP32
    batch_size: int
    max_tokens: int | None = None
    dev_size: int | None = None
    test_size: int | None = None
    head_rows: int | None = None
    memory_limit: int | None = None
    time_limit: float


class Ending(Record):
    """How a job's process ended.

    Attributes:
        status: KILLED, TIMED_OUT and CRASHED come without an answer.
        message: what happened, as one sentence; empty if all went well.
        answer: what the job came to, by its kind: ``precision``, ``token_lengths`` and ``speed``
            as in Probe,
            or a MethodProbe, Baselines or TrialResult, as plain data.
        wall_seconds, cpu_seconds: of the process.
    """

    job: str
    status: Status
    message: str = ""
    answer: dict[str, Any] | None = None
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
