"""Six people and their projects, and the records that the advisor makes for them."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from typing import Any

from advisor.decide.answer import answer_for
from advisor.facts import Fact, Source, load_vocabulary
from advisor.facts.factsfile import facts_from
from advisor.facts.reading import read_value
from advisor.report.blocks import Block
from advisor.report.document import blocks_of as run_blocks
from advisor.report.files import to_json
from advisor.report.part import plain
from advisor.report.record import run_record
from advisor.report.runfile import run_from
from advisor.rules.engine import Engine, load_engine
from advisor.support.strictyaml import YamlDocument

VOCABULARY = load_vocabulary()

PERSONAS: dict[str, dict[str, Any]] = {
    "newcomer_with_bert_on_a_cpu": {
        "task.type": "classification",
        "model.name": "bert-base-uncased",
        "model.parameters": 109_482_240,
        "model.architecture": "encoder",
        "model.context_length": 512,
        "data.train_examples": 800,
        "data.eval_examples": 200,
        "data.label_count": 3,
        "data.median_tokens": 40,
        "data.p95_tokens": 120,
        "hardware.accelerator": "none",
        "hardware.ram_available_gib": 16,
        "hardware.cpu_cores": 8,
        "hardware.disk_free_gib": 50,
    },
    "eight_billion_on_a_24_gib_card": {
        "task.type": "generation_short",
        "model.name": "Llama-3.1-8B",
        "model.parameters": "8.03B",
        "model.architecture": "decoder",
        "data.train_examples": "5k",
        "data.eval_examples": 1000,
        "hardware.accelerator": "cuda",
        "hardware.accelerator_name": "RTX 4090",
        "hardware.accelerator_memory_gib": 23.5,
        "hardware.accelerator_count": 1,
    },
    "seventy_billion_on_two_cards": {
        "task.type": "classification",
        "data.label_count": 5,
        "model.name": "Llama-3.1-70B",
        "model.parameters": "70B",
        "model.architecture": "decoder",
        "data.train_examples": "20k",
        "hardware.accelerator": "cuda",
        "hardware.accelerator_name": "A100 80GB SXM",
        "hardware.accelerator_memory_gib": 80,
        "hardware.accelerator_count": 2,
        "budget.hours": 48,
    },
    "behind_an_api": {
        "task.type": "classification",
        "model.name": "a model behind an API",
        "model.weights_access": "api_only",
        "data.train_examples": 500,
    },
    "a_hundred_tenants": {
        "task.type": "classification",
        "data.label_count": 10,
        "model.name": "Mistral-7B",
        "model.parameters": "7.24B",
        "model.architecture": "decoder",
        "data.train_examples": 3000,
        "deployment.tasks_per_base": 100,
        "deployment.latency_sensitive": True,
        "hardware.accelerator": "cuda",
        "hardware.accelerator_name": "H100 80GB SXM",
        "hardware.accelerator_memory_gib": 79,
        "hardware.accelerator_count": 4,
    },
    "three_facts_only": {
        "task.type": "classification",
        "model.parameters": "1B to 10B",
        "data.train_examples": "at least 5k",
    },
}


@functools.cache
def engine() -> Engine:
    """The shipped rules, compiled once for all tests."""
    return load_engine()


def stated(facts: Mapping[str, Any], source: Source = Source.ANSWERED) -> list[Fact]:
    """The facts as a user would state them."""
    return [
        Fact(key, read_value(VOCABULARY[key], raw, where="a test"), source, "stated in a test")
        for key, raw in facts.items()
    ]


def record_of(facts: Iterable[Fact]) -> dict[str, Any]:
    """The run file of the answer on these facts."""
    return plain(run_record(answer_for(facts, engine()), engine().base))


def blocks(run: dict[str, Any]) -> list[Block]:
    """What the report of a run file says."""
    return list(run_blocks(run_from(run)))


@functools.cache
def persona(name: str) -> dict[str, Any]:
    """The run file of one person's project."""
    return record_of(stated(PERSONAS[name]))


def read_back(run: dict[str, Any]) -> list[Fact]:
    """The facts of a run file that was written and is read again."""
    return facts_from(YamlDocument(json.loads(to_json(run)), {}, "run.json"))
