"""The method: nothing is trained; the prompt holds instruction and examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import adapter
from models import Tuned, load_base

METHODS = (adapter.METHOD,)


def save(tuned: Tuned, folder: Path) -> None:
    """Nothing of the model has changed: task.json holds the prompt."""
    del tuned, folder


def load(settings: dict, task: Any, folder: Path) -> Tuned:
    """The base model."""
    del folder
    return load_base(settings, task.outputs)
