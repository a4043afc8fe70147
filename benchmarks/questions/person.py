"""A simulated person in front of the real questionnaire."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence

from advisor.app.gather import named_facts
from advisor.facts import Fact, FactBase, FactType, Value, load_vocabulary
from advisor.questionnaire import questions
from advisor.questionnaire.session import Session
from advisor.reasoning.asking import Agenda

_QUESTIONS = {one.question: one.key for one in load_vocabulary().questions}


class Person:
    """Answers from a project, as a person would type it, and counts the prompts."""

    def __init__(self, truth: Mapping[str, Value]) -> None:
        self.prompts = 0
        self._truth = truth
        self._key = ""
        self._assumed: Sequence[FactType] = ()
        self._session: Session | None = None

    def answer(self, known: Iterable[Fact], agenda: Agenda) -> FactBase:
        """Go through the questionnaire and return the facts."""
        self._session = Session(
            FactBase(known),
            self,
            why=str,
            agenda=agenda,
            save=list,
            recognise=functools.partial(named_facts, offline=True),
        )
        return self._session.run()

    def say(self, text: str = "") -> None:
        """See a line; a question is kept in mind."""
        if text == questions.HEADING:
            assert self._session is not None
            self._assumed = questions.granted(self._session.facts)
        self._key = _QUESTIONS.get(text, self._key)

    def ask(self, prompt: str) -> str:
        """Type a line."""
        if prompt == questions.PROMPT:
            self.prompts += 1
            return " ".join(self._picks())
        if prompt.startswith("Enter to judge"):
            return ""
        self.prompts += 1
        return self._typed(self._key)

    def _picks(self) -> Iterable[str]:
        """The numbers of what is not so, with ? where it is not known."""
        for number, one in enumerate(self._assumed, start=1):
            if one.key not in self._truth:
                continue  # such as the number of accelerators where there is none
            value = self._truth[one.key]
            if value is None and not one.optional:
                yield f"{number}?"
            elif value != one.default:
                yield str(number)

    def _typed(self, key: str) -> str:
        value = self._truth.get(key)
        if key == "hardware.accelerator" and "hardware.accelerator_name" in self._truth:
            value = self._truth["hardware.accelerator_name"]
        if value is None:
            return "unknown"
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value)
