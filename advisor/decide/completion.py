"""From what is stated to all that follows from it: defaults, usual metrics, estimates."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TypeAlias

from advisor.catalogue import load_table
from advisor.estimate import FindProfile, estimate_facts, evaluation_facts
from advisor.facts import Fact, FactBase, Source, require_consistent

Estimate: TypeAlias = "Callable[[FactBase, FindProfile | None], Iterable[Fact]]"


def completed(
    stated: Iterable[Fact],
    find: FindProfile | None = None,
    estimate: Estimate = estimate_facts,
) -> FactBase:
    """The facts with declared defaults and all that can be computed from them.

    Args:
        stated: facts from profilers, the questionnaire, files and flags, in any order.
        find: finds out the memory of a step more exactly than the closed form.
        estimate: works out the estimates; the closed form by default.

    Raises:
        AdvisorError: if two facts contradict each other.
    """
    facts = FactBase(stated).with_defaults()
    require_consistent(facts)
    add_computed(facts, find, estimate)
    return facts


def add_computed(
    facts: FactBase, find: FindProfile | None = None, estimate: Estimate = estimate_facts
) -> None:
    """Add what can be computed from the facts, in place; the rest is as for `completed`."""
    facts.add(_task_facts(facts))
    facts.add(estimate(facts, find))
    facts.add(evaluation_facts(facts))


def _task_facts(facts: FactBase) -> list[Fact]:
    """What a point usually means for the task type, unless somebody has said it."""
    metric = _metrics().get(str(facts.value("task.type")))
    if metric is None:
        return []
    return [Fact("task.metric", metric, Source.CATALOGUE, "the usual metric of the task type")]


@functools.cache
def _metrics() -> dict[str, str]:
    metrics: dict[str, str] = load_table("tasks.yaml")["metrics"]
    return metrics
