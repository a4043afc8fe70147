"""Projects for tiny models, written by the command's own code and run as their users run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tiny_benches import copies, pairs, questions, ratings, reviews

from advisor.app.recipe import Order, make_project
from advisor.profilers.request import DataFiles

ROWS = {
    "classification": reviews,
    "nli_pair": pairs,
    "multiple_choice": questions,
    "regression": ratings,
    "generation_short": copies,
}
# Few and large steps, small enough for a test; every step of a project is gone through.
QUICK = (
    "train.max_steps=4", "train.looks=2", "data.most_test=24", "data.most_ranked=8",
    "train.batch_size=8",
)  # fmt: skip


def run_facts(architecture: str, task: str, **facts) -> dict:
    """The facts of a small project on a CPU."""
    return {
        "model.architecture": architecture,
        "model.parameters": 1_000_000,
        "model.context_length": 64,
        "task.type": task,
        "data.train_examples": 120,
        "data.p95_tokens": 24,
        "hardware.accelerator": "none",
        "hardware.ram_available_gib": 8,
        **facts,
    }


def write_run(path: Path, architecture: str, task: str, facts: dict | None = None, **keys) -> Path:
    """A run file with these facts; ``keys`` are put over its own."""
    stated = run_facts(architecture, task, **(facts or {}))
    entries = {
        key: {"value": value, "source": "answered", "detail": "", "unit": ""}
        for key, value in stated.items()
    }
    run = {
        "schema_version": "1",
        "status": "decided",
        "headline": "Full fine-tuning.",
        "recommendation": "full_fine_tuning",
        "variant": "prompt_tuning",
        "alternative": None,
        "facts": entries,
        **keys,
    }
    path.write_text(json.dumps(run), encoding="utf-8")
    return path


def write_rows(path: Path, task: str, count: int = 120) -> Path:
    """A file of examples that tiny models can learn from."""
    rows = []
    for example in ROWS[task](count):
        if task == "multiple_choice":
            row = {"question": example.inputs[0], "choices": example.choices}
            row["answer"] = example.choices.index(example.target)
        elif task == "nli_pair":
            row = {"premise": example.inputs[0], "hypothesis": example.inputs[1]}
            row["label"] = example.target
        elif task == "generation_short":
            row = {"input": example.inputs[0], "output": example.target}
        else:
            row = {"text": example.inputs[0], "label": example.target}
        rows.append(json.dumps(row) + "\n")
    path.write_text("".join(rows), encoding="utf-8")
    return path


def write_project(folder: Path, model: Path, architecture: str, task: str, **order) -> Path:
    """A project with a run and data of its own beside it."""
    beside = folder.parent
    run = write_run(beside / f"{folder.name}.json", architecture, task)
    columns = {}
    if task == "generation_short":
        columns = {"text_columns": ("input",), "label_column": "output"}
    data = DataFiles(write_rows(beside / f"{folder.name}.jsonl", task), **columns)
    make_project(Order(run=run, folder=folder, models=(str(model),), data=data, **order))
    return folder


def run_file(folder: Path, name: str, *words: str, stdin: str = "", code: int = 0) -> str:
    """Run a file of the project; its standard output, or with another code its error."""
    done = subprocess.run(
        [sys.executable, name, *words],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        # Without the advisor: a project stands on its own.
        env={
            **{k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
        },
    )
    assert done.returncode == code, done.stderr[-3000:]
    return done.stdout if code == 0 else done.stderr


def quick(*more: str) -> list[str]:
    """The settings of a short run, as words of the command line."""
    return [word for change in (*QUICK, *more) for word in ("--set", change)]


def report_of(folder: Path) -> dict:
    """What a project has measured."""
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))
