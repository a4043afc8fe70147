"""What the parts of a micro-benchmark hand each other; all of it goes through JSON unchanged."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """A frozen record that refuses unknown keys, as a journal of another version may hold them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Route(str, Enum):
    """How a model of a given kind answers a task.

    ``head``: a new head on the last hidden state; ``label_words``: the scores that a language
    model gives to the words of the labels; ``text``: the model writes the answer.
    """

    HEAD = "head"
    LABEL_WORDS = "label_words"
    TEXT = "text"


class Metric(str, Enum):
    """What an example's outcome is, and how outcomes become a score in points (0 to 100)."""

    ACCURACY = "accuracy"
    EXACT_MATCH = "exact_match"
    ROUGE_L = "rouge_l"
    PEARSON = "pearson"

    @property
    def mean_of_examples(self) -> bool:
        """Whether the score is a mean over examples; a correlation is not."""
        return self is not Metric.PEARSON

    @property
    def right_or_wrong(self) -> bool:
        """Whether each example is either right or wrong."""
        return self in (Metric.ACCURACY, Metric.EXACT_MATCH)


class Example(Record):
    """One row of the user's data.

    Attributes:
        inputs: the input, or the two texts of a pair.
        target: the label, the number as text, or the text to write.
        choices: the answers to choose from, for multiple choice; the target is one of them.
    """

    inputs: tuple[str, ...]
    target: str
    choices: tuple[str, ...] = ()


class Task(Record):
    """What is to be learned, and by which route.

    Attributes:
        type: as the fact ``task.type``.
        labels: the classes in order; empty for regression, generation and multiple choice.
    """

    type: str
    architecture: str
    route: Route
    metric: Metric
    labels: tuple[str, ...] = ()


class Splits(Record):
    """Disjoint examples: to train on, to choose by, and to judge by, once.

    The training examples are in an order in which every prefix is a fair, stratified sample, so
    that the smaller sizes of a learning curve are prefixes.
    """

    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]


class Prompt(Record):
    """A candidate prompt around the input: what stands before it and what stands after it.

    Attributes:
        before: text in front of the input, empty or ending in a space or line break.
        between: text between the two inputs of a pair.
        after: text behind the input; the answer follows it.
        words: how each label is said, by label; empty where the model writes free text.
    """

    before: str = ""
    between: str = "\n"
    after: str = ""
    words: dict[str, str] = Field(default_factory=dict)


class Precision(str, Enum):
    """In which number format a trial computes; weights and optimizer stay in 32 bits."""

    FP32 = "fp32"
    BF16 = "bf16"


class Bench(Record):
    """All that a process needs to run any trial of a micro-benchmark.

    Attributes:
        model: folder with config.json and safetensors, or a GGUF file.
        splits: the examples.
        prompts: candidates for the zero-shot line; the best one starts the soft prompts.
        general: a general text in pieces, to see what is forgotten.
        max_tokens: longest input in tokens, virtual tokens and prompt not counted; longer ones
            are cut.
        max_new_tokens: most tokens that the model writes for an answer.
        virtual_tokens: of the soft prompts.
        threads: for each process.
        device: ``cpu``, ``cuda`` or ``mps``; ROCm counts as ``cuda``.
    """

    model: str
    task: Task
    splits: Splits
    prompts: tuple[Prompt, ...]
    general: tuple[str, ...] = ()
    max_tokens: int
    max_new_tokens: int = 0
    batch_size: int = 16
    virtual_tokens: int = 20
    precision: Precision = Precision.FP32
    threads: int = 1
    device: str = "cpu"


class Purpose(str, Enum):
    """What a trial is for."""

    SEARCH = "search"
    FINAL = "final"
    CURVE = "curve"


class Trial(Record):
    """One training run, complete in itself.

    Attributes:
        id: unique in the plan, and tells what it is.
        method: a trained method's identifier.
        learning_rate: peak rate of all that is trained but a new head.
        head_rate: peak rate of a new head; None where the route has none.
        seed: of the order, the dropout and the initialisation.
        train_size: how many training examples, a prefix of the split.
        steps: optimizer steps; the schedule ends with them.
        dev_every: steps between evaluations on the development split; the last step always is one.
        patience: evaluations without a lower development loss that end the trial early.
        test: whether the test split is predicted at the end.
        dev_size: how many development examples, a prefix of the split; all of them if None.
        test_size: the same for the test split.
        prompt: which of the bench's prompts stands around the input and starts the soft prompt.
    """

    id: str
    purpose: Purpose
    method: str
    learning_rate: float
    head_rate: float | None
    seed: int
    train_size: int
    steps: int
    dev_every: int
    patience: int
    test: bool
    dev_size: int | None = None
    test_size: int | None = None
    prompt: int = 0


