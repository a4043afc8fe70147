"""What would change the answer of a project: one fact at a time, or facts that the user names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from advisor.decide.bounds.cells import Number
from advisor.decide.decide import Gist
from advisor.facts import Fact, FactType, Value
from advisor.facts.values import is_known
from advisor.reasoning.case import Case
from advisor.reasoning.flips import Stretch, stretches
from advisor.rules.rule import Outcome
from advisor.support.errors import AdvisorError


@dataclass(frozen=True, slots=True)
class Along:
    """The answer along one numeric fact, everything else as it is."""

    key: str
    now: Number
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Among:
    """The answer for each choice of one fact, everything else as it is; None contradicts others."""

    key: str
    now: Value
    outcomes: Mapping[Value, Gist | None]


class Saying(NamedTuple):
    """What a rule says of a project: its outcome, decibans by method, and the methods it vetoes."""

    outcome: Outcome
    effects: Mapping[str, int]
    veto: tuple[str, ...]


_SILENT = Saying(Outcome.SILENT, {}, ())


@dataclass(frozen=True, slots=True)
class Moved:
    """A rule that says something else after a change."""

    rule: str
    claim: str
    before: Saying
    after: Saying


def along_all(case: Case) -> Iterator[Along]:
    """Every known number that a user can change, over all values that it can have."""
    for fact_type, fact in _known(case):
        if fact_type.numeric and fact_type.range is not None:
            low, high = fact_type.range
            assert isinstance(fact.value, (int, float))  # noqa: S101 - narrows the type
            yield Along(fact_type.key, fact.value, tuple(along(case, fact_type.key, low, high)))


def along(case: Case, key: str, low: Number, high: Number) -> list[Stretch]:
    """Stretches of one answer each; see `stretches`.

    Raises:
        AdvisorError: if a computed fact reads the number and neither rises nor falls with it.
    """
    for computed in case.facts.vocabulary.values():
        if key in computed.reads and case.engine.numbers_of(computed.key):
            raise AdvisorError(
                f"the answer cannot be followed exactly along {key}: {computed.key} is computed "
                "from it, and neither rises nor falls with it",
                where=key,
                hint=f"compare single values: advisor whatif FILE --set {key}=...",
            )
    if case.facts.vocabulary[key].integer:
        low, high = int(low), int(high)
    return stretches(case, key, low, high)


def among_all(case: Case, *, quick: bool = False) -> Iterator[Among]:
    """Every known choice that a user can change, with the answer for each of its values.

    With `quick` those are left out that estimates are computed from.
    """
    for fact_type, fact in _known(case):
        if quick and not case.stands_apart(fact_type.key):
            continue
        choices: tuple[Value, ...] = fact_type.choices
        if fact_type.type == "boolean":
            choices = (False, True)
        if choices:
            outcomes = {choice: case.outcome({fact_type.key: choice}) for choice in choices}
            yield Among(fact_type.key, fact.value, outcomes)


def _known(case: Case) -> Iterator[tuple[FactType, Fact]]:
    """Facts with a definite value that the questionnaire asks for."""
    for fact in case.facts:
        fact_type = case.facts.vocabulary[fact.key]
        if fact_type.ask is not None and is_known(fact.value):
            yield fact_type, fact


def moved_rules(case: Case, changes: Mapping[str, Value]) -> list[Moved]:
    """The rules that say something else once the facts are changed, in the order of their codes.

    Args:
        case: the project.
        changes: other values; they must not contradict each other.
    """
    before, after = _said(case, None), _said(case, changes)
    claims = case.engine.base.claims
    return [
        Moved(label, claims[label], before.get(label, _SILENT), after.get(label, _SILENT))
        for label in sorted({*before, *after})
        if before.get(label, _SILENT) != after.get(label, _SILENT)
    ]


def _said(case: Case, changes: Mapping[str, Value] | None) -> dict[str, Saying]:
    values = case.values(changes or {}) or {}
    return {
        finding.rule.label: Saying(finding.outcome, dict(finding.effects), finding.rule.veto)
        for finding in case.engine.assess(values).findings
    }
