"""A piece of work for a process, and how it ended."""

from __future__ import annotations

from enum import Enum
from typing import Any

from advisor.microbench.spec.bench import Precision
from advisor.microbench.spec.record import Record
from advisor.microbench.spec.trial import Status, Trial


class JobKind(str, Enum):
    """What a process is asked for."""

    EXAMPLES = "examples"
    PRECISION = "precision"
    PROBE = "probe"
    BASELINE = "baseline"
    TRIAL = "trial"


class Baseline(str, Enum):
    """What is measured without training, or next to none; each in a process of its own."""

    MAJORITY = "majority"
    ZERO_SHOT = "zero_shot"
    HEAD_ONLY = "head_only"
    GENERAL_LOSS = "general_loss"


class Job(Record):
    """One piece of work for a process of its own; independent of all others.

    Attributes:
        id: unique in a run.
        trial: what to train, for a trial.
        method: what to probe, for a probe.
        baseline: what to measure, for a baseline.
        precision: the number format to compute in.
        batch_size: examples of a training batch.
        max_tokens: what inputs are cut to; None for the bench's own limit.
        train_size, dev_size, test_size: prefixes of the splits, for baselines.
        memory_limit: most bytes that the process may add to the model that it shares with others;
            None for no limit.
        time_limit: seconds of wall time after which it is killed.
    """

    id: str
    kind: JobKind
    trial: Trial | None = None
    method: str = ""
    baseline: Baseline | None = None
    precision: Precision = Precision.FP32
    batch_size: int
    max_tokens: int | None = None
    train_size: int | None = None
    dev_size: int | None = None
    test_size: int | None = None
    memory_limit: int | None = None
    time_limit: float


class Ending(Record):
    """How a job's process ended.

    Attributes:
        status: KILLED, TIMED_OUT and CRASHED come without an answer.
        message: what happened, as one sentence; empty if all went well.
        answer: what the job came to, as plain data, by its kind: lengths as in Probe; ``precision``
            and ``speed`` as in Probe with ``seconds`` of a step; a MethodProbe; fields of
            Baselines; or a TrialResult.
        wall_seconds, cpu_seconds: of the process.
    """

    job: str
    status: Status
    message: str = ""
    answer: dict[str, Any] | None = None
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
