"""Changes and their answers as `whatif` states them; docs/whatif-file.md describes every key."""

from __future__ import annotations

from typing import Any, ClassVar

from advisor.decide import Gist, Number
from advisor.facts import plain_value
from advisor.reasoning.case import Case
from advisor.reasoning.counterfactual import Smallest
from advisor.reasoning.flips import Stretch
from advisor.reasoning.map import DecisionMap
from advisor.reasoning.worth_knowing import Worth
from advisor.report import FindOut, MapAxis, MapEntry, OtherAnswer, Part, fields_of, part_class


@part_class
class StretchAnswer:
    """A stretch of a number, both ends in it, and the answer on it."""

    from_: Number
    to: Number
    status: str
    recommendation: str | None


@part_class
class ChoiceAnswer:
    """A value of a fact, and the answer with it."""

    value: Any
    status: str
    recommendation: str | None


@part_class
class ChangedAnswer:
    """Other values of some facts, and the answer with all of them."""

    changes: dict[str, Any]
    status: str
    recommendation: str | None


@part_class
class AnswerNow(Part):
    """The answer to a project, in short."""

    status: str
    advice: str | None
    sentence: str
    headline: str
    recommendation: str | None
    variant: str | None
    confidence: float | None
    alternative: str | None


@part_class
class ChangedFact(Part):
    """What a fact was, and what it becomes."""

    from_: Any
    to: Any


@part_class
class SaidByRule(Part):
    """What a rule says: ``effects`` in decibans by method, or methods that it rules out."""

    outcome: str
    effects: dict[str, int]
    veto: list[str]


@part_class
class MovedRule(Part):
    """A rule that says something else after a change."""

    rule: str
    claim: str
    before: SaidByRule
    after: SaidByRule


@part_class
class SweptFact(Part):
    """A number that is followed over a range."""

    fact: str
    stretches: list[StretchAnswer]


@part_class
class NumberAlone(Part):
    """A number, and the answers along all of its values."""

    now: Number
    stretches: list[StretchAnswer]


@part_class
class ChoiceAlone(Part):
    """A choice, and the answer with each of its values."""

    now: Any
    answers: list[ChoiceAnswer]


@part_class
class FewestChanges(Part):
    """The fewest facts that give another answer.

    Attributes:
        facts: how many; None if none were found.
        not_enough: for one fact, two, and so on, how far it was shown that they are too few.
    """

    facts: int | None
    not_enough: list[str]
    found: list[ChangedAnswer]


@part_class
class WhatIfFile(Part):
    """The JSON of ``advisor whatif``; it has the keys of what was asked for."""

    LEFT_OUT: ClassVar[frozenset[str]] = frozenset(
        {"changes", "then", "rules", "sweep", "map", "numbers", "choices", "counterfactuals",
         "find_out"}
    )  # fmt: skip
    schema_version: str
    advisor_version: str
    now: AnswerNow
    changes: dict[str, ChangedFact] | None = None
    then: AnswerNow | None = None
    rules: list[MovedRule] | None = None
    sweep: SweptFact | None = None
    map: MapEntry | None = None
    numbers: dict[str, NumberAlone] | None = None
    choices: dict[str, ChoiceAlone] | None = None
    counterfactuals: dict[str, FewestChanges] | None = None
    find_out: list[FindOut] | None = None


def map_entry(found: DecisionMap) -> MapEntry:
    """A decision map; each answer stands once, and the grid holds their places."""
    answers = list(dict.fromkeys(outcome for row in found.outcomes for outcome in row))
    across, up = (
        MapAxis(fact=axis.key, values=list(axis.values), here=axis.here)
        for axis in (found.across, found.up)
    )
    return MapEntry(
        across=across,
        up=up,
        answers=[answer_of(outcome) for outcome in answers],
        grid=[[answers.index(outcome) for outcome in row] for row in found.outcomes],
    )


def smallest_entry(smallest: Smallest) -> FewestChanges:
    """The fewest facts that give another answer."""
    found = [
        ChangedAnswer(
            changes={key: plain_value(value) for key, value in one.changes.items()},
            **outcome_entry(one.outcome),
        )
        for one in smallest.found
    ]
    proofs = [proof.value for proof in smallest.proofs]
    return FewestChanges(facts=len(proofs) + 1 if found else None, not_enough=proofs, found=found)


def worth_entry(worth: Worth, case: Case) -> FindOut:
    """A fact that is worth finding out."""
    fact_type = case.facts.vocabulary[worth.key]
    return FindOut(
        fact=worth.key,
        question=fact_type.question,
        assumed=plain_value(worth.assumed),
        effort=worth.effort,
        how=fact_type.find_out,
        share=round(worth.share, 4),
        answers=[answer_of(outcome) for outcome in worth.outcomes],
    )


def stretch_entry(part: Stretch) -> StretchAnswer:
    """A stretch of a number and the answer on it."""
    return StretchAnswer(from_=part.low, to=part.high, **outcome_entry(part.outcome))


def outcome_entry(outcome: Gist | None) -> dict[str, Any]:
    """An answer as the fields of a part."""
    return fields_of(answer_of(outcome))


def answer_of(outcome: Gist | None) -> OtherAnswer:
    """An answer as a run states it; None is a contradiction."""
    if outcome is None:
        return OtherAnswer(status="contradiction", recommendation=None)
    return OtherAnswer(status=outcome.status.value, recommendation=outcome.recommendation)
