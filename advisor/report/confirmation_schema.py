"""The keys of a run file that a micro-benchmark adds; all of them are absent without one."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from advisor.report.judged_schema import Part, Probability

Interval = tuple[float, float]


class Forecast(Part):
    """What was expected of one method."""

    memory_gib: float
    memory_low_gib: float
    memory_high_gib: float
    seconds_per_step: float | None


class Prediction(Part):
    """The advice and the estimates, written down before the first trial."""

    status: str
    recommendation: str | None
    variant: str | None
    confidence: Probability | None
    parity: dict[str, Probability | None]
    methods: dict[str, Forecast]
    sha256: str = Field(description="Of all the other keys, as JSON with sorted keys.")


class FailedTrial(Part):
    """A trial without a score; its end is a result as well."""

    trial: str
    status: Literal["diverged", "out_of_memory", "timed_out", "crashed", "killed"]
    message: str


class MethodResult(Part):
    """What the final runs of one method came to; nulls where none has a score."""

    score: float | None = Field(description="Points on the test split, mean of the seeds.")
    interval: Interval | None = Field(description="At 95 %.")
    seeds: list[float] = Field(description="Points of each seed.")
    dev_score: float | None
    train_score: float | None
    learning_rate: float | None
    head_rate: float | None
    steps: list[int] = Field(description="Of each seed; fewer than planned if stopped early.")
    seconds_per_step: float | None = Field(description="CPU time on a CPU, else wall time.")
    peak_memory_bytes: int | None
    trainable_parameters: int | None
    artefact_bytes: int | None
    general_loss: float | None
    failed: list[FailedTrial]


class PromptLine(Part):
    """A candidate prompt and its zero-shot points on the development split."""

    before: str
    between: str
    after: str
    words: dict[str, str]
    dev_score: float


class BaselineScores(Part):
    """Points on the test split without training, or next to none."""

    majority: float
    zero_shot: float | None
    head_only: float | None
    head_only_rows: int | None = Field(
        default=None, description="Training examples that the head was fitted to."
    )
    general_loss: float | None
    prompts: list[PromptLine]
    note: str


class MethodDifference(BaseModel):
    """A method less full fine-tuning; the statistics are absent where either has no score."""

    model_config = ConfigDict(extra="allow")

    outcome: Literal["better", "equivalent", "worse", "inconclusive"]
    by_default: bool
    sentence: str
    points_below: float | None
    within_tolerance: bool | None = Field(description="Null where the interval leaves it open.")


class AlarmEntry(Part):
    """What makes figures mean less than they seem to."""

    id: str
    method: str | None
    level: Literal["warning", "serious"]
    sentence: str


class AgreementEntry(Part):
    """What the measurement does to the advice, and how good the prediction was."""

    verdict: Literal["confirmed", "overturned", "unsettled", "no_advice"]
    before: str | None
    after: str | None
    judged_by: str = Field(
        default="prompt_tuning",
        description="The soft prompt whose comparison with full fine-tuning decides.",
    )
    sentence: str
    seal_intact: bool
    parity: dict[str, dict[str, Any]]
    memory: dict[str, dict[str, Any]]
    seconds_per_step: dict[str, dict[str, Any]]


class Measured(Part):
    """The keys of a micro-benchmark."""

    plan: dict[str, Any] | None = Field(
        default=None, description="Frozen before the first trial; docs/confirm-file.md."
    )
    prediction: Prediction | None = None
    baselines: BaselineScores | None = None
    results: dict[str, MethodResult] | None = None
    difference: MethodDifference | None = Field(
        default=None, description="Prompt tuning less full fine-tuning."
    )
    differences: dict[str, MethodDifference] | None = None
    outcome: (
        Literal["prompt_tuning_better", "full_fine_tuning_better", "equivalent", "inconclusive"]
        | None
    ) = None
    alarms: list[AlarmEntry] | None = None
    curve: dict[str, Any] | None = None
    agreement: AgreementEntry | None = None
    complete: bool | None = None
    wall_seconds: float | None = None
