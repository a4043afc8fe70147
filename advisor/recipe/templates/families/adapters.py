"""The method: a small adapter in the layers of a frozen model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import adapter
import peft
from models import Tuned, configuration, load_base

METHODS = (adapter.METHOD,)


def wrap(settings: dict, task: Any, base: Tuned) -> Tuned:
    """The base model with a new adapter, which does nothing before it is trained."""
    del task  # only soft prompts start from its words
    _prepare(base)
    try:
        model = peft.get_peft_model(base.model, configuration(settings, base))
    except ValueError as error:  # peft does not know the layers of every model
        raise SystemExit(f"{settings['method']} cannot be put on this model: {error}") from None
    return Tuned(model, base.model, model, heads=base.heads)


def save(tuned: Tuned, folder: Path) -> None:
    """Write the adapter, and a new head if there is one, as safetensors."""
    tuned.model.save_pretrained(folder, save_embedding_layers=False)


def load(settings: dict, task: Any, folder: Path) -> Tuned:
    """The base model with the adapter that was saved."""
    base = load_base(settings, task.outputs)
    _prepare(base)
    model = peft.PeftModel.from_pretrained(base.model, folder)
    return Tuned(model, base.model, model, heads=base.heads)


def _prepare(base: Tuned) -> None:
    """Keep in 32 bits what is not quantised, in training and in answering alike."""
    if adapter.FOUR_BITS:
        # Where it is wanted, checkpointing is on already, and not of the kind that peft would take.
        peft.prepare_model_for_kbit_training(base.model, use_gradient_checkpointing=False)
