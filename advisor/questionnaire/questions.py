"""The questions that can be asked, and what is taken for granted unless the person objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from advisor.facts import Fact, FactBase, FactType, Source, Value, show_value
from advisor.support import AdvisorError


def open_questions(facts: FactBase) -> Iterator[FactType]:
    """The questions that are still to be asked, in order.

    A fact that was found out or stated is not asked, unless what was found is only a guess. One
    that does not apply to the answers so far, such as the memory of an accelerator that is not
    there, is left out.
    """
    for fact_type in facts.vocabulary.questions:
        fact = facts.get(fact_type.key)
        settled = fact is not None and fact.source is not Source.DEFAULT
        answered = facts.said_by(fact_type.key, Source.ANSWERED)
        guessed = fact_type.confirm and settled and not answered and _guessed(fact)
        if (not settled or guessed) and facts.applies(fact_type):
            yield fact_type


def _guessed(fact: Fact | None) -> bool:
    return fact is not None and fact.source is Source.DETECTED


def suggestion(fact_type: FactType, facts: FactBase) -> str:
    """What an empty answer stands for: what was guessed, or the declared default."""
    value = facts.value(fact_type.key)
    if value is not None:
        return show_value(fact_type, value)
    if fact_type.default is not None:
        return show_value(fact_type, fact_type.default)
    return "unknown" if fact_type.optional else ""


def choices_of(fact_type: FactType) -> tuple[str, ...]:
    """The numbered choices of a question; empty where a number or text is asked for."""
    return ("yes", "no") if fact_type.type == "boolean" else fact_type.choices


FEWEST = 2
"""Assumptions from which they are shown together; a single one is asked like any question."""
HEADING = "Taken for granted, unless you say otherwise:"
PROMPT = "Enter if all of it is right, or the numbers that are not, such as 2 5"
_PICK = re.compile(r"([0-9]{1,3})(\?)?\Z")
_OF_TWO = 2


def granted(facts: FactBase) -> list[FactType]:
    """The open questions that have an answer if nobody gives one."""
    return [one for one in open_questions(facts) if one.default is not None or one.optional]


def shown(fact_type: FactType) -> str:
    """The question with what is taken for granted."""
    assumed = "no limit" if fact_type.optional else show_value(fact_type, fact_type.default)
    return f"{fact_type.question}  {assumed}"


def picked(line: str, assumed: Sequence[FactType]) -> dict[str, bool]:
    """The facts that a line of numbers picks, and whether each is said to be unknown.

    The line "unknown" picks all of them so.

    Raises:
        AdvisorError: if the line holds anything else.
    """
    if line == "unknown":
        return {one.key: True for one in assumed}
    found: dict[str, bool] = {}
    for word in line.replace(",", " ").split():
        match = _PICK.match(word)
        number = int(match[1]) if match else 0
        if match is None or not 1 <= number <= len(assumed):
            raise AdvisorError(
                f"type numbers from 1 to {len(assumed)} with blanks between, or Enter",
                hint="A number with ? behind it, such as 3?, is one that you do not know",
            )
        found[assumed[number - 1].key] = bool(match[2])
    return found


def replies(assumed: Sequence[FactType], picks: Mapping[str, bool]) -> dict[str, Value]:
    """What the picks say of each fact; those that need a question of their own are left out.

    Of two choices the picked one is the other; of more, the question is asked.
    """
    said: dict[str, Value] = {}
    for one in assumed:
        if one.key not in picks:
            said[one.key] = one.default
        elif picks[one.key]:
            said[one.key] = None
        elif len(choices_of(one)) == _OF_TWO:
            values: Sequence[Value] = (True, False) if one.type == "boolean" else one.choices
            said[one.key] = next(value for value in values if value != one.default)
    return said
