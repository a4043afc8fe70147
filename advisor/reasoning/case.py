"""A project that can be changed, and what the rules then decide."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from advisor.decide import (
    Answer,
    Bounds,
    Gist,
    Guesses,
    Possible,
    Reach,
    Status,
    answer_for,
    completed,
    gist_of,
)
from advisor.facts import Fact, Interval, Source, Value
from advisor.rules import Engine
from advisor.support import AdvisorError

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


_BOUNDS_COST = 20
Changes: TypeAlias = tuple[tuple[str, Value], ...]


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
        self._values = self.facts.values()
        vocabulary = self.facts.vocabulary
        self._computed = [
            (key, numbers)
            for key, fact_type in vocabulary.items()
            if fact_type.inputs and (numbers := engine.numbers_of(key))
        ]
        axes = engine.axes
        self._tested = [(key, axes[key].cuts) for key, _ in self._computed if key in axes]
        # These cannot be changed by themselves: facts that rules read are computed from them, or
        # other facts can contradict them.
        self._linked = {one for key, _ in self._computed for one in vocabulary[key].inputs}
        self._linked |= {key for relation in vocabulary.relations for key in relation.keys}
        self._known: dict[Changes, Mapping[str, Value] | None] = {}
        self._outcomes: dict[Changes, Gist | None] = {}
        self._bounded = 0

    def values(self, changes: Mapping[str, Value]) -> Mapping[str, Value] | None:
        """All values with some changed, or None if they would contradict each other.

        Computed facts that no rule reads may be left as they were.

        Shape and size of a model belong together: with another number of parameters the widths
        and depths of the present model are forgotten, and what was measured with it.
        """
        if self._linked.isdisjoint(changes):
            return {**self._values, **changes}
        key = _key(changes)
        if key not in self._known:
            try:
                self._known[key] = completed(self.statements(changes)).values()
            except AdvisorError:
                self._known[key] = None
        return self._known[key]

    def supply(self, changes: Mapping[str, Value], values: Mapping[str, Value] | None) -> None:
        """Take values that are known beforehand, so that they need not be worked out."""
        self._known.setdefault(_key(changes), values)

    def statements(self, changes: Mapping[str, Value]) -> list[Fact]:
        """What is stated of the project with other values."""
        replaced = set(changes)
        if changes.get(_SIZE, self.facts.value(_SIZE)) != self.facts.value(_SIZE):
            replaced |= _OF_THE_MODEL
            # What was measured with one model says nothing of another.
            replaced |= {one.key for one in self._stated if one.of_microbenchmark}
        kept = [fact for fact in self._stated if fact.key not in replaced]
        return [*kept, *_said(changes)]

    def altered(self, changes: Mapping[str, Value]) -> Case:
        """The project with other values as a case of its own.

        Raises:
            AdvisorError: if the values contradict each other.
        """
        return Case(self.statements(changes), self.engine)

    def outcome(self, changes: Mapping[str, Value] | None = None) -> Gist | None:
        """The answer with other values, or None if they would contradict each other."""
        changes = changes or {}
        key = _key(changes)
        if key not in self._outcomes:
            values = self.values(changes)
            self._outcomes[key] = None if values is None else self._judge(values, changes)
        return self._outcomes[key]

    def answer(self, changes: Mapping[str, Value] | None = None) -> Answer:
        """The whole answer, with other values if there are any.

        Raises:
            AdvisorError: if the values contradict each other.
        """
        return answer_for(self.statements(changes or {}), self.engine)

    def reachable(self, changes: Mapping[str, Value]) -> frozenset[Gist]:
        """Every answer that some definite values within the changes might give; never one too few.

        Args:
            changes: other values; ranges and None stand for all that they hold.

        Returns:
            the answers; empty if all values contradict other facts.
        """
        values = self.values(changes)
        return (
            frozenset() if values is None else self._reach.possible(values).gists(unknown=self.open)
        )

    def _judge(self, values: Mapping[str, Value], changes: Mapping[str, Value]) -> Gist:
        possible = self._reach.possible(values)
        methods, base = self.facts.vocabulary.methods, self.engine.base
        found = gist_of(possible.findings, values, methods, base)
        if found.status is Status.UNDETERMINED:  # bounds taken rule by rule can be too wide
            bounds = self._bounds(possible, changes)
            if bounds is not None:
                found = gist_of(possible.findings, values, methods, base, bounds)
        return found

    def _bounds(self, possible: Possible, changes: Mapping[str, Value]) -> Bounds | None:
        """Closer bounds of what is in reach; None where guesses show that the answer is open.

        For the facts as they are they are exact, as those of `advise`. After a change rules are
        taken together, over the parts of what is unknown that told the answer as it is; no further
        ones are cut. So an answer can stay undetermined that `advise` determines.
        """
        now = self.outcome() if changes else None
        determined = now is not None and now.status is not Status.UNDETERMINED
        if not determined and self.guesses.show_open(
            possible.apart.leaning, self.statements(changes)
        ):
            return None
        self._bounded += 1
        if not changes:
            return self._reach.bounds
        reachable = possible.together.reachable
        if len(reachable) > 1 and determined:
            apart = self._linked.isdisjoint(changes)
            stated = None if apart else self.statements(changes)
            reachable = self._reach.after(changes, stated) or reachable
        return Bounds({}, reachable, exact=False)

    @functools.cached_property
    def _reach(self) -> Reach:
        return Reach(self._stated, self.engine, self.facts.vocabulary)

    @functools.cached_property
    def guesses(self) -> Guesses:
        """Values for what is unknown that show which headlines are reached."""
        return Guesses(self.facts, self.engine)

    @functools.cached_property
    def open(self) -> bool:
        """Whether facts that are unknown leave it open what some rule does."""
        return self.engine.leaves_open(self._values)

    @property
    def judged(self) -> int:
        """How many changes have been judged so far; one that took exact bounds counts for many."""
        return len(self._outcomes) + _BOUNDS_COST * self._bounded

    @property
    def computed(self) -> tuple[str, ...]:
        """The computed facts that rules read, in the order of `cells`."""
        return tuple(key for key, _ in self._computed)

    def stands_apart(self, key: str) -> bool:
        """Whether no fact that rules read is computed from it, and none can contradict it."""
        return key not in self._linked

    def cells(
        self, changes: Mapping[str, Value], *, tested: bool = False
    ) -> tuple[tuple[int, ...], ...] | None:
        """Where every computed fact lies among the numbers at which a rule changes.

        Computed facts rise or fall with each of their inputs, so of two values of one fact with
        the same cells all values between have them too.

        Args:
            changes: other values.
            tested: whether only numbers count that a rule tests; the steps of ramps are left out.

        Returns:
            for each computed fact the places of both ends of its value and whether these are one
            number, or nothing if it is unknown; None if the values contradict each other.
        """
        values = self.values(changes)
        if values is None:
            return None
        computed = self._tested if tested else self._computed
        return tuple(_places(values.get(key), numbers) for key, numbers in computed)


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
