"""What the unknown facts of one project leave possible, as it is and with some facts changed.

`Reach` says exactly what can be reached (`advisor.decide.bounds`), keeps the parts that this took,
and judges changes by bounds over each of them, since exact bounds anew for every change would take
too long. Before any bounds are worked out, `Guesses` often show that the answer is open.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Mapping, Sequence

from advisor.decide.bounds.cells import cells_of, span_of
from advisor.decide.bounds.search import bounds_and_parts
from advisor.decide.completion import completed
from advisor.decide.decide import Headline
from advisor.decide.decision import Bounds
from advisor.decide.possible import Possible
from advisor.facts import Fact, FactBase, FactType, Source, Value, Vocabulary, is_known
from advisor.rules import Engine
from advisor.support import AdvisorError

Values = Mapping[str, Value]
_GUESSES = 12
"""Sets of values that are tried before bounds are worked out."""


class Reach:
    """What one project leaves in reach.

    Args:
        stated: its facts, defaults and estimates left out.
        engine: the compiled rules.
        vocabulary: the types of the facts.
    """

    def __init__(self, stated: Sequence[Fact], engine: Engine, vocabulary: Vocabulary) -> None:
        self._stated = stated
        self._engine = engine
        self._vocabulary = vocabulary

    @property
    def bounds(self) -> Bounds:
        """Of the project as it is, exact where it can be."""
        return self._exact[0]

    def possible(self, values: Values) -> Possible:
        """What some values leave possible."""
        return Possible(values, self._engine, self._vocabulary)

    def after(self, changes: Values, stated: Sequence[Fact] | None) -> frozenset[Headline]:
        """Headlines in reach after a change; more than one may not be all.

        Args:
            changes: the values that are other ones now.
            stated: the facts of the project with them; None if neither estimates nor contradictions
                hang on the changes.
        """
        found: frozenset[Headline] = frozenset()
        for values in self._as_it_is if stated is None else self._within(stated, changes):
            found |= self.possible({**values, **changes}).together.reachable
            if len(found) > 1:
                break
        return found

    @functools.cached_property
    def _exact(self) -> tuple[Bounds, Sequence[Values]]:
        return bounds_and_parts(self._stated, self._engine)

    @functools.cached_property
    def _as_it_is(self) -> tuple[Values, ...]:
        return tuple(self._within(self._stated, {}))

    def _within(self, stated: Sequence[Fact], changes: Values) -> Iterator[Values]:
        """All values of each part in which none contradict each other."""
        for part in self._exact[1]:
            values = values_with({k: v for k, v in part.items() if k not in changes}, stated)
            if values is not None:
                yield values


class Guesses:
    """Values for all that is unknown of a project, and the headlines that they show in reach."""

    def __init__(self, facts: FactBase, engine: Engine) -> None:
        """Draw the values, the same ones in every run.

        Args:
            facts: what is known of the project, with defaults and estimates.
            engine: the compiled rules.
        """
        self._engine = engine
        self._vocabulary = facts.vocabulary
        open_ = [one for one in facts.vocabulary.questions if _is_open(one, facts)]
        self._guesses = guesses(
            {one.key: _values(one, facts.value(one.key), engine) for one in open_}, _GUESSES
        )

    def show_open(self, leaning: Headline, statements: Sequence[Fact]) -> bool:
        """Whether the values reach the leaning and another headline as well.

        Args:
            leaning: what the scores favour.
            statements: the project, perhaps with some facts changed.
        """
        seen: set[Headline] = set()
        for place, guess in enumerate(self._guesses):
            seen |= self._reached(guess, statements)
            if leaning in seen and len(seen) > 1:
                # What shows it here will most likely show it for other changes, too.
                self._guesses.insert(0, self._guesses.pop(place))
                return True
        return False

    def reached(self, statements: Sequence[Fact]) -> set[Headline]:
        """Headlines that some values surely reach."""
        return {one for guess in self._guesses for one in self._reached(guess, statements)}

    def _reached(self, guess: Values, statements: Sequence[Fact]) -> frozenset[Headline]:
        """The headline of one guess, if nothing else leaves it open."""
        changed = {fact.key for fact in statements if fact.source is Source.FLAG}
        values = values_with({k: v for k, v in guess.items() if k not in changed}, statements)
        if values is None:
            return frozenset()
        reachable = Possible(values, self._engine, self._vocabulary).apart.reachable
        return reachable if len(reachable) == 1 else frozenset()


def guesses(cells: Mapping[str, Sequence[Value]], count: int) -> list[dict[str, Value]]:
    """Some sets of one value for each fact, the same ones in every run.

    Args:
        cells: the values of each fact to draw from.
        count: how many sets; none is drawn if there are no facts.
    """
    chance = random.Random(0)  # noqa: S311 - nothing secret
    return [
        {key: chance.choice(values) for key, values in cells.items()}
        for _ in range(count if cells else 0)
    ]


def values_with(said: Values, stated: Sequence[Fact]) -> Values | None:
    """All values of a project with some said to be others; None if they contradict each other."""
    facts = [Fact(key, value, Source.FLAG, "supposed") for key, value in said.items()]
    try:
        return completed([*facts, *stated]).values()
    except AdvisorError:
        return None


def _values(fact_type: FactType, value: Value, engine: Engine) -> tuple[Value, ...]:
    """A value of each cell, and of a number the last one, which estimates can tell apart."""
    cells = cells_of(fact_type, value, engine)
    return (*cells, span_of(fact_type, value)[1]) if fact_type.numeric else cells


def _is_open(fact_type: FactType, facts: FactBase) -> bool:
    if fact_type.type == "text" or fact_type.optional or not facts.applies(fact_type):
        return False
    return not is_known(facts.value(fact_type.key))
