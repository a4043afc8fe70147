"""From what is stated to the answer: complete the facts, bound what is open, judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.decide.completion import add_computed, completed
from advisor.decide.verdict import Answer, judge
from advisor.estimate import FindProfile
from advisor.facts import Fact, FactBase, Source, Value
from advisor.rules import Engine, load_engine


def answer_for(
    stated: Iterable[Fact], engine: Engine | None = None, find: FindProfile | None = None
) -> Answer:
    """Judge a project.

    Args:
        stated: facts from profilers, the questionnaire, files and flags, in any order.
        engine: the compiled rule base; the shipped rules by default.
        find: finds out the memory of a step more exactly than the closed form.

    Raises:
        AdvisorError: if two facts contradict each other.
    """
    engine = engine or load_engine()
    stated = list(stated)
    facts = completed(stated, find)
    values = facts.values()
    bounds = None
    # A trace knows more than the closed form that the search would go by.
    if find is None and engine.leaves_open(values):
        from advisor.decide.bounds.search import bounds_of

        bounds = bounds_of(stated, engine)
    inputs = {key for fact_type in facts.vocabulary.values() for key in fact_type.inputs}

    def values_without(key: str) -> Mapping[str, Value]:
        if key not in inputs:
            return {**values, key: None}
        unknown = FactBase(f for f in facts.statements() if f.source is not Source.ESTIMATED)
        unknown.forget(key, Source.DEFAULT)
        add_computed(unknown, find)
        return unknown.values()

    return Answer(facts, judge(facts, engine, values_without, bounds))
