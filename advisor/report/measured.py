"""The keys that a micro-benchmark adds to a run file; `run` explains how parts are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from advisor.methods import SOFT_PROMPT
from advisor.report.part import Part, Probability, Words, part_class
from advisor.report.run import RunFile

Ends = tuple[float, float]


@part_class
class OpenPart(Part):
    """A part that early versions wrote further keys to, of which nothing is shown."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {
        **Part.__pydantic_config__,
        "json_schema_extra": {"additionalProperties": True},
    }


@part_class
class MethodSteps(OpenPart):
    """What the plan gives one method."""

    pairs: tuple[tuple[float, float | None], ...]
    """Body rate and head rate (null where no new head is trained), best guess first."""
    recipe_steps: int | None = None
    """Of a run as the recipe has it; not in files written before 2026-11-29."""
    steps: int
    """Of a final run."""
    curve_steps: tuple[int, ...] = ()
    search_steps: int = 0
    looks: int
    """At the development split, in a final run."""
    patience: float
    seconds_per_step: float
    evaluation_seconds: float
    """For one example."""


@part_class
class TaskEntry(Part):
    """What was to be learned, and by which route."""

    type: str
    architecture: str
    route: str
    metric: str
    labels: tuple[str, ...] = ()


@part_class
class PlanEntry(OpenPart):
    """All that decided which trials ran; docs/confirm-file.md explains the keys."""

    budget_seconds: float
    expected_seconds: float
    slots: int
    """Trials side by side."""
    precision: str
    device: str
    batch_size: int
    max_tokens: int
    virtual_tokens: int
    train_size: int
    dev_size: int
    test_size: int
    seeds: int
    """Of the final runs."""
    curve_sizes: tuple[int, ...] = ()
    step_share: float | None = None
    methods: dict[str, MethodSteps]
    left_out: dict[str, str]
    dropped: tuple[str, ...]
    memory_limit: int | None
    """Bytes that each process may add to the model that all share."""
    time_limits: dict[str, float] | None = None
    prompt: int = 0
    spare_seeds: int = 0
    task: TaskEntry
    token_lengths: tuple[int, int, int]
    """Median, 95 % and longest."""
    room: int | None = None
    """Positions of the model that inputs have; not in files written before 2026-11-29."""
    max_new_tokens: int = 0
    """Most that is written for an answer; not in files written before 2026-11-29."""
    answer_lengths: tuple[int, int, int] = (0, 0, 0)
    """As `token_lengths`; not in files written before 2026-11-29."""


@part_class
class Forecast(Part):
    """What was expected of one method."""

    memory_gib: float
    memory_low_gib: float
    memory_high_gib: float
    seconds_per_step: float | None


@part_class
class Prediction(Part):
    """The advice and the estimates, written down before the first trial."""

    status: str
    recommendation: str | None
    variant: str | None
    confidence: Probability | None
    parity: dict[str, Probability | None]
    methods: dict[str, Forecast]
    sha256: str
    """Of all the other keys, as JSON with sorted keys."""


@part_class
class PromptLine(Part):
    """A candidate prompt and its zero-shot points on the development split."""

    before: str
    between: str
    after: str
    words: dict[str, str]
    dev_score: float


@part_class
class BaselineScores(Part):
    """Points on the test split without training, or next to none."""

    majority: float
    zero_shot: float | None
    head_only: float | None
    head_only_rows: int | None = None
    """Training examples that the head was fitted to."""
    general_loss: float | None
    prompts: list[PromptLine]
    note: str


@part_class
class FailedTrial(Part):
    """A trial without a score; its end is a result as well."""

    trial: str
    status: Annotated[
        str, Words(lambda: ("diverged", "out_of_memory", "timed_out", "crashed", "killed"))
    ]
    message: str


@part_class
class MethodResult(Part):
    """What the final runs of one method came to; nulls where none has a score."""

    score: float | None
    """Points on the test split, mean of the seeds."""
    interval: Ends | None
    """At 95 %."""
    seeds: list[float]
    """Points of each seed."""
    dev_score: float | None
    train_score: float | None
    learning_rate: float | None
    head_rate: float | None
    steps: list[int]
    """Of each seed; fewer than planned if stopped early."""
    seconds_per_step: float | None
    """CPU time on a CPU, else wall time."""
    peak_memory_bytes: int | None
    trainable_parameters: int | None
    artefact_bytes: int | None
    general_loss: float | None
    failed: list[FailedTrial]


@part_class
class MethodDifference(OpenPart):
    """A method less full fine-tuning; where either has no score, nothing else is told."""

    outcome: Annotated[str, Words(lambda: ("better", "equivalent", "worse", "inconclusive"))]
    by_default: bool
    sentence: str
    withheld: bool = False
    """Whether the runs were too short to count."""
    points_below: float | None
    within_tolerance: bool | None = None
    """Null where the interval leaves it open."""


