"""The method: an adapter on a frozen model, or virtual tokens in front of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import adapter
import peft
from models import load_base, task_type
from tuning.learner import Learner, behind, put_on
from tuning.starting import starting_ids

METHODS = (adapter.METHOD,)


def wrap(settings: dict, task: Any, base: Learner) -> Learner:
    """The base model with a new adapter; virtual tokens start from the words of the best prompt."""

    def words(count: int) -> list[int]:
        return starting_ids(task.encoder, task.starting_text(), count)

    _prepare(base)
    return put_on(base, adapter, settings["adapter"], task_type(settings, base), words)


def load(settings: dict, task: Any, folder: Path) -> Learner:
    """The base model with what was saved."""
    base = load_base(settings, task.outputs)
    _prepare(base)
    return behind(base, adapter, peft.PeftModel.from_pretrained(base.model, folder))


def _prepare(base: Learner) -> None:
    """Keep in 32 bits what is not quantised, in training and in answering alike."""
    if adapter.FOUR_BITS:
        # Where it is wanted, checkpointing is on already, and not of the kind that peft would take.
        peft.prepare_model_for_kbit_training(base.model, use_gradient_checkpointing=False)
