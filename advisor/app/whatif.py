"""What ``advisor whatif`` prints; docs/whatif-file.md describes every key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import advisor
from advisor.decide import Answer, Number
from advisor.facts import Value, plain_value
from advisor.reasoning import (
    Along,
    Among,
    AnswerNow,
    Case,
    ChangedFact,
    ChoiceAlone,
    ChoiceAnswer,
    FewestChanges,
    MovedRule,
    NumberAlone,
    SaidByRule,
    Saying,
    SweptFact,
    WhatIfFile,
    along,
    along_all,
    among_all,
    draw_map,
    map_entry,
    moved_rules,
    outcome_entry,
    smallest_changes,
    smallest_entry,
    stretch_entry,
    worth_entry,
    worth_finding_out,
)
from advisor.report import run_record
from advisor.support import AdvisorError


def whatif_record(
    case: Case,
    changes: Mapping[str, Value] | None = None,
    sweep: tuple[str, Number, Number] | None = None,
    axes: tuple[str, str] | None = None,
) -> WhatIfFile:
    """The answer as it is, and what would change it.

    Args:
        case: the project.
        changes: other values that the user names, all at once.
        sweep: a numeric fact and the ends of the range to follow it over, with the changes made.
        axes: two numeric facts to draw a decision map over, with the changes made. With neither
            changes nor sweep nor axes, every known fact is changed alone.

    Raises:
        AdvisorError: if the changes contradict other facts, or a fact is computed.
    """
    for key in [*(changes or ()), *(sweep or ())[:1]]:
        _refuse_computed(case, key)
    altered = case.altered(changes) if changes else case
    alone = not changes and sweep is None and axes is None
    numbers = tuple(along_all(case)) if alone else ()
    choices = tuple(among_all(case)) if alone else ()
    return WhatIfFile(
        schema_version="1",
        advisor_version=advisor.__version__,
        now=_answer(case.answer(), case),
        changes=_changed(changes, case) if changes else None,
        then=_answer(case.answer(changes), case) if changes else None,
        rules=_moved(changes, case) if changes else None,
        sweep=_swept(altered, *sweep) if sweep else None,
        map=map_entry(draw_map(altered, *axes)) if axes else None,
        numbers={one.key: _number(one) for one in numbers} if alone else None,
        choices={one.key: _choice(one) for one in choices} if alone else None,
        counterfactuals=_fewest(case, numbers, choices) if alone else None,
        find_out=[worth_entry(one, case) for one in worth_finding_out(case)] if alone else None,
    )


def _refuse_computed(case: Case, key: str) -> None:
    inputs = case.facts.vocabulary[key].inputs
    if inputs:
        raise AdvisorError(
            f"{key} is computed from other facts, which would still say otherwise",
            where=key,
            hint=f"change one of those: {', '.join(dict.fromkeys(inputs))}",
        )


def _changed(changes: Mapping[str, Value], case: Case) -> dict[str, ChangedFact]:
    return {
        key: ChangedFact(from_=plain_value(case.facts.value(key)), to=plain_value(value))
        for key, value in changes.items()
    }


def _moved(changes: Mapping[str, Value], case: Case) -> list[MovedRule]:
    return [
        MovedRule(
            rule=one.rule, claim=one.claim, before=_saying(one.before), after=_saying(one.after)
        )
        for one in moved_rules(case, changes)
    ]


def _swept(case: Case, key: str, low: Number, high: Number) -> SweptFact:
    stretches = [stretch_entry(part) for part in along(case, key, low, high)]
    return SweptFact(fact=key, stretches=stretches)


def _number(one: Along) -> NumberAlone:
    return NumberAlone(now=one.now, stretches=[stretch_entry(part) for part in one.stretches])


def _choice(one: Among) -> ChoiceAlone:
    answers = [
        ChoiceAnswer(value=plain_value(value), **outcome_entry(outcome))
        for value, outcome in one.outcomes.items()
    ]
    return ChoiceAlone(now=plain_value(one.now), answers=answers)


def _fewest(
    case: Case, numbers: Sequence[Along], choices: Sequence[Among]
) -> dict[str, FewestChanges]:
    found = smallest_changes(case, numbers, choices)
    return {name: smallest_entry(one) for name, one in found.items()}


def _answer(answer: Answer, case: Case) -> AnswerNow:
    whole = run_record(answer, case.engine.base)
    return AnswerNow(
        status=whole.status,
        advice=whole.advice.method if whole.advice else None,
        sentence=whole.advice.sentence if whole.advice else "",
        headline=whole.headline,
        recommendation=whole.recommendation,
        variant=whole.variant,
        confidence=whole.confidence,
        alternative=whole.alternative,
    )


def _saying(said: Saying) -> SaidByRule:
    return SaidByRule(
        outcome=said.outcome.value,
        effects=dict(said.effects),
        veto=list(said.veto) if said.outcome.value != "silent" else [],
    )
