"""The method: all weights of the model are trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import adapter
from models import Tuned, load_base

METHODS = (adapter.METHOD,)


def wrap(settings: dict, task: Any, base: Tuned) -> Tuned:
    """The base model itself."""
    del settings, task  # only other methods need them
    return base


def save(tuned: Tuned, folder: Path) -> None:
    """Write the whole model as safetensors."""
    tuned.model.save_pretrained(folder)


def load(settings: dict, task: Any, folder: Path) -> Tuned:
    """The model that was saved."""
    return load_base(settings, task.outputs, source=str(folder))
