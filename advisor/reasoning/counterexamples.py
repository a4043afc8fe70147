"""Quick proof that an answer is not determined: two sets of values that end differently."""

from __future__ import annotations

import random
from collections.abc import Mapping

from advisor.decide.bounds.cells import cells_of, span_of
from advisor.decide.completion import completed
from advisor.decide.decide import Headline
from advisor.decide.decision import contest
from advisor.decide.tally import tally
from advisor.facts import Fact, FactBase, FactType, Source, Value
from advisor.facts.values import is_known
from advisor.rules.engine import Engine
from advisor.support.errors import AdvisorError

_GUESSES = 12
"""Sets of values that are tried before bounds are worked out."""


class Witnesses:
    """Values for all that is unknown of a project, and what they lead to."""

    def __init__(self, facts: FactBase, engine: Engine) -> None:
        """Take the project.

        Args:
            facts: what is known of it, with defaults and estimates.
            engine: the compiled rules.
        """
        self._engine = engine
        self._methods = facts.vocabulary.methods
        open_ = [one for one in facts.vocabulary.questions if _is_open(one, facts)]
        cells = {one.key: _values(one, facts.value(one.key), engine) for one in open_}
        chance = random.Random(0)  # noqa: S311 - nothing secret, the same in every run
        self._guesses = [
            {key: chance.choice(values) for key, values in cells.items()}
            for _ in range(_GUESSES if cells else 0)
        ]

    def prove(self, leaning: Headline, statements: list[Fact]) -> bool:
        """Whether the values reach the leaning and another headline as well.

        Args:
            leaning: what the settled scores lean to.
            statements: the project, perhaps with some facts changed.
        """
        changed = {fact.key for fact in statements if fact.source is Source.FLAG}
        seen: set[Headline] = set()
        for place, guess in enumerate(self._guesses):
            seen |= self._reached({k: v for k, v in guess.items() if k not in changed}, statements)
            if leaning in seen and len(seen) > 1:
                # What proved it here will most likely prove it for other changes, too.
                self._guesses.insert(0, self._guesses.pop(place))
                return True
        return False

    def reached(self, statements: list[Fact]) -> set[Headline]:
        """Headlines that some values surely reach."""
        changed = {fact.key for fact in statements if fact.source is Source.FLAG}
        rests = ({k: v for k, v in guess.items() if k not in changed} for guess in self._guesses)
        return {headline for rest in rests for headline in self._reached(rest, statements)}

    def _reached(self, guess: Mapping[str, Value], statements: list[Fact]) -> frozenset[Headline]:
        """The headline of one guess, if nothing else leaves it open."""
        said = [Fact(key, value, Source.FLAG, "a guess") for key, value in guess.items()]
        try:
            values = completed([*said, *statements]).values()
        except AdvisorError:
            return frozenset()
        findings = self._engine.assess(values).findings
        settings = self._engine.base.settings
        reachable = contest(tally(findings, self._methods), findings, settings).reachable
        return reachable if len(reachable) == 1 else frozenset()


def _values(fact_type: FactType, value: Value, engine: Engine) -> tuple[Value, ...]:
    """A value of each cell, and of a number the last one, which estimates can tell apart."""
    cells = cells_of(fact_type, value, engine)
    return (*cells, span_of(fact_type, value)[1]) if fact_type.numeric else cells


def _is_open(fact_type: FactType, facts: FactBase) -> bool:
    if fact_type.type == "text" or fact_type.optional or not facts.applies(fact_type):
        return False
    return not is_known(facts.value(fact_type.key))
