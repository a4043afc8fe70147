"""The cheapest thing worth finding out: what nobody has said and what can change the answer."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from advisor.bounds.cells import cells_of, span_of
from advisor.bounds.search import bounds_of
from advisor.facts import FactType, Source, Value
from advisor.facts.values import is_known
from advisor.facts.vocabulary import EFFORTS
from advisor.reasoning.case import Case, Outcome
from advisor.reasoning.flips import Stretch
from advisor.reasoning.whatif import along
from advisor.support.errors import AdvisorError
from advisor.verdict.decision import Status
from advisor.verdict.headline import Headline

_LEAST = 1e-3
"""Numbers below this count as this one when parts of a range are compared."""


@dataclass(frozen=True, slots=True)
class Worth:
    """A fact that is worth finding out.

    Attributes:
        key: of the fact.
        assumed: the default that stands for it now; None if nothing does.
        effort: how to find it out, as the vocabulary says.
        share: of its values that change the answer, of a number in powers of ten.
        outcomes: the other answers that it can give by itself; empty if it changes the answer only
            together with others that are unknown.
    """

    key: str
    assumed: Value
    effort: str
    share: float
    outcomes: tuple[Outcome, ...]


def worth_finding_out(case: Case) -> list[Worth]:
    """All facts that are worth it, the least effort first, then those that settle most."""
    return [one for level in _levels(case) for one in level]


def cheapest(case: Case) -> Worth | None:
    """The first of `worth_finding_out`, without looking at facts that take more effort."""
    return next((level[0] for level in _levels(case) if level), None)


def _levels(case: Case) -> Iterator[list[Worth]]:
    """The facts of one effort after the other; they change the answer alone, or else in company."""
    for look in (_alone, _in_company):
        seen = False
        for _, types in itertools.groupby(_candidates(case), key=lambda one: one.effort):
            level = [found for one in types if (found := look(case, one)) is not None]
            seen = seen or bool(level)
            yield sorted(level, key=lambda one: -one.share)
        if seen:
            return


def _candidates(case: Case) -> list[FactType]:
    """What the questionnaire asks and nobody has said in full, the least effort first."""
    facts = case.facts
    found = []
    for fact_type in facts.vocabulary.questions:
        fact = facts.get(fact_type.key)
        said = fact is not None and is_known(fact.value) and fact.source is not Source.DEFAULT
        if not said and fact_type.type != "text" and facts.applies(fact_type):
            found.append(fact_type)
    return sorted(found, key=lambda one: EFFORTS.index(one.effort))


def _possible(case: Case, key: str) -> Value:
    """What is known of the fact beside its default."""
    fact = case.facts.get(key)
    return None if fact is None or fact.source is Source.DEFAULT else fact.value


def _assumed(case: Case, key: str) -> Value:
    fact = case.facts.get(key)
    return fact.value if fact is not None and fact.source is Source.DEFAULT else None


def _alone(case: Case, fact_type: FactType) -> Worth | None:
    """The fact, if a value of it gives another answer while all else stays as it is."""
    key, now = fact_type.key, case.outcome()
    parts = _parts(case, fact_type)
    moved = [(outcome, size) for outcome, size in parts if outcome not in (None, now)]
    if not moved:
        return None
    outcomes = tuple(outcome for outcome in dict(moved) if outcome is not None)
    possible = sum(size for outcome, size in parts if outcome is not None)
    share = sum(size for _, size in moved) / possible if possible else 1.0
    return Worth(key, _assumed(case, key), fact_type.effort, share, outcomes)


def _parts(case: Case, fact_type: FactType) -> Sequence[tuple[Outcome | None, float]]:
    """The answer for every value that the fact can have, with the size of each part of them."""
    possible = _possible(case, fact_type.key)
    if not fact_type.numeric:
        choices = cells_of(fact_type, possible, case.engine)
        return [(case.outcome({fact_type.key: choice}), 1.0) for choice in choices]
    low, high = span_of(fact_type, possible)
    return [(p.outcome, _decades(p)) for p in along(case, fact_type.key, low, high)]


def _decades(part: Stretch) -> float:
    return math.log10(max(part.high, _LEAST)) - math.log10(max(part.low, _LEAST))


def _in_company(case: Case, fact_type: FactType) -> Worth | None:
    """The fact, if one of its values is proven to exclude an answer that another one allows."""
    now = case.outcome()
    if now is None or now.status is not Status.UNDETERMINED:
        return None
    key = fact_type.key
    excluded: set[Headline] = set()
    reached: set[Headline] = set()
    values = _samples(case, fact_type)
    settling = 0
    for value in values:
        found = _reachable(case, {key: value})
        if found is not None:
            within, exact = found
            excluded |= set(Headline) - within
            reached |= within if exact else set()
            settling += len(within) == 1
    if not excluded & reached:
        return None
    return Worth(key, _assumed(case, key), fact_type.effort, settling / len(values), ())


def _samples(case: Case, fact_type: FactType) -> tuple[Value, ...]:
    """All choices, or of a number the ends of its range and one value between."""
    possible = _possible(case, fact_type.key)
    cells = cells_of(fact_type, possible, case.engine)
    if not fact_type.numeric:
        return cells
    return tuple(dict.fromkeys((cells[0], cells[len(cells) // 2], span_of(fact_type, possible)[1])))


def _reachable(case: Case, changes: Mapping[str, Value]) -> tuple[frozenset[Headline], bool] | None:
    try:
        bounds = bounds_of(case.statements(changes), case.engine)
    except AdvisorError:
        return None
    return bounds.reachable, bounds.exact
