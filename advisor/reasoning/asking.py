"""Which questions are still worth asking, the most telling first.

An open question is taken as unknown, so the bounds on all scores hold for every reply, "unknown"
included. Asking ends as soon as no reply can move status, recommendation, variant or alternative.
Bounds taken rule by rule often tell that at once. Where they do not, the possible replies are cut
into parts until each part is told, "unknown" being a reply like any other. Two replies with
different answers end the search early; so does a limit on the parts, and then questions go on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence

from advisor.decide import (
    Advice,
    Status,
    advice_stands,
    cells_of,
    completed,
    decision_of,
    guesses,
    halves,
    missing_facts,
    span_of,
)
from advisor.facts import Fact, FactBase, FactType, Interval, Source, Value, is_known
from advisor.rules import Engine
from advisor.support import AdvisorError

_PARTS = 60
_GUESSES = 4
"""Complete replies that are tried before anything is proven."""

Replies = Mapping[str, Value]
"""Replies by key: a single value, part of the values, or None for "unknown"."""


_OPEN = Advice(Status.UNDETERMINED, None, None, None)


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
        if not OpenQuestions(facts, questions, self._engine).matter():
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


class OpenQuestions:
    """The open questions in one state of the answers."""

    def __init__(self, facts: FactBase, questions: Sequence[FactType], engine: Engine) -> None:
        """Take a state.

        Args:
            facts: what has been said and found so far.
            questions: the open ones.
            engine: the compiled rules.
        """
        self._facts = facts
        self._engine = engine
        self._left = _PARTS
        types = facts.vocabulary.values()
        self._inputs = {key for fact_type in types for key in fact_type.inputs}
        self._questions = {one.key: one for one in questions}

    def matter(self) -> bool:
        """Whether some reply may change the advice; also where that cannot be told."""
        return not self._one_advice()

    def _one_advice(self) -> bool:
        told: set[Advice] = set()
        for guess in self._guesses():
            with contextlib.suppress(AdvisorError):  # nobody can reply so
                told.add(self._told(guess) or _OPEN)
        if len(told) > 1 or _OPEN in told:
            return False
        parts: list[Replies] = [{}]
        while parts:
            part = parts.pop()
            self._left -= 1
            if self._left < 0:
                return False
            try:
                answer = self._stands(part)
            except AdvisorError:
                continue  # nobody can reply so: the facts would contradict each other
            if answer is not None:
                told.add(answer)
            elif not (cut := self._cut(part)):
                return False
            else:
                parts.extend(cut)
            if len(told) > 1:
                return False
        return bool(told)

    def _guesses(self) -> Sequence[Replies]:
        """Complete replies with a value each."""
        cells = {key: cells_of(one, None, self._engine) for key, one in self._questions.items()}
        return guesses({key: values or (None,) for key, values in cells.items()}, _GUESSES)

    def _told(self, replies: Replies) -> Advice | None:
        """The answer once all questions have these replies; None if facts are then missing.

        Raises:
            AdvisorError: if the replies contradict each other.
        """
        known = completed(self._stated(replies))
        findings = self._engine.assess(known.values()).findings
        decision = decision_of(findings, known, self._engine.base)
        return None if decision.status is Status.UNDETERMINED else decision.advice

    def _stands(self, part: Replies) -> Advice | None:
        """The answer that all replies within a part give; None if that cannot be told."""
        open_ = [one for key, one in self._questions.items() if not _fixed(key, part)]
        if not open_:
            return self._told(part)
        unasked = {key: None for key in self._questions if key not in part}
        known = completed(self._stated({**unasked, **part}))
        findings = self._engine.assess(known.values()).findings
        decision = decision_of(findings, known, self._engine.base)
        settings = self._engine.base.settings
        return decision.advice if advice_stands(decision, findings, open_, settings) else None

    def _stated(self, replies: Replies) -> list[Fact]:
        """All statements, with replies in place of guesses that await an answer."""
        said = [Fact(key, value, Source.FLAG, "a reply") for key, value in replies.items()]
        return [*said, *self._facts.statements()]

    def _cut(self, part: Replies) -> list[Replies]:
        """The part cut along one question: limits first, then choices, then numbers.

        Empty if nothing can be cut.
        """
        open_ = [one for key, one in self._questions.items() if not _fixed(key, part)]
        # Of a text there are too many to go through, such as the names of devices.
        open_ = [one for one in open_ if one.type != "text"]
        if not open_:
            return []
        one = min(open_, key=lambda one: (not one.optional, one.numeric, one.key in part))
        cells = cells_of(one, part.get(one.key), self._engine)
        if not one.numeric:
            values: Sequence[Value] = (*cells, None)
        elif one.key not in part:
            values = (Interval(*span_of(one, None)), None)
        elif len(cells) == 1 and one.key not in self._inputs:
            values = cells
        else:
            low, high = span_of(one, part[one.key])
            values = halves(low, high, cells, integer=one.integer)
        return [{**part, one.key: value} for value in values]


def _fixed(key: str, part: Replies) -> bool:
    """Whether the part holds a single reply to the question, "unknown" being one."""
    return key in part and (part[key] is None or is_known(part[key]))
