"""Random projects: values of every fact that an answer depends on, around what the rules test."""

from __future__ import annotations

import math
import random
from functools import cache
from typing import Any

from advisor.facts import FactType, Interval, load_vocabulary
from advisor.rules.engine import Engine, load_engine
from advisor_portfolio.judging import Portfolio

VOCABULARY = load_vocabulary()


@cache
def portfolio() -> Portfolio:
    """The shipped rules, compiled once for all tests."""
    return Portfolio(load_engine())


def some_values(seed: int, engine: Engine, facts: tuple[str, ...]) -> dict[str, Any]:
    """Values as the engine takes them; any share of them unknown, some ranges among them."""
    chance = random.Random(seed)
    known, partial = chance.choice((0.5, 0.9, 1.0)), chance.choice((0.0, 0.0, 0.05, 0.3))
    found = {}
    for key in facts:
        kind = VOCABULARY[key]
        # What is measured outweighs the other rules, so it is mostly left out.
        if chance.random() < (known * 0.2 if kind.silent_if_absent else known):
            found[key] = _some_value(chance, kind, engine, partial)
    return found


def _some_value(chance: random.Random, kind: FactType, engine: Engine, partial: float) -> Any:
    if kind.numeric:
        numbers = sorted(_some_number(chance, kind, engine) for _ in range(2))
        if chance.random() < partial and numbers[0] < numbers[1]:
            ends = (True, True) if kind.integer else chance.choices((False, True), k=2)
            return Interval(*numbers, *ends)
        return chance.choice(numbers)
    if kind.type == "boolean":
        return chance.random() < 0.3
    if not kind.choices:
        return chance.choice(["CC-BY-ND-4.0", "cc-by-nc-nd-3.0", "apache-2.0", "", "\ufffd"])
    if chance.random() < partial:
        return frozenset(chance.sample(kind.choices, 2))
    return chance.choice(kind.choices)


def _some_number(chance: random.Random, kind: FactType, engine: Engine) -> float:
    """A number on, just beside or around those at which something changes."""
    if kind.unit == "ratio" and chance.random() < 0.95:
        return chance.uniform(2, 100)  # or else some of many headrooms always rule all out
    cut = chance.choice([*engine.numbers_of(kind.key), 1.0])
    near = (cut, math.nextafter(cut, 0.0), math.nextafter(cut, math.inf))
    far = (cut * 10 ** chance.uniform(-1, 1), cut * 10 ** chance.uniform(0, 2))
    number = chance.choice((*near, *far, *far))
    low, high = kind.range or (-math.inf, math.inf)
    number = min(max(number, low), high)
    return int(number) if kind.integer else number


_MODELS = (("110M", "encoder"), (340_000_000, "encoder"), ("1B", "decoder"), ("8B", "decoder"))
_DEVICES = (
    {"hardware.accelerator": "cuda", "hardware.accelerator_name": "RTX 4090",
     "hardware.accelerator_memory_gib": "24GB", "hardware.accelerator_count": 1},
    {"hardware.accelerator": "cuda", "hardware.accelerator_name": "H100 80GB SXM",
     "hardware.accelerator_memory_gib": 79, "hardware.accelerator_count": 8},
    {"hardware.accelerator": "mps", "hardware.accelerator_memory_gib": 36,
     "hardware.ram_available_gib": 24, "hardware.unified_memory": True},
    {"hardware.accelerator": "none", "hardware.ram_available_gib": 64, "hardware.cpu_cores": 8},
    {"hardware.accelerator": "cuda or rocm", "hardware.accelerator_memory_gib": 16},
    {},
)  # fmt: skip


def some_record(seed: int) -> dict[str, Any]:
    """A project as a user writes it, without estimates."""
    chance = random.Random(seed)
    parameters, architecture = chance.choice(_MODELS)
    possible = {
        "model.parameters": parameters,
        "model.architecture": architecture,
        "task.type": chance.choice(VOCABULARY["task.type"].choices),
        "data.train_examples": chance.choice((8, 500, "5k", "1k to 2k", chance.randint(1, 10**5))),
        "data.median_tokens": chance.choice((20, chance.randint(1, 300))),
        "data.p95_tokens": chance.choice((300, chance.randint(301, 3000))),
        "train.sequence_length": chance.choice((128, 512)),
        "model.context_length": chance.choice((512, 4096)),
        "data.label_count": chance.choice((2, 50, 150)),
        "data.eval_examples": chance.choice((100, 10_000)),
        "model.weights_access": chance.choice(("open", "api_only", "open")),
        "quality.tolerance_points": chance.choice((0, 1, 3, 10, "unknown")),
        "prompt.transfer_available": chance.choice(("yes", False, "unknown")),
        "deployment.tasks_per_base": chance.choice((1, 50, 5000)),
        "model.tied_embeddings": chance.random() < 0.5,
        "budget.hours": chance.choice((0.1, 24)),
        "budget.cost": chance.choice((1, 500)),
        "price.per_hour": 2.5,
        "hardware.disk_free_gib": chance.choice((1, 500)),
        "estimate.lora.memory_gib": 20,
    }
    share = chance.choice((0.4, 0.8, 0.95))
    record = {key: raw for key, raw in possible.items() if chance.random() < share}
    return {**record, **chance.choice(_DEVICES)}
