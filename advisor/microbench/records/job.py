"""The jobs of a process: a trial, the baselines, or a probe."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from pydantic import Field

from advisor.microbench.records.bench import FrozenRecord, TrialPrecision
from advisor.microbench.records.trial import Trial, TrialStatus


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


class Job(FrozenRecord):
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
    precision: TrialPrecision = TrialPrecision.FP32
    batch_size: int
    max_tokens: int | None = None
    train_size: int | None = None
    dev_size: int | None = None
    test_size: int | None = None
    memory_limit: int | None = None
    time_limit: float


class Ending(FrozenRecord):
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
    status: TrialStatus
    message: str = ""
    answer: dict[str, Any] | None = None
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0


class MethodProbe(FrozenRecord):
    """What a few steps of a method cost.

    Attributes:
        evaluation_seconds: for one example.
        peak_memory: bytes, the process's high-water mark.
        added_memory: bytes that the process reserved beside the model that it shares with others,
            or wrote to; 0 where that is not known, as on an accelerator.
        sequence_lengths: quantiles 0.5, 0.95 and 1 of the tokens that it was given, prompts and
            answers to write included, inputs cut.
    """

    status: TrialStatus
    message: str = ""
    seconds_per_step: float = 0.0
    evaluation_seconds: float = 0.0
    peak_memory: int = 0
    sequence_lengths: Annotated[tuple[int, ...], Field(min_length=3, max_length=3)] = (0, 0, 0)
    added_memory: int = 0


class Probe(FrozenRecord):
    """What the machine can do, measured before the plan.

    Attributes:
        precision: the format in which a step of full fine-tuning took less time.
        batch_size: examples of a training batch, fewer where these are long or steps slow.
        max_tokens: what inputs are cut to, fewer than the bench's where steps are slow.
        methods: by identifier; ``evaluation_seconds`` is for one example.
        token_lengths: quantiles 0.5, 0.95 and 1 of the inputs, in tokens, before cutting.
        answer_lengths: the same of the answers that the model writes, end marks counted; zeros
            where it writes none.
        most_written: tokens of the longest answer that is written or learned, end mark included.
        room: tokens that the model's positions leave for inputs and prompt; None without a limit.
        loading_seconds: imports and weights, which every process without a fork pays again.
        slots: processes that have room side by side.
        memory_limit: bytes that each of them may add to the model that they share.
        slowdown: wall seconds of a process for each of its CPU seconds; above 1 on a busy machine.
        speed: of this machine's CPU, as the estimates want it; None on an accelerator.
    """

    precision: TrialPrecision
    batch_size: int
    max_tokens: int
    methods: dict[str, MethodProbe]
    token_lengths: Annotated[tuple[int, ...], Field(min_length=3, max_length=3)]
    answer_lengths: Annotated[tuple[int, ...], Field(min_length=3, max_length=3)] = (0, 0, 0)
    most_written: int = 0
    room: int | None = None
    loading_seconds: float = 0.0
    slots: int = 1
    memory_limit: int | None = None
    slowdown: float = 1.0
    speed: dict[str, Any] | None = None
