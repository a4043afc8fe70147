"""A trial and its result, and the baselines beside it."""

from __future__ import annotations

from enum import Enum

from advisor.microbench.records.bench import FrozenRecord, Prompt


class Purpose(str, Enum):
    """What a trial is for."""

    SEARCH = "search"
    FINAL = "final"
    CURVE = "curve"


class Trial(FrozenRecord):
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
        patience: evaluations without a better development score or loss that end the trial early.
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


class TrialStatus(str, Enum):
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
        return self in (TrialStatus.FINISHED, TrialStatus.STOPPED_EARLY)


class Point(FrozenRecord):
    """A look at a running trial: losses are means per example since the last look."""

    step: int
    train_loss: float
    dev_loss: float
    dev_score: float


class TrialResult(FrozenRecord):
    """What a trial came to.

    Attributes:
        trial: its identifier.
        message: what went wrong, as one sentence; empty if nothing did.
        curve: looks at the development split, in order of the steps; the state with the best
            development score, of several the latest, is the one that is evaluated.
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
    status: TrialStatus
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


class PromptScore(FrozenRecord):
    """A candidate prompt, zero-shot: points on the development split."""

    prompt: Prompt
    dev_score: float


class Baselines(FrozenRecord):
    """What no training, or next to none, reaches on the test split.

    Attributes:
        majority: points of the answer that is most frequent in training (the mean for numbers,
            which has correlation 0).
        zero_shot: points of the best candidate prompt; None where the model cannot answer without
            training, with the reason in ``note``.
        zero_shot_test: its outcomes, as in TrialResult.
        prompts: all candidates, the best one first.
        head_only: points of a linear head on frozen features; None where answers are no labels.
        head_only_rows: training examples that it was fitted to.
        general_loss: loss on the general text before any training.
    """

    majority: float
    zero_shot: float | None = None
    zero_shot_test: tuple[float, ...] = ()
    prompts: tuple[PromptScore, ...] = ()
    head_only: float | None = None
    head_only_test: tuple[float, ...] = ()
    head_only_rows: int = 0
    general_loss: float | None = None
    note: str = ""
