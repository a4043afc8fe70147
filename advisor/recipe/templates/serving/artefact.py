"""Save and load what answering needs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import method
from models import load_tokenizer
from safetensors import SafetensorError
from settings import FOLDER
from task import Task
from tuning.learner import Learner, save_learner
from tuning.rows import Answering


def require_able(settings: dict) -> None:
    """Stop at a method or route that other files carry out, and at a folder that takes no files."""
    _require_method(settings, "config.yaml")
    if settings["task"]["route"] != Task.route:
        raise SystemExit(f"config.yaml: the files of this project are for route {Task.route}")
    try:
        with tempfile.TemporaryFile(dir=FOLDER):
            pass
    except OSError as error:
        raise SystemExit(f"{FOLDER} cannot be written to: {error.strerror}") from None


def _require_method(settings: dict, where: str) -> None:
    if settings["method"] not in method.METHODS:
        able = ", ".join(method.METHODS)
        raise SystemExit(f"{where}: the files of this project are for {able}; make another one")


def save(
    settings: dict, task: Task, tokenizer: Any, folder: Path, tuned: Learner | None = None
) -> None:
    """Write what was trained, the tokenizer, and what the task has learned of labels and prompt."""
    folder.mkdir(parents=True, exist_ok=True)
    if tuned is not None:
        save_learner(tuned, folder)
    tokenizer.save_pretrained(folder)
    state = json.dumps({"settings": settings, "task": task.state}, indent=2)
    (folder / "task.json").write_text(state + "\n", encoding="utf-8")


def load(folder: Path) -> tuple[dict, Task, Answering]:
    """Settings, task and model of a folder that `save` has written."""
    if not (folder / "task.json").is_file():
        raise SystemExit(f"{folder}: nothing was saved here; run python train.py first")
    try:
        saved = json.loads((folder / "task.json").read_text(encoding="utf-8"))
        settings = saved["settings"]
        _require_method(settings, str(folder / "task.json"))
        task = Task(settings, load_tokenizer(str(folder)), saved["task"])
        tuned = method.load(settings, task, folder)
    except (OSError, ValueError, LookupError, RuntimeError, SafetensorError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SystemExit(f"{folder} is damaged: {reason}; run python train.py again") from None
    tuned.model.eval()
    return settings, task, task.bind(tuned)
