"""What every trial works on, and the base of all that processes hand to each other."""

from __future__ import annotations

from enum import Enum

from pydantic import BaseModel, ConfigDict, Field


class FrozenRecord(BaseModel):
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
    FINAL_NUMBER = "final_number"
    ROUGE_L = "rouge_l"
    PEARSON = "pearson"

    @property
    def mean_of_examples(self) -> bool:
        """Whether the score is a mean over examples; a correlation is not."""
        return self is not Metric.PEARSON

    @property
    def right_or_wrong(self) -> bool:
        """Whether each example is either right or wrong."""
        return self in (Metric.ACCURACY, Metric.EXACT_MATCH, Metric.FINAL_NUMBER)


class Example(FrozenRecord):
    """One row of the user's data.

    Attributes:
        inputs: the input, or the two texts of a pair.
        target: the label, the number as text, or the text to write.
        choices: the answers to choose from, for multiple choice; the target is one of them.
    """

    inputs: tuple[str, ...]
    target: str
    choices: tuple[str, ...] = ()


class Task(FrozenRecord):
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


class Splits(FrozenRecord):
    """Disjoint examples: to train on, to choose by, and to judge by, once.

    The training examples are in an order in which every prefix is a fair, stratified sample, so
    that the smaller sizes of a learning curve are prefixes.
    """

    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]


class Prompt(FrozenRecord):
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


class TrialPrecision(str, Enum):
    """In which number format a trial computes; weights and optimizer stay in 32 bits."""

    FP32 = "fp32"
    BF16 = "bf16"


class Bench(FrozenRecord):
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
        accelerator_memory: most bytes of the device for each process; None for all of it.
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
    precision: TrialPrecision = TrialPrecision.FP32
    threads: int = 1
    device: str = "cpu"
    accelerator_memory: int | None = None
