"""Which question comes next, and how it is put."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.facts import Fact, FactBase, FactType, Source
from advisor.facts.showing import show_value


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
