"""The method: nothing is trained; the prompt holds instruction and examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import adapter
from models import load_base
from tuning.learner import Learner

METHODS = (adapter.METHOD,)


def load(settings: dict, task: Any, folder: Path) -> Learner:
    """The base model: task.json holds the prompt, and nothing else has changed."""
    del folder
    return load_base(settings, task.outputs)