class Status(str, Enum):
    """How a trial ended; all of them are results."""

    FINISHED = "finished"
    STOPPED_EARLY = "stopped_early"
    DIVERGED = "diverged"
    OUT_OF_MEMORY = "out_of_memory"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    KILLED = "killed"

    @property
    def usable(self) -> bool:
        """Whether the trial has a score."""
        return self in (Status.FINISHED, Status.STOPPED_EARLY)


class Point(Record):
    """A look at a running trial: losses are means per example since the last look."""

    step: int
    train_loss: float
    dev_loss: float
    dev_score: float


class TrialResult(Record):
    """What a trial came to.

    Attributes:
        trial: its identifier.
        message: what went wrong, as one sentence; empty if nothing did.
        curve: looks at the development split, in order of the steps; the state with the lowest
            development loss is the one that is evaluated.
        dev_score: points on the development split, of the evaluated state.
        train_score: points on as many training examples, for the gap.
        test: one outcome for each test example: 1 or 0 where it is right or wrong, a share for
            ROUGE-L, the predicted number for regression; empty if the test was not asked for.
        predicted: the answer for each test example as text (labels only), to see whether it is
            always the same; empty elsewhere.
        general_loss: loss on the general text afterwards; None where the model has none.
        seconds_per_step: of training alone, as CPU time of the process (wall time on a GPU).
        seconds: wall time of the whole trial, evaluation included.
        peak_memory: bytes, the high-water mark after loading, of the process or of the GPU.
        trainable_parameters: distinct numbers that get a gradient.
        artefact_bytes: what has to be kept for one task.
    """

    trial: str
    status: Status
    message: str = ""
    steps_done: int = 0
    curve: tuple[Point, ...] = ()
    dev_score: float | None = None
    train_score: float | None = None
    test: tuple[float, ...] = ()
    predicted: tuple[str, ...] = ()
    general_loss: float | None = None
    seconds_per_step: float = 0.0
    seconds: float = 0.0
    peak_memory: int = 0
    trainable_parameters: int = 0
    artefact_bytes: int = 0


class PromptScore(Record):
    """A candidate prompt, zero-shot: points on the development split."""

    prompt: Prompt
    dev_score: float


class Baselines(Record):
    """What no training, or next to none, reaches on the test split.

    Attributes:
        majority: points of the answer that is most frequent in training (the mean for numbers,
            which has correlation 0).
        zero_shot: points of the best candidate prompt; None where the model cannot answer without
            training, with the reason in ``note``.
        zero_shot_test: its outcomes, as in TrialResult.
        prompts: all candidates, the best one first.
        head_only: points of a linear head on frozen features; None for other routes.
        general_loss: loss on the general text before any training.
    """

    majority: float
    zero_shot: float | None = None
    zero_shot_test: tuple[float, ...] = ()
    prompts: tuple[PromptScore, ...] = ()
    head_only: float | None = None
    head_only_test: tuple[float, ...] = ()
    general_loss: float | None = None
    note: str = ""


class MethodProbe(Record):
    """What a few steps of a method cost: seconds a step, and the process's peak in bytes."""

    status: Status
    message: str = ""
    seconds_per_step: float = 0.0
    evaluation_seconds: float = 0.0
    peak_memory: int = 0


class Probe(Record):
    """What the machine can do, measured before the plan.

    Attributes:
        precision: the format in which a step of full fine-tuning took less time.
        batch_size: examples of a training batch, fewer where these are long or steps slow.
        max_tokens: what inputs are cut to, fewer than the bench's where steps are slow.
        methods: by identifier; ``evaluation_seconds`` is for one example.
        token_lengths: quantiles 0.5, 0.95 and 1 of the inputs, in tokens, before cutting.
        loading_seconds: imports and weights, which every process without a fork pays again.
        slowdown: wall seconds of a process for each of its CPU seconds; above 1 on a busy machine.
        speed: of this machine's CPU, as the estimates want it; None on an accelerator.
    """

    precision: Precision
    batch_size: int
    max_tokens: int
    methods: dict[str, MethodProbe]
    token_lengths: Annotated[tuple[int, ...], Field(min_length=3, max_length=3)]
    loading_seconds: float = 0.0
    slowdown: float = 1.0
    speed: dict[str, Any] | None = None


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
