"""The facts that a micro-benchmark states; rules read them like any others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.catalogue.tables import load_methods
from advisor.facts import Fact, FactBase, Source
from advisor.microbench.planning.cost import recipe_steps

_GIB = 2.0**30
_HOUR = 3600.0
_OF_PROJECT = ("model.name", "model.parameters", "data.train_examples")


def earlier_measurements(facts: Sequence[Fact], notes: list[str]) -> list[Fact]:
    """What an earlier micro-benchmark measured, if it was of this model and these data.

    Args:
        facts: all that were gathered; where two of a key contradict each other, the project is
            another one.
        notes: gets a sentence where measurements are left out.
    """
    found = [fact for fact in facts if fact.of_microbenchmark]
    base = FactBase(facts)
    for key in _OF_PROJECT:
        if found and base.conflicts(key):
            notes.append(f"an earlier micro-benchmark does not count here, as it had another {key}")
            return []
    return found


def measured_facts(record: Mapping[str, Any], facts: FactBase, *, reference: str) -> Iterator[Fact]:
    """State what was measured of each method.

    Args:
        record: ``plan``, ``results`` and ``differences`` of the micro-benchmark.
        facts: the project's, for the number of its training examples.
        reference: the method that the others are compared with.
    """
    plan, examples = record["plan"], facts.number("data.train_examples")
    for method, result in record["results"].items():
        detail = f"micro-benchmark, {plan['train_size']} training examples"
        found: dict[str, Any] = {
            "score": result["score"],
            "memory_gib": result["peak_memory_bytes"] / _GIB
            if result["score"] is not None
            else None,
            "hours": None
            if _cut(plan)
            else _hours(method, result, examples or plan["train_size"], plan["batch_size"]),
        }
        difference = record["differences"].get(method)
        if method != reference and difference is not None:
            found["points_below_full"] = difference["points_below"]
            if not difference["by_default"]:  # what does not fit here says nothing of quality
                found["outcome"] = difference["outcome"]
            if examples:
                found["data_share"] = min(plan["train_size"] / examples, 1.0)
        for name, value in found.items():
            if value is not None:
                yield Fact(f"measured.{method}.{name}", value, Source.MEASURED, detail)


def _cut(plan: Mapping[str, Any]) -> bool:
    """Whether so many inputs were cut that a step on all of their tokens would take longer."""
    _, usual, _ = plan["token_lengths"]
    return bool(usual > plan["max_tokens"])


def _hours(
    method: str, result: Mapping[str, Any], examples: float, batch_size: int
) -> float | None:
    """Of the recipe's run on all the data, by the measured step."""
    if not result["seconds_per_step"]:
        return None
    steps = recipe_steps(load_methods()[method], int(examples), batch_size)
    return steps * float(result["seconds_per_step"]) / _HOUR
