"""Refuse facts that contradict each other, by the relations that the vocabulary declares."""

from __future__ import annotations

from advisor.facts.fact import Fact
from advisor.facts.factbase import FactBase
from advisor.facts.values import Interval
from advisor.facts.vocabulary import Relation
from advisor.support.errors import AdvisorError


def require_consistent(facts: FactBase) -> None:
    """Raise AdvisorError on the first declared relation that the facts surely violate."""
    for relation in facts.vocabulary.relations:
        keys = relation.keys
        stated = [facts.get(key) for key in keys]
        if all(fact is not None and fact.value is not None for fact in stated) and _violated(
            relation, facts
        ):
            raise AdvisorError(
                f"these facts contradict each other: {relation.says}",
                where="; ".join(_describe(fact) for fact in stated if fact),
                hint=f"correct one of {' and '.join(keys)}, or state it as unknown",
            )


def _violated(relation: Relation, facts: FactBase) -> bool:
    if relation.lower:
        return _least(facts, relation.lower) > _greatest(facts, relation.upper)
    if relation.product_at_least_one:
        product = 1.0
        for key in relation.product_at_least_one:
            product *= _greatest(facts, key)
        return product < 1.0 - 1e-6  # shares in files are rounded
    excluded = relation.excludes or {}
    return _least(facts, relation.positive) > 0 and all(
        facts.value(key) == value for key, value in excluded.items()
    )


def _least(facts: FactBase, key: str) -> float:
    value = facts.value(key)
    return value.low if isinstance(value, Interval) else facts.number(key) or 0.0


def _greatest(facts: FactBase, key: str) -> float:
    value = facts.value(key)
    return value.high if isinstance(value, Interval) else facts.number(key) or 0.0


def _describe(fact: Fact) -> str:
    return f"{fact.key} = {fact.value} ({fact.detail or fact.source.value})"
