"""One part of what is still possible: some facts narrowed down, and bounds that hold there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from advisor.decide.bounds.cells import cells_of, halves, span_of
from advisor.decide.bounds.open_rules import OpenRules
from advisor.decide.completion import completed
from advisor.decide.decision import Contest, contest
from advisor.decide.tally import Tally, tally
from advisor.facts import Fact, FactType, Source, Value
from advisor.facts.values import is_known
from advisor.methods import FEW_SHOT, FULL
from advisor.rules.engine import Engine
from advisor.rules.rule import Outcome

Box = Mapping[str, Value]
"""Facts that have been narrowed down, to single values or in part."""
_LEAST = 1e-3
"""Numbers below this count as this one when the widths of ranges are compared."""


class Leaf:
    """The project with some unknown facts narrowed down.

    Attributes:
        box: the facts that have been narrowed down.
        scores: for each method bounds of its score.
        state: the contest between the two sides; its reachable headlines are none too few.
        settled: whether both ends of every score are reached.
    """

    def __init__(self, stated: Sequence[Fact], box: Box, engine: Engine) -> None:
        """Judge the part.

        Args:
            stated: the facts of the project.
            box: values that take the place of stated ones.
            engine: the compiled rules.

        Raises:
            AdvisorError: if the values contradict each other, so that nothing lies in the part.
        """
        self.box = box
        self._engine = engine
        narrowed = [Fact(key, value, Source.FLAG, "narrowed down") for key, value in box.items()]
        self._facts = completed([*narrowed, *stated])
        values = self._facts.values()
        self._findings = engine.assess(values).findings
        methods = self._facts.vocabulary.methods
        tallies = tally(self._findings, methods)
        self._open = OpenRules(engine, self._facts.vocabulary, values, self._findings, tallies)
        least = {method: self._open.greatest({method: -1}) for method in methods}
        most = {method: self._open.greatest({method: 1}) for method in methods}
        self.scores = {m: (-round(least[m].total), round(most[m].total)) for m in methods}
        exact = all(end.exact for end in (*least.values(), *most.values()))
        # An estimate that is a range although all its inputs are known can be anywhere in it.
        self._linked = [key for key in self._open.computed if any(self._open_inputs(key))]
        self.settled = exact and not self._linked
        self.state: Contest = contest(
            tallies, self._findings, engine.base.settings, self._lead_bounds
        )

    def _lead_bounds(self, method: Tally, rival: Tally) -> tuple[int, int]:
        return self._open.bounds({method.method: 1, rival.method: -1})

    def extremes(self) -> Iterator[Box]:
        """Parts of this one in which the lead of one headline method is as far as it goes."""
        groups = self._engine.base.settings.groups
        pairs = [(method, FULL) for method in groups["soft_prompts"]]
        pairs += [(FEW_SHOT, method) for method in groups["trained"]]
        for method, rival in pairs:
            for sign in (1, -1):
                found = self._open.greatest({method: sign, rival: -sign})
                yield {**self.box, **self._open.values_at(found.cells)}

    def parts(self) -> list[Box]:
        """The leaf cut along one unknown fact; empty if no fact is left to cut along."""
        facts = self.unknown_facts()
        if not facts:
            return []
        fact_type = min(facts, key=lambda one: (one.numeric, -self._width(one)))
        cells = cells_of(fact_type, self._facts.value(fact_type.key), self._engine)
        if fact_type.numeric:
            low, high = span_of(fact_type, self._facts.value(fact_type.key))
            cells = tuple(halves(low, high, cells, integer=fact_type.integer))
        return [{**self.box, fact_type.key: cell} for cell in cells]

    def corners(self) -> list[Box]:
        """The two points at which all unknown facts have their first, and their last, value."""
        first: dict[str, Value] = {}
        last: dict[str, Value] = {}
        for fact_type in self.unknown_facts():
            key, value = fact_type.key, self._facts.value(fact_type.key)
            cells = cells_of(fact_type, value, self._engine)
            first[key] = cells[0]
            last[key] = span_of(fact_type, value)[1] if fact_type.numeric else cells[-1]
        return [{**self.box, **first}, {**self.box, **last}] if first else []

    def unknown_facts(self) -> list[FactType]:
        """The unknown facts behind vetoes and computed facts; the others once these are known."""
        vocabulary = self._facts.vocabulary
        vetoes = [f for f in self._findings if f.rule.veto and f.outcome is Outcome.UNDETERMINED]
        read = [key for finding in vetoes for key in finding.rule.reads]
        inputs = [one for key in (*read, *self._linked) for one in self._open_inputs(key)]
        first = [key for key in (*read, *inputs) if self._is_open(key)]
        rest = [key for key in self._open.cells if self._is_open(key)]
        return [vocabulary[key] for key in dict.fromkeys(first or rest)]

    def _open_inputs(self, key: str) -> Iterator[str]:
        """The unknown facts that a computed fact is computed from."""
        return (one for one in self._facts.vocabulary[key].inputs if self._is_open(one))

    def _is_open(self, key: str) -> bool:
        """Whether the fact has several possible values that can be gone through."""
        fact_type, value = self._facts.vocabulary[key], self._facts.value(key)
        if fact_type.inputs or fact_type.type == "text" or is_known(value):
            return False
        # What nobody asks for has an assumed value, and a limit that is not named does not bind.
        asked = fact_type.ask is not None and not fact_type.optional
        return value is not None or (asked and self._facts.applies(fact_type))

    def _width(self, fact_type: FactType) -> float:
        """How far a number reaches, in powers of ten."""
        if not fact_type.numeric:
            return 0.0
        low, high = span_of(fact_type, self._facts.value(fact_type.key))
        return math.log10(max(high, _LEAST)) - math.log10(max(low, _LEAST))
