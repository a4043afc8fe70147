"""The facts of one run: every statement kept, the best one used, contradictions refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.facts.fact import Fact, Source
from advisor.facts.values import Interval, Value
from advisor.facts.vocabulary import FactType, Relation, Vocabulary, load_vocabulary
from advisor.support import AdvisorError


class FactBase:
    """Facts by key, with explicit precedence between their sources.

    The winner is the statement of the highest source that gives a value. "unknown" beats only a
    default, so that it never hides what was found out; as a flag it beats everything.
    """

    def __init__(self, facts: Iterable[Fact] = (), *, vocabulary: Vocabulary | None = None) -> None:
        self.vocabulary = vocabulary or load_vocabulary()
        self._stated: dict[str, list[Fact]] = {}
        self.add(facts)

    def add(self, facts: Iterable[Fact]) -> None:
        """Add statements; of two from the same source, the earlier one keeps precedence."""
        for fact in facts:
            self.vocabulary.require(fact.key, where=fact.detail or fact.source.value)
            self._stated.setdefault(fact.key, []).append(fact)

    def replace(self, fact: Fact) -> None:
        """Let a new answer take the place of earlier answers to the same question."""
        others = [f for f in self._stated.get(fact.key, []) if f.source is not fact.source]
        self._stated[fact.key] = others
        self.add([fact])

    def forget(self, key: str, source: Source) -> None:
        """Drop what ``source`` said about ``key``."""
        kept = [f for f in self._stated.get(key, []) if f.source is not source]
        if kept:
            self._stated[key] = kept
        else:
            self._stated.pop(key, None)

    def get(self, key: str) -> Fact | None:
        """The winning statement about ``key``, or None if nothing was said about it."""
        stated = self._stated.get(key)
        return _winner(stated) if stated else None

    def value(self, key: str) -> Value:
        """The winning value of ``key``; None if it is unknown or was never stated."""
        fact = self.get(key)
        return fact.value if fact else None

    def values(self) -> dict[str, Value]:
        """The winning values by key, as the engine takes them."""
        return {fact.key: fact.value for fact in self.winners()}

    def winners(self) -> Iterator[Fact]:
        """The winning statements in any order, which is quicker than in that of the vocabulary."""
        return (_winner(stated) for stated in self._stated.values() if stated)

    def number(self, key: str) -> float | None:
        """The value of ``key`` if it is one definite number, else None."""
        value = self.value(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        return None

    def said_by(self, key: str, source: Source) -> bool:
        """Whether ``source`` has said anything about ``key``, "unknown" included."""
        return any(fact.source is source for fact in self._stated.get(key, ()))

    def known(self, key: str) -> bool:
        """Whether ``key`` has one definite value."""
        fact = self.get(key)
        return fact is not None and fact.known

    def conflicts(self, key: str) -> list[Fact]:
        """Statements that contradict the winner, best source first; defaults never do."""
        winner = self.get(key)
        if winner is None or not winner.known:
            return []
        agreement = self.vocabulary[key].agreement
        return [
            fact
            for fact in sorted(self._stated[key], key=_precedence)
            if fact is not winner
            and fact.known
            and fact.source is not Source.DEFAULT
            and not _agree(winner.value, fact.value, agreement)
        ]

    def with_defaults(self) -> FactBase:
        """A copy in which declared defaults stand for what nobody has said anything about."""
        copy = FactBase(vocabulary=self.vocabulary)
        copy._stated = {key: list(stated) for key, stated in self._stated.items()}
        copy.add(
            Fact(fact_type.key, fact_type.default, Source.DEFAULT, "assumed; nothing else is known")
            for fact_type in self.vocabulary.assumed
            if self.applies(fact_type)
        )
        return copy

    def applies(self, fact_type: FactType) -> bool:
        """Whether the fact can play a part, such as the memory of an accelerator that is there."""
        for key, allowed in (fact_type.only_if or {}).items():
            value = self.value(key)
            possible = value if isinstance(value, frozenset) else {value}
            if value is not None and not possible & set(allowed):
                return False
        return True

    def statements(self) -> Iterator[Fact]:
        """Every statement, in the order of the vocabulary."""
        for key in self.vocabulary:
            yield from self._stated.get(key, ())

    def __iter__(self) -> Iterator[Fact]:
        """The winning statements, in the order of the vocabulary."""
        for key in self.vocabulary:
            fact = self.get(key)
            if fact is not None:
                yield fact

    def __contains__(self, key: str) -> bool:
        return key in self._stated


def _winner(stated: list[Fact]) -> Fact:
    return stated[0] if len(stated) == 1 else min(stated, key=_precedence)


def _precedence(fact: Fact) -> tuple[bool, bool, int, bool]:
    is_default = fact.source is Source.DEFAULT
    # "unknown" hides nothing that was found out, unless it is said for this very run.
    unknown = fact.value is None and fact.source is not Source.FLAG
    return (is_default, unknown, fact.source.rank, fact.value is None)


def _agree(left: Value, right: Value, agreement: float) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return abs(left - right) <= agreement * max(abs(left), abs(right))
    return left == right


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