@part_class
class ComparedDifference(MethodDifference):
    """A method less full fine-tuning in points, and what follows."""

    method_a: str
    method_b: str
    tolerance: float
    points: float
    standard_error: float
    """Of test examples and seeds."""
    interval_95: Ends
    """Decides the direction."""
    interval_90: Ends
    """Decides equivalence."""
    examples: int
    seeds: tuple[int, int]
    """Usable trials of both."""
    mcnemar_p: float | None
    """Exact, two-sided, of these very models; null unless answers are right or wrong."""
    smallest_visible: float
    """Points that this test would show."""
    needed_test_examples: int | None
    """That would settle it; null where it is settled, or nothing within reach suffices."""
    needed_seeds: int | None
    needed_budget: str | None = None
    """Of a micro-benchmark here that has both."""
    direction: str | None
    """The method that is ahead; null where the interval includes zero."""
    equivalence: bool
    a_within_tolerance: bool
    note: str


@part_class
class MethodScore(OpenPart):
    """How a method did on the test split, in points."""

    method: str
    score: float
    by_seed: tuple[float, ...] = ()
    deviation: float | None = None
    """Between seeds; null for a single one."""
    interval: Ends


@part_class
class SizeScore(Part):
    """A method at a training size."""

    train_size: int
    score: MethodScore


@part_class
class SizeDifference(Part):
    """Method A less method B at a training size, in points; the interval is at 95 %."""

    train_size: int
    points: float
    interval: Ends


@part_class
class Line(Part):
    """A straight line in the logarithm of the training size; intervals are at 95 %."""

    per_doubling: float
    """Points gained when the training size doubles."""
    per_doubling_interval: Ends
    full_points: float
    """At the full size of the user's data."""
    full_interval: Ends


@part_class
class Crossing(Part):
    """The training size at which two methods are level, and its 95 % interval."""

    train_size: int
    low: int
    high: int


@part_class
class CurveEntry(OpenPart):
    """Two methods over the training sizes; docs/confirm-file.md explains the keys."""

    method_a: str
    method_b: str
    scores: tuple[SizeScore, ...]
    differences: tuple[SizeDifference, ...] = ()
    full_size: int
    """Training examples that the user has."""
    factor: float | None = None
    """The full size over the largest measured one; null where nothing was measured."""
    line_a: Line | None = None
    line_b: Line | None = None
    line_difference: Line | None
    """Of A less B."""
    trusted: bool = False
    straight: bool | None = None
    crossing: Crossing | None = None
    crossing_note: str
    note: str


@part_class
class AlarmEntry(Part):
    """What makes figures mean less than they seem to."""

    id: str
    method: str | None
    level: Annotated[str, Words(lambda: ("warning", "serious"))]
    sentence: str


@part_class
class ParityCheck(Part):
    """The predicted chance of coming within the tolerance, and whether the method did."""

    predicted: float | None
    within_tolerance: bool | None


@part_class
class MemoryCheck(Part):
    """Predicted and measured memory; what was measured is null where the method did not fit."""

    measured_gib: float | None
    predicted_gib: float | None
    ratio: float | None
    """Predicted over measured."""
    inside: bool | None
    """Whether what was measured is within what was predicted."""


@part_class
class SecondsCheck(Part):
    """Measured and predicted seconds of a step."""

    measured: float
    predicted: float | None
    ratio: float | None
    """Predicted over measured."""


@part_class
class AgreementEntry(Part):
    """What the measurement does to the advice, and how good the prediction was."""

    verdict: Annotated[str, Words(lambda: ("confirmed", "overturned", "unsettled", "no_advice"))]
    before: str | None
    after: str | None
    judged_by: str = SOFT_PROMPT
    """The soft prompt whose comparison with full fine-tuning decides."""
    sentence: str
    seal_intact: bool
    parity: dict[str, ParityCheck]
    memory: dict[str, MemoryCheck]
    seconds_per_step: dict[str, SecondsCheck]


@part_class
class PlannedRun(RunFile):
    """A run with the plan of a micro-benchmark, which need not have been carried out."""

    plan: PlanEntry
    """Frozen before the first trial."""
    prediction: Prediction
    baselines: BaselineScores | None


@part_class
class MeasuredRun(PlannedRun):
    """A run with what a micro-benchmark measured."""

    results: dict[str, MethodResult]
    difference: ComparedDifference | MethodDifference
    """Prompt tuning less full fine-tuning."""
    differences: dict[str, ComparedDifference | MethodDifference]
    curve: CurveEntry
    alarms: list[AlarmEntry] | None = None
    outcome: Annotated[str, Words(lambda: _OUTCOMES)] | None = None
    complete: bool | None = None
    wall_seconds: float | None = None
    agreement: AgreementEntry


_OUTCOMES = ("prompt_tuning_better", "full_fine_tuning_better", "equivalent", "inconclusive")
