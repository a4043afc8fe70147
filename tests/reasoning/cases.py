"""Projects that the tests of this folder change."""

from __future__ import annotations

from advisor.facts import Fact, Source, load_vocabulary
from advisor.facts.reading import read_value
from advisor.reasoning.case import Case
from advisor.rules.engine import load_engine

ENGINE = load_engine()
VOCABULARY = load_vocabulary()
LLAMA = {
    "task.type": "classification",
    "data.label_count": 4,
    "model.parameters": "8B",
    "model.architecture": "decoder",
    "data.train_examples": 5000,
    "hardware.accelerator": "cuda",
    "hardware.accelerator_name": "RTX 4090",
    "hardware.accelerator_memory_gib": 23.5,
    "hardware.accelerator_count": 1,
    "quality.tolerance_points": 1,
}


def stated(facts: dict) -> list[Fact]:
    return [
        Fact(key, read_value(VOCABULARY[key], raw, where="a test"), Source.ANSWERED)
        for key, raw in facts.items()
    ]


def llama(**changes) -> Case:
    return Case(stated({**LLAMA, **changes}), ENGINE)
