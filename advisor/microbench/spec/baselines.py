"""What no training, or next to none, reaches."""

from __future__ import annotations

from advisor.microbench.spec.bench import Prompt
from advisor.microbench.spec.record import Record


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
