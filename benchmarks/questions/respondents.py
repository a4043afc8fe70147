"""People who are asked: projects drawn from respondents.yaml."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import yaml

from advisor.catalogue.gpus import require_gpu
from advisor.facts import Value, load_vocabulary
from advisor.facts.reading import read_value

WORLD: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "respondents.yaml").read_text(encoding="utf-8")
)


def respondent(seed: int) -> dict[str, Value]:
    """What one person would answer to each question; None for "unknown"."""
    chance = random.Random(seed)
    raw = _project(chance)
    vocabulary = load_vocabulary()
    answers = {key: read_value(vocabulary[key], value, where=key) for key, value in raw.items()}
    for key, share in WORLD["unknown"].items():
        if key in answers and chance.random() < share:
            answers[key] = None
    return answers


def _project(chance: random.Random) -> dict[str, Any]:
    _, size, architecture, machines = chance.choices(
        WORLD["models"], weights=[row[0] for row in WORLD["models"]]
    )[0]
    place = chance.choice(machines)
    task = _one(chance, WORLD["tasks"][architecture])
    low, high = WORLD["examples"].get(task, WORLD["examples"]["other"])
    project = {
        "task.type": task,
        "model.name": "a model",
        "model.parameters": size,
        "model.architecture": architecture,
        "model.weights_access": "api_only" if place == "api" else "open",
        "data.train_examples": round(_between(chance, low, high)),
        "data.label_count": _one(chance, WORLD["labels"]),
        "deployment.tasks_per_base": _one(chance, WORLD["tasks_per_base"]),
        "prompt.transfer_available": _one(chance, WORLD["transfer_available"]),
        "quality.tolerance_points": _one(chance, WORLD["tolerance_points"]),
        "data.domain_shift": _one(chance, WORLD["domain_shift"]),
        "model.pretraining_match": _one(chance, WORLD["pretraining_match"]),
        "deployment.base_must_stay_unchanged": _one(chance, WORLD["base_must_stay_unchanged"]),
        "deployment.latency_sensitive": _one(chance, WORLD["latency_sensitive"]),
        **_machine(chance, WORLD["machines"][place]),
    }
    for key in ("hours", "cost"):
        budget = WORLD[f"budget_{key}"]
        named = chance.random() < budget["named"]
        amount = round(_between(chance, *budget["range"]), 1)
        project[f"budget.{key}"] = amount if named else "unknown"
    return project


def _machine(chance: random.Random, machine: dict[str, Any]) -> dict[str, Any]:
    if machine["accelerator"] == "none":
        return {
            "hardware.accelerator": "none",
            "hardware.ram_available_gib": round(_between(chance, *machine["ram"]), 1),
            "hardware.cpu_cores": round(_between(chance, *machine["cores"])),
        }
    name = chance.choice(machine["name"])
    return {
        "hardware.accelerator": machine["accelerator"],
        "hardware.accelerator_name": require_gpu(name).name,
        "hardware.accelerator_memory_gib": require_gpu(name).memory_gib,
        "hardware.accelerator_count": chance.choice(machine["count"]),
    }


def _one(chance: random.Random, choices: list[list[Any]]) -> Any:
    return chance.choices([row[1] for row in choices], weights=[row[0] for row in choices])[0]


def _between(chance: random.Random, low: float, high: float) -> float:
    return math.exp(chance.uniform(math.log(low), math.log(high)))
