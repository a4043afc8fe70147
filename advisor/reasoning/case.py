"""A project that can be changed, and what the rules then decide."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from advisor.completion import completed
from advisor.facts import Fact, FactBase, Interval, Source, Value
from advisor.facts.consistency import require_consistent
from advisor.pipeline import advise
from advisor.rules.engine import Engine
from advisor.support.errors import AdvisorError
from advisor.verdict.decision import Status, decide
from advisor.verdict.verdict import Answer

_SIZE = "model.parameters"
# Sizes that belong to one model; a model of another number of parameters has others.
_OF_THE_MODEL = frozenset(
    f"model.{name}"
    for name in (
        "hidden_size",
        "layer_count",
        "vocabulary_size",
        "feed_forward_size",
        "query_size",
        "key_value_size",
        "tied_embeddings",
    )
)


Changes: TypeAlias = tuple[tuple[str, Value], ...]


class Outcome(NamedTuple):
    """What counts as the same answer.

    Attributes:
        status: how far the answer goes.
        recommendation: ``prompt_tuning`` or ``full_fine_tuning``; None if neither.
    """

    status: Status
    recommendation: str | None


class Case:
    """A project and its changes; what has been worked out once is kept."""

    def __init__(self, stated: Sequence[Fact], engine: Engine) -> None:
        """Take the project as it is.

        Args:
            stated: its facts, defaults and estimates left out.
            engine: the compiled rules.

        Raises:
            AdvisorError: if two facts contradict each other.
        """
        self.engine = engine
        self._stated = tuple(stated)
        self.facts = completed(self._stated)
        types = self.facts.vocabulary.values()
        self._inputs = {key for fact_type in types for key in fact_type.inputs}
        self._computed = [
            (key, numbers)
            for key, fact_type in self.facts.vocabulary.items()
            if fact_type.inputs and (numbers := engine.numbers_of(key))
        ]
        self._known: dict[Changes, FactBase | None] = {}
        self._outcomes: dict[Changes, Outcome | None] = {}

    def changed(self, changes: Mapping[str, Value]) -> FactBase | None:
        """The facts with other values, or None if they would contradict each other.

        Shape and size of a model belong together: with another number of parameters the widths
        and depths of the present model are forgotten.
        """
        key = _key(changes)
        if key not in self._known:
            try:
                self._known[key] = self._completed(changes)
            except AdvisorError:
                self._known[key] = None
        return self._known[key]

    def _completed(self, changes: Mapping[str, Value]) -> FactBase:
        if not self._inputs.isdisjoint(changes):
            return completed(self._statements(changes))
        # Nothing is computed from these facts, so what was computed stands.
        kept = [fact for fact in self.facts.statements() if fact.key not in changes]
        facts = FactBase([*kept, *_said(changes)])
        require_consistent(facts)
        return facts

    def _statements(self, changes: Mapping[str, Value]) -> list[Fact]:
        replaced = set(changes)
        if changes.get(_SIZE, self.facts.value(_SIZE)) != self.facts.value(_SIZE):
            replaced |= _OF_THE_MODEL
        kept = [fact for fact in self._stated if fact.key not in replaced]
        return [*kept, *_said(changes)]

    def altered(self, changes: Mapping[str, Value]) -> Case:
        """The project with other values as a case of its own.

        Raises:
            AdvisorError: if the values contradict each other.
        """
        return Case(self._statements(changes), self.engine)

    def outcome(self, changes: Mapping[str, Value] | None = None) -> Outcome | None:
        """The answer with other values, or None if they would contradict each other."""
        key = _key(changes or {})
        if key not in self._outcomes:
            facts = self.changed(changes) if changes else self.facts
            self._outcomes[key] = None if facts is None else self._judge(facts)
        return self._outcomes[key]

    def answer(self, changes: Mapping[str, Value] | None = None) -> Answer:
        """The whole answer, with other values if there are any.

        Raises:
            AdvisorError: if the values contradict each other.
        """
        return advise(self._statements(changes or {}), self.engine)

    def _judge(self, facts: FactBase) -> Outcome:
        findings = self.engine.assess(facts.values()).findings
        decision = decide(findings, facts, self.engine.base)
        return Outcome(decision.status, decision.recommendation)

    def cells(self, changes: Mapping[str, Value]) -> tuple[tuple[int, ...], ...] | None:
        """Where every computed fact lies among the numbers at which a rule changes.

        Computed facts rise or fall with each of their inputs, so of two values of one fact with
        the same cells all values between have them too.

        Returns:
            for each computed fact the places of both ends of its value and whether these are one
            number, or nothing if it is unknown; None if the values contradict each other.
        """
        facts = self.changed(changes)
        if facts is None:
            return None
        return tuple(_places(facts.value(key), numbers) for key, numbers in self._computed)


def _places(value: Value, numbers: Sequence[float]) -> tuple[int, ...]:
    if isinstance(value, Interval):
        return bisect_right(numbers, value.low), bisect_right(numbers, value.high), False
    if isinstance(value, (int, float)):
        place = bisect_right(numbers, value)
        return place, place, True
    return ()


def _said(changes: Mapping[str, Value]) -> list[Fact]:
    return [Fact(key, value, Source.FLAG, "what if") for key, value in changes.items()]


def _key(changes: Mapping[str, Value]) -> Changes:
    return tuple(sorted(changes.items(), key=lambda pair: pair[0]))
