"""Estimates for many projects: what several of them have in common is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from advisor.decide import completed
from advisor.estimate import (
    FindProfile,
    Pace,
    corners,
    memory_facts,
    paces,
    run_facts,
    storage_facts,
)
from advisor.facts import Fact, FactBase, Value

_KEPT = 5_000
"""Results that are kept of each part of the estimate, so that memory does not grow."""

Result = TypeVar("Result")


class Completer:
    """Adds defaults and computed facts, as `advisor.decide.completion.completed` does.

    Args:
        wanted: the facts that are needed; other estimates are left out.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = frozenset(wanted)
        self._memory = Remembered(self._memory_of)
        self._storage = Remembered(self._storage_of)
        self._paces = Remembered(_paces_of)

    def values(self, stated: Iterable[Fact]) -> Mapping[str, Value]:
        """The values of all facts of a project.

        Raises:
            AdvisorError: if two facts contradict each other.
        """
        return completed(stated, estimate=self._estimates).values()

    def _estimates(self, facts: FactBase, _: FindProfile | None) -> Iterable[Fact]:
        if facts.value("model.parameters") is None:
            return ()
        seen = {fact.key: (fact.value, fact.source.value) for fact in facts.winners()}
        runs = run_facts(self._paces.of(facts, seen), facts)
        return (*self._memory.of(facts, seen), *self._storage.of(facts, seen), *runs)

    def _memory_of(self, facts: FactBase) -> list[Fact]:
        job = corners(facts)
        return self._needed(memory_facts(job, facts)) if job else []

    def _storage_of(self, facts: FactBase) -> list[Fact]:
        job = corners(facts)
        return self._needed(storage_facts(job, facts)) if job else []

    def _needed(self, found: Iterable[Fact]) -> list[Fact]:
        return [fact for fact in found if fact.key in self._wanted]


def _paces_of(facts: FactBase) -> dict[str, Pace]:
    job = corners(facts)
    return paces(job, facts) if job else {}


class Remembered(Generic[Result]):
    """A function of facts whose results are kept by the values of the facts that it read.

    Which facts it reads may hang on the values of others, so results are kept by every set of
    facts that was read so far. A result is taken again only where all that was read is the same.
    """

    def __init__(self, work: Callable[[FactBase], Result]) -> None:
        self._work = work
        self._found: dict[tuple[str, ...], dict[tuple[object, ...], Result]] = {}
        self._count = 0

    def of(self, facts: FactBase, seen: Mapping[str, tuple[Value, str]]) -> Result:
        """The result for these facts.

        Args:
            facts: of the project.
            seen: the winning value and source of each.
        """
        for read, results in self._found.items():
            result = results.get(tuple(map(seen.get, read)))
            if result is not None:
                return result
        if self._count >= _KEPT:
            self._found.clear()
            self._count = 0
        watched = _Watched(facts)
        result = self._work(watched)
        read = tuple(sorted(watched.read))
        self._found.setdefault(read, {})[tuple(map(seen.get, read))] = result
        self._count += 1
        return result


class _Watched(FactBase):
    """The same facts, with a note of which are looked at."""

    def __init__(self, facts: FactBase) -> None:
        super().__init__(vocabulary=facts.vocabulary)
        self._stated = facts._stated
        self.read: set[str] = set()

    def get(self, key: str) -> Fact | None:
        self.read.add(key)
        return super().get(key)
