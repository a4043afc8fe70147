"""What ``advisor whatif`` prints; docs/whatif-file.md describes every key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import advisor
from advisor.decide import Answer, Number
from advisor.facts import Value, plain_value
from advisor.reasoning import (
    Along,
    Among,
    Case,
    ChoiceAnswer,
    Saying,
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
) -> dict[str, Any]:
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
    found: dict[str, Any] = {
        "schema_version": "1",
        "advisor_version": advisor.__version__,
        "now": _answer(case.answer(), case),
    }
    if changes:
        found |= _named_change(changes, case.answer(changes), case)
    if sweep is not None:
        parts = along(case.altered(changes) if changes else case, *sweep)
        found["sweep"] = {"fact": sweep[0], "stretches": [stretch_entry(part) for part in parts]}
    if axes is not None:
        found["map"] = map_entry(draw_map(case.altered(changes) if changes else case, *axes))
    if not changes and sweep is None and axes is None:
        numbers, choices = tuple(along_all(case)), tuple(among_all(case))
        found |= _single_changes(numbers, choices)
        found["counterfactuals"] = {
            name: smallest_entry(one)
            for name, one in smallest_changes(case, numbers, choices).items()
        }
        found["find_out"] = [worth_entry(one, case) for one in worth_finding_out(case)]
    return found


def _refuse_computed(case: Case, key: str) -> None:
    inputs = case.facts.vocabulary[key].inputs
    if inputs:
        raise AdvisorError(
            f"{key} is computed from other facts, which would still say otherwise",
            where=key,
            hint=f"change one of those: {', '.join(dict.fromkeys(inputs))}",
        )


def _single_changes(numbers: Iterable[Along], choices: Iterable[Among]) -> dict[str, Any]:
    """What each fact alone would change."""
    return {
        "numbers": {
            one.key: {"now": one.now, "stretches": [stretch_entry(part) for part in one.stretches]}
            for one in numbers
        },
        "choices": {
            one.key: {
                "now": plain_value(one.now),
                "answers": [
                    ChoiceAnswer(value=plain_value(value), **outcome_entry(outcome))
                    for value, outcome in one.outcomes.items()
                ],
            }
            for one in choices
        },
    }


def _named_change(changes: Mapping[str, Value], after: Answer, case: Case) -> dict[str, Any]:
    """What facts that the user names would change."""
    return {
        "changes": {
            key: {"from": plain_value(case.facts.value(key)), "to": plain_value(value)}
            for key, value in changes.items()
        },
        "then": _answer(after, case),
        "rules": [
            {
                "rule": one.rule,
                "claim": one.claim,
                "before": _saying(one.before),
                "after": _saying(one.after),
            }
            for one in moved_rules(case, changes)
        ],
    }


def _answer(answer: Answer, case: Case) -> dict[str, Any]:
    whole = run_record(answer, case.engine.base)
    return {
        "status": whole.status,
        "headline": whole.headline,
        "recommendation": whole.recommendation,
        "variant": whole.variant,
        "confidence": whole.confidence,
        "alternative": whole.alternative,
    }


def _saying(said: Saying) -> dict[str, Any]:
    return {
        "outcome": said.outcome.value,
        "effects": dict(said.effects),
        "veto": list(said.veto) if said.outcome.value != "silent" else [],
    }
