"""The vocabulary names for every computed fact exactly the facts that can change it."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest
from estimate_cases import LIMITS, VOCABULARY, estimates

from advisor.facts import Fact, FactBase, FactType, Source, Value
from advisor.facts.reading import read_value

INPUTS = sorted(key for key, fact_type in VOCABULARY.items() if not fact_type.inputs)
COMPUTED = sorted({*VOCABULARY} - {*INPUTS})
TEXTS: Mapping[str, tuple[Value, ...]] = {
    "model.type": ("llama", "bert", "t5"),
    "hardware.accelerator_name": ("RTX 4090", "H100 80GB SXM", "Apple M1"),
}

FULL: dict[str, Value] = {
    "task.type": "generation_short",
    "model.parameters": 1_000_000_000,
    "model.architecture": "decoder",
    "data.train_examples": 5000,
    "data.eval_examples": 1000,
    "data.p95_tokens": 900,
    "train.batch_size": 4,
    "budget.hours": 12,
    "budget.cost": 50,
    "price.per_hour": 2,
    "deployment.tasks_per_base": 10,
    "hardware.accelerator": "cuda",
    "hardware.accelerator_memory_gib": 24,
    "hardware.disk_free_gib": 100,
}
"""Everything without which some fact is not computed; what can be assumed is left to it."""

BASES: Mapping[str, Mapping[str, Value]] = {
    "lengths and shape assumed": FULL,
    "lengths stated": {
        **FULL, "model.type": "llama", "data.median_tokens": 300, "train.sequence_length": 700,
        "model.context_length": 8000, "price.per_hour": None,
    },
    "lengths unknown": {**FULL, "data.p95_tokens": None},
    "shape stated": {
        **FULL, "model.layer_count": 24, "model.hidden_size": 2048, "model.query_size": 2048,
        "model.feed_forward_size": 8192, "model.key_value_size": 512,
        "model.vocabulary_size": 50_000, "model.tied_embeddings": False,
    },
    "shared memory": {
        **FULL, "hardware.accelerator": "mps", "hardware.unified_memory": True,
        "hardware.ram_available_gib": 16,
    },
    "a CPU": {
        **FULL, "hardware.accelerator": "none", "hardware.accelerator_memory_gib": None,
        "hardware.ram_available_gib": 64, "hardware.cpu_cores": 8,
    },
    "kind of device open": {**FULL, "hardware.accelerator": None},
    "kind and memory open": {
        **FULL, "hardware.accelerator": None, "hardware.accelerator_memory_gib": None,
    },
}  # fmt: skip


def possible(fact_type: FactType) -> Iterator[Value]:
    """Unknown, and values far from each other."""
    yield None
    if fact_type.numeric:
        for end in LIMITS.get(fact_type.key, fact_type.range or ()):
            yield read_value(fact_type, end, where="a test")
    elif fact_type.type == "boolean":
        yield from (False, True)
    else:
        yield from fact_type.choices or TEXTS.get(fact_type.key, ("a", "b"))


def computed(values: Mapping[str, Value]) -> dict[str, tuple[float, float]]:
    stated = [
        Fact(key, value, Source.ANSWERED) for key, value in values.items() if value is not None
    ]
    return estimates(FactBase(stated).with_defaults())


@functools.cache
def movers() -> dict[str, set[str]]:
    """For each computed fact those inputs that change it in some base, all else the same."""
    found: dict[str, set[str]] = defaultdict(set)
    for base in BASES.values():
        before = computed(base)
        for key in INPUTS:
            for value in possible(VOCABULARY[key]):
                after = computed({**base, key: value})
                for fact in before.keys() | after.keys():
                    if before.get(fact) != after.get(fact):
                        found[fact].add(key)
    return found


def family(key: str) -> list[str]:
    """The facts that share a declaration."""
    group, *_, last = key.split(".")
    if group != "estimate":
        return [key]
    return [f"estimate.{method}.{last}" for method in VOCABULARY.methods]


@pytest.mark.parametrize("key", COMPUTED)
def test_a_computed_fact_changes_with_declared_inputs_only(key):
    assert movers()[key] <= set(VOCABULARY[key].inputs)


@pytest.mark.parametrize("key", COMPUTED)
def test_every_declared_input_changes_the_fact_for_some_method(key):
    assert set(VOCABULARY[key].inputs) <= set().union(*(movers()[one] for one in family(key)))
