"""Which questions are still worth asking, the most telling first.

An open question is taken as unknown, so the bounds on all scores hold for every reply, "unknown"
included. Asking ends as soon as no reply can move status, recommendation, variant or alternative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advisor.decide.completion import completed
from advisor.decide.missing import missing_facts
from advisor.facts import Fact, FactBase, FactType, Source
from advisor.reasoning.questions_matter import Settling
from advisor.rules.engine import Engine
from advisor.support.errors import AdvisorError


class Agenda:
    """Puts open questions in order, and knows when they no longer matter."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, facts: FactBase, questions: Sequence[FactType]) -> list[FactType]:
        """The questions in the order in which to ask them; none if no reply can matter.

        Args:
            facts: what is known so far.
            questions: the open ones.
        """
        questions = [one for one in questions if self._read(one.key, facts)]
        try:
            known = completed(_unanswered(facts, questions))
        except AdvisorError:
            return questions  # the contradiction is told once all is asked
        findings = self._engine.assess(known.values()).findings
        base = self._engine.base
        if Settling(facts, questions, self._engine).settled():
            return []
        missing = missing_facts(findings, known, base.settings, base.tables)
        swing = {entry.key: entry.swing for entry in missing}
        # A limit that is not named does not bind, so its swing does not show; it can veto as well.
        # A name can settle other questions.
        widest = max(swing.values(), default=0)
        return sorted(
            questions,
            key=lambda one: (
                not one.confirm,  # what can be guessed is confirmed first
                -(widest if one.optional or one.names else swing.get(one.key, 0)),
                not one.names,
            ),
        )

    def _read(self, key: str, facts: FactBase) -> bool:
        """Whether a rule or an estimate reads the fact; the name of a model, for one, is not."""
        types = facts.vocabulary.values()
        return self._engine.reads(key) or any(key in fact_type.inputs for fact_type in types)


def _unanswered(facts: FactBase, questions: Iterable[FactType]) -> list[Fact]:
    """All statements, with an open question unknown even where its answer was guessed."""
    unknown = [Fact(one.key, None, Source.FLAG, "not asked yet") for one in questions]
    return [*unknown, *facts.statements()]
