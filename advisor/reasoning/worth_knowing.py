"""The cheapest thing worth finding out: what nobody has said and what can change the answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from advisor.decide import Gist, Headline, Status, bounds_of, cells_of, span_of
from advisor.facts import EFFORTS, FactType, Source, Value, is_known
from advisor.reasoning.case import Case
from advisor.reasoning.counterfactual import decades, parts
from advisor.support import AdvisorError


@dataclass(frozen=True, slots=True)
class Worth:
    """A fact that is worth finding out.

    Attributes:
        key: of the fact.
        assumed: the default that stands for it now; None if nothing does.
        effort: how to find it out, as the vocabulary says.
        share: of its values that change the answer, of a number in powers of ten.
        outcomes: the other answers that it can give by itself; empty while the answer is
            undetermined, where it matters together with others that are unknown.
    """

    key: str
    assumed: Value
    effort: str
    share: float
    outcomes: tuple[Gist, ...]


def worth_finding_out(case: Case) -> list[Worth]:
    """All facts that are worth it, the least effort first, then those that settle most."""
    return [one for level in _levels(case) for one in level]


def cheapest(case: Case, *, quick: bool = False) -> Worth | None:
    """The first of `worth_finding_out`, without looking at facts that take more effort.

    With `quick` those are left out that estimates are computed from.
    """
    return next((level[0] for level in _levels(case, quick=quick) if level), None)


def _levels(case: Case, *, quick: bool = False) -> Iterator[list[Worth]]:
    """The facts of one effort after the other.

    While the answer is undetermined, one fact alone seldom settles it, so what counts is whether
    it matters together with others.
    """
    candidates = [one for one in _candidates(case) if not quick or case.stands_apart(one.key)]
    now = case.outcome()
    undetermined = now is not None and now.status is Status.UNDETERMINED
    look = _in_company if undetermined else _alone
    for _, types in itertools.groupby(candidates, key=lambda one: one.effort):
        level = [found for one in types if (found := look(case, one)) is not None]
        yield sorted(level, key=lambda one: -one.share)


def _candidates(case: Case) -> list[FactType]:
    """What the questionnaire asks and nobody has said in full, the least effort first.

    Limits are left out: one that nobody has named is no limit, which is not a thing unknown.
    """
    facts = case.facts
    found = []
    for fact_type in facts.vocabulary.questions:
        fact = facts.get(fact_type.key)
        said = fact is not None and is_known(fact.value) and fact.source is not Source.DEFAULT
        named = fact_type.type != "text" and not fact_type.optional
        if not said and named and facts.applies(fact_type):
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
    answers = _answers(case, fact_type)
    moved = [(outcome, size) for outcome, size in answers if outcome not in (None, now)]
    if not moved:
        return None
    outcomes = tuple(outcome for outcome in dict(moved) if outcome is not None)
    possible = sum(size for outcome, size in answers if outcome is not None)
    share = sum(size for _, size in moved) / possible if possible else 1.0
    return Worth(key, _assumed(case, key), fact_type.effort, share, outcomes)


def _answers(case: Case, fact_type: FactType) -> Sequence[tuple[Gist | None, float]]:
    """Answers for values that the fact can have, with how many others each stands for.

    All choices; of a number both ends of each part within which no rule changes a test.
    """
    possible = _possible(case, fact_type.key)
    if not fact_type.numeric:
        choices = cells_of(fact_type, possible, case.engine)
        return [(case.outcome({fact_type.key: choice}), 1.0) for choice in choices]
    found = []
    for low, high in parts(case, fact_type, *span_of(fact_type, possible)):
        half = decades(low, high) / 2
        found += [(case.outcome({fact_type.key: end}), half) for end in (low, high)]
    return found


def _in_company(case: Case, fact_type: FactType) -> Worth | None:
    """The fact, if one of its values is proven to exclude an answer that another one allows."""
    key = fact_type.key
    excluded: set[Headline] = set()
    reached: set[Headline] = set()
    values = _samples(case, fact_type)
    settling = 0
    for value in values:
        found = _reachable(case, {key: value})
        if found is not None:
            within, sure = found
            excluded |= set(Headline) - within
            reached |= sure
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


def _reachable(
    case: Case, changes: Mapping[str, Value]
) -> tuple[frozenset[Headline], set[Headline]] | None:
    """The headlines that bounds allow, and those that some values surely reach."""
    statements = case.statements(changes)
    try:
        within = bounds_of(statements, case.engine, parts=1).reachable
    except AdvisorError:
        return None
    return within, case.guesses.reached(statements)
