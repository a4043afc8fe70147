"""The rules that unknown facts leave open, as tables over the cells of those facts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from advisor.decide.bounds.cells import cells_of
from advisor.decide.bounds.elimination import (
    LARGEST_TABLE,
    Combination,
    Greatest,
    ShareTable,
    greatest,
)
from advisor.decide.tally import Tally, contributions, settled
from advisor.facts import Value, Vocabulary, is_known
from advisor.rules import DecisionTable, Engine, Finding, Outcome, Ramp, Rule

Weights = Mapping[str, int]
"""How often each method's effects count; ``{a: 1, b: -1}`` is the lead of a over b."""


@dataclass(frozen=True, slots=True)
class _OpenRule:
    """The effects of one rule by method, at each point where it has any."""

    keys: tuple[str, ...]
    methods: frozenset[str]
    effects: Mapping[Combination, Mapping[str, int]]

    def table(self, weights: Weights) -> ShareTable:
        sums = {
            point: sum(weights.get(method, 0) * effect for method, effect in effects.items())
            for point, effects in self.effects.items()
        }
        return ShareTable(self.keys, {point: total for point, total in sums.items() if total})


class OpenRules:
    """Exact bounds of sums of effects while facts are unknown.

    Computed facts that are not settled count as facts of their own here; `computed` names them.
    """

    def __init__(
        self,
        engine: Engine,
        vocabulary: Vocabulary,
        values: Mapping[str, Value],
        findings: Sequence[Finding],
        tallies: Mapping[str, Tally],
    ) -> None:
        """Take the state of a project.

        Args:
            engine: the compiled rules.
            vocabulary: the types of the facts.
            values: what is known, estimates included.
            findings: what the engine makes of these values.
            tallies: what these add up to.
        """
        self._engine = engine
        self._vocabulary = vocabulary
        self._values = values
        self._fired = {entry.method: entry.fired for entry in tallies.values()}
        self._levels = {table.decides: table for table in engine.base.tables}
        self.cells: dict[str, tuple[Value, ...]] = {}
        self._rules: list[_OpenRule] = []
        self._loose: list[Finding] = []
        for finding in findings:
            if finding.outcome is Outcome.UNDETERMINED and finding.bounds:
                self._add(finding)

    @property
    def computed(self) -> list[str]:
        """The computed facts among the unknown ones; their cells may not all go together."""
        return [key for key in self.cells if self._vocabulary[key].inputs]

    def bounds(self, weights: Weights) -> tuple[int, int]:
        """The least and greatest weighted sum of effects; exact if no computed fact is open."""
        return -round(self.greatest(_negated(weights)).total), round(self.greatest(weights).total)

    def greatest(self, weights: Weights) -> Greatest:
        """The greatest weighted sum of effects, and cells that give it."""
        named = [rule for rule in self._rules if not rule.methods.isdisjoint(weights)]
        tables = [table for rule in named if (table := rule.table(weights)).entries]
        sizes = {key: len(self.cells[key]) for table in tables for key in table.keys}
        found = greatest(tables, sizes)
        sure = sum(weight * self._fired[method] for method, weight in weights.items())
        loose = sum(_most(finding, weights) for finding in self._loose)
        exact = found.exact and not self._loose
        return Greatest(found.total + sure + loose, found.cells, exact)

    def values_at(self, cells: Mapping[str, int]) -> dict[str, Value]:
        """The values of the facts in given cells, computed facts left out."""
        return {
            key: self.cells[key][cell]
            for key, cell in cells.items()
            if not self._vocabulary[key].inputs
        }

    def _add(self, finding: Finding) -> None:
        rule = finding.rule
        keys = tuple(sorted(set(self._open_keys(rule))))
        for key in keys:
            if key not in self.cells:
                fact_type = self._vocabulary[key]
                self.cells[key] = cells_of(fact_type, self._values.get(key), self._engine)
        if math.prod(len(self.cells[key]) for key in keys) > LARGEST_TABLE:
            self._loose.append(finding)
            return
        points = itertools.product(*(range(len(self.cells[key])) for key in keys))
        effects = {point: found for point in points if (found := self._effects(rule, keys, point))}
        self._rules.append(_OpenRule(keys, frozenset(rule.effects), effects))

    def _open_keys(self, rule: Rule) -> Iterator[str]:
        """The unknown facts that the rule's effect hangs on, those behind a level included."""
        for key in rule.reads:
            table = self._levels.get(key)
            if table is None or key in self._values:
                yield from self._unknown([key])
            else:
                yield from self._unknown(one for row in table.rows for one in row.when)

    def _unknown(self, keys: Iterable[str]) -> Iterator[str]:
        for key in keys:
            value = self._values.get(key)
            silent = value is None and self._vocabulary[key].silent_if_absent
            if not is_known(value) and not silent:
                yield key

    def _effects(self, rule: Rule, keys: Sequence[str], point: Combination) -> dict[str, int]:
        """What the rule adds at a point of its facts, methods that it leaves alone left out."""
        cells = {key: self.cells[key][cell] for key, cell in zip(keys, point, strict=True)}
        values = {**self._values, **cells}
        for key, test in rule.when.items():
            table = self._levels.get(key)
            value = values.get(key) if table is None or key in values else _level(table, values)
            if not test.judge(value):
                return {}
        return {
            method: at for method, effect in rule.effects.items() if (at := _at(effect, values))
        }


def _at(effect: int | Ramp, values: Mapping[str, Value]) -> int:
    if isinstance(effect, int):
        return effect
    return settled(*effect.bounds(values.get(effect.fact)))


def _level(table: DecisionTable, values: Mapping[str, Value]) -> str:
    """The level of the first row that holds; the last row always does."""
    return next(
        row.level
        for row in table.rows
        if all(test.judge(values.get(key)) for key, test in row.when.items())
    )


def _most(finding: Finding, weights: Weights) -> int:
    """An upper bound of the weighted sum of one finding's effects."""
    return sum(
        max(weights.get(method, 0) * low, weights.get(method, 0) * high)
        for method, (low, high) in contributions(finding).items()
    )


def _negated(weights: Weights) -> Weights:
    return {method: -weight for method, weight in weights.items()}
