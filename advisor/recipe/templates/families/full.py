"""The method: all weights of the model are trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import adapter
from models import load_base
from tuning.learner import Learner

METHODS = (adapter.METHOD,)


def wrap(settings: dict, task: Any, base: Learner) -> Learner:
    """The base model itself."""
    del settings, task  # only other methods need them
    return base


def load(settings: dict, task: Any, folder: Path) -> Learner:
    """The model that was saved."""
    return load_base(settings, task.outputs, source=str(folder))
