"""What is unknown of a project, in the parts over which its exact bounds were taken.

Exact bounds anew for every change would take too long. But the parts that tell what the project
leaves in reach mostly tell it after a change as well, and bounds over each of them are quick.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence

from advisor.decide.bounds.open_rules import OpenRules
from advisor.decide.bounds.search import bounds_and_parts
from advisor.decide.completion import completed
from advisor.decide.decide import Headline
from advisor.decide.decision import contest
from advisor.decide.tally import tally
from advisor.facts import Fact, Source, Value, load_vocabulary
from advisor.rules.engine import Engine
from advisor.support.errors import AdvisorError

Values = Mapping[str, Value]


class Parts:
    """The parts of one project.

    Attributes:
        bounds: what the project leaves in reach as it is.
    """

    def __init__(self, stated: Sequence[Fact], engine: Engine) -> None:
        """Take the project as it is.

        Args:
            stated: its facts, defaults and estimates left out.
            engine: the compiled rules.
        """
        self._stated = stated
        self._engine = engine
        self.bounds, self._boxes = bounds_and_parts(stated, engine)

    def reachable(self, changes: Values, stated: Sequence[Fact] | None) -> frozenset[Headline]:
        """Headlines in reach after a change; more than one may not be all.

        Args:
            changes: the values that are other ones now.
            stated: the facts of the project with them; None if neither estimates nor contradictions
                hang on the changes.
        """
        found: frozenset[Headline] = frozenset()
        for values in self._as_it_is if stated is None else self._within(stated, changes):
            found |= headlines_in_reach({**values, **changes}, self._engine)
            if len(found) > 1:
                break
        return found

    @functools.cached_property
    def _as_it_is(self) -> tuple[Values, ...]:
        return tuple(self._within(self._stated, {}))

    def _within(self, stated: Sequence[Fact], changes: Values) -> Iterator[Values]:
        """All values of each part in which none contradict each other."""
        for box in self._boxes:
            narrowed = [
                Fact(key, value, Source.FLAG, "narrowed down")
                for key, value in box.items()
                if key not in changes
            ]
            values = _completed([*narrowed, *stated])
            if values is not None:
                yield values


def _completed(stated: Sequence[Fact]) -> Values | None:
    try:
        return completed(stated).values()
    except AdvisorError:
        return None


def headlines_in_reach(values: Values, engine: Engine) -> frozenset[Headline]:
    """Headlines in reach by bounds that take rules together, but cut no fact up."""
    vocabulary = load_vocabulary()
    findings = engine.assess(values).findings
    tallies = tally(findings, vocabulary.methods)
    open_ = OpenRules(engine, vocabulary, values, findings, tallies)
    return contest(
        tallies,
        findings,
        engine.base.settings,
        lambda one, rival: open_.bounds({one.method: 1, rival.method: -1}),
    ).reachable
