"""A session: detected facts confirmed, the rest asked, everything open to correction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from typing import Protocol

from advisor.facts import Fact, FactBase, FactType, Source, Value, read_value, show_value
from advisor.questionnaire import questions
from advisor.questionnaire.questions import choices_of, open_questions, suggestion
from advisor.support import AdvisorError, capital


class Prompter(Protocol):
    """Says lines and reads answers; a terminal, or a script in tests."""

    def say(self, text: str = "") -> None:
        """Show one line."""

    def ask(self, prompt: str) -> str:
        """Show a prompt and return the line that is typed.

        Raises:
            EOFError: if the input has ended.
            KeyboardInterrupt: if the person interrupts.
        """


class Quit(Exception):  # noqa: N818 - not an error: the person wants to stop
    """The person has typed ``quit``, or the input has ended."""


_HELP = "Words: ? (help), why (why this is asked), unknown, back, quit (saves). Or just answer."


class _Move(Enum):
    ANSWERED = auto()
    BACK = auto()


class Session:
    """One run through the questions.

    Args:
        facts: what is known beforehand; answers are added to it.
        prompter: the person.
        why: tells for a fact's key why it matters.
        agenda: puts open questions in the order in which to ask them, and returns none once no
            reply can matter.
        save: called with all answers after each one, so that nothing is lost.
        recognise: finds out what a line names that is no answer to the question itself, such as a
            device of the GPU table; returns no facts if it names nothing.
    """

    def __init__(
        self,
        facts: FactBase,
        prompter: Prompter,
        *,
        why: Callable[[str], str],
        agenda: Callable[[FactBase, Sequence[FactType]], Sequence[FactType]],
        save: Callable[[Iterable[Fact]], None],
        recognise: Callable[[FactType, str], Sequence[Fact]] = lambda _fact_type, _line: (),
    ) -> None:
        self.facts = facts
        self._prompter = prompter
        self._why = why
        self._agenda = agenda
        self._save = save
        self._recognise = recognise
        self._set_aside: set[str] = set()
        self._named: dict[str, list[str]] = {}
        self._answered: list[str] = []

    def run(self) -> FactBase:
        """Confirm, ask, and offer a summary to edit; return the facts.

        Raises:
            Quit: if the person stops; the answers so far have been saved.
            KeyboardInterrupt: likewise.
        """
        try:
            self._confirm()
            self._confirm_granted()
            self._ask_all()
            self._edit_summary()
        except EOFError:
            raise Quit from None
        for key in sorted(self._set_aside):
            if not self.facts.said_by(key, Source.ANSWERED):
                self.facts.replace(Fact(key, None, Source.ANSWERED))
        return self.facts

    def _confirm(self) -> None:
        found = [f for f in self.facts if f.source in (Source.DETECTED, Source.READ_FROM_FILE)]
        if not found:
            return
        self._prompter.say("Found out already:")
        self._edit(lambda: found, "Right? Enter to go on, or a number to correct")
        # "back" walks through the questions, not through corrections of what was found.
        self._answered.clear()
        self._prompter.say()

    def _confirm_granted(self) -> None:
        """Let the person say in one line what of the assumptions is not so."""
        assumed = questions.granted(self.facts)
        if len(assumed) < questions.FEWEST or not self._worth_asking():
            return
        self._prompter.say(questions.HEADING)
        for number, fact_type in enumerate(assumed, start=1):
            self._prompter.say(f"  {number}. {questions.shown(fact_type)}")
        picks = self._pick(assumed)
        for key, value in questions.replies(assumed, picks).items():
            self._record(self.facts.vocabulary[key], value)
        # What is not so is asked where it can matter, and unknown where it cannot.
        self._set_aside = {key for key in picks if not self.facts.said_by(key, Source.ANSWERED)}
        self._answered.clear()
        self._prompter.say()

    def _pick(self, assumed: Sequence[FactType]) -> dict[str, bool]:
        while True:
            line = self._prompter.ask(questions.PROMPT).strip().lower()
            if line == "quit":
                raise Quit
            if line in ("?", "help", "how", "why"):
                for fact_type in assumed:
                    self._prompter.say(f"  {fact_type.question} {fact_type.help}")
                continue
            try:
                return questions.picked("" if line in ("y", "yes") else line, assumed)
            except AdvisorError as error:
                self._prompter.say(_told(error))

    def _ask_all(self) -> None:
        self._prompter.say(_HELP)
        while left := self._worth_asking():
            self._prompter.say()
            self._prompter.say(f"At most {len(left)} left.")
            if self._ask(left[0]) is _Move.BACK:
                self._step_back()
        spared = len(list(open_questions(self.facts)))
        if spared:
            self._prompter.say()
            plural = "s" if spared > 1 else ""
            self._prompter.say(f"{spared} more question{plural} cannot change the answer.")

    def _worth_asking(self) -> Sequence[FactType]:
        left = list(open_questions(self.facts))
        return self._agenda(self.facts, left) if left else left

    def _step_back(self) -> None:
        if not self._answered:
            self._prompter.say("This is the first question.")
            return
        key = self._answered.pop()
        for one in self._named.pop(key, [key]):
            self.facts.forget(one, Source.ANSWERED)
        self._keep()

    def _edit_summary(self) -> None:
        self._prompter.say()
        self._prompter.say("Your answers:")
        self._edit(
            lambda: [f for f in self.facts if f.source is Source.ANSWERED],
            "Enter to judge, or a number to change",
        )
        # A changed answer can open questions that did not apply before.
        if self._worth_asking():
            self._ask_all()
            self._edit_summary()

    def _edit(self, listed: Callable[[], list[Fact]], prompt: str) -> None:
        """Show a numbered list of facts and re-ask the ones picked, until Enter."""
        while True:
            shown = [self.facts.get(fact.key) or fact for fact in listed()]
            for number, fact in enumerate(shown, start=1):
                text = show_value(self.facts.vocabulary[fact.key], fact.value)
                detail = f"  ({fact.detail})" if fact.detail else ""
                self._prompter.say(f"  {number}. {fact.key} = {text}{detail}")
            line = self._prompter.ask(prompt).strip().lower()
            if line in ("", "y", "yes"):
                return
            if line == "quit":
                raise Quit
            if line.isdecimal() and 1 <= int(line) <= len(shown):
                self._ask(self.facts.vocabulary[shown[int(line) - 1].key])
            else:
                self._prompter.say(f"Type a number from 1 to {len(shown)}, or Enter.")

    def _ask(self, fact_type: FactType) -> _Move:
        """Ask one question until it has a usable answer."""
        self._put(fact_type)
        offered = suggestion(fact_type, self.facts)
        while True:
            line = self._prompter.ask(f"[{offered}]" if offered else "").strip()
            word = line.lower()
            if word == "quit":
                raise Quit
            if word == "back":
                return _Move.BACK
            if word == "why":
                self._prompter.say(self._why(fact_type.key))
            elif word in ("?", "help", "how"):
                self._explain(fact_type)
            else:
                try:
                    self._take(fact_type, line or offered)
                except AdvisorError as error:
                    self._prompter.say(_told(error))
                else:
                    return _Move.ANSWERED

    def _put(self, fact_type: FactType) -> None:
        self._prompter.say(fact_type.question or f"{fact_type.key}?")
        for number, choice in enumerate(choices_of(fact_type), start=1):
            self._prompter.say(f"  {number}. {choice}")

    def _explain(self, fact_type: FactType) -> None:
        example = f"For example: {fact_type.example}." if fact_type.example else ""
        self._prompter.say(" ".join(part for part in (fact_type.help, example, _HELP) if part))

    def _take(self, fact_type: FactType, line: str) -> None:
        """Record the answer, or all that the line names."""
        for key in self._named.pop(fact_type.key, ()):
            self.facts.forget(key, Source.ANSWERED)  # an earlier name told them
        try:
            value = self._read(fact_type, line)
        except AdvisorError:
            if not (facts := self._recognise(fact_type, line)):
                raise
            for fact in facts:
                named = self.facts.vocabulary[fact.key]
                self._prompter.say(f"  {fact.key} = {show_value(named, fact.value)}")
                self.facts.replace(Fact(fact.key, fact.value, Source.ANSWERED, fact.detail))
            self._named[fact_type.key] = [fact.key for fact in facts]
            self._note(fact_type)
        else:
            self._record(fact_type, value)

    def _read(self, fact_type: FactType, line: str) -> Value:
        if not line:
            raise AdvisorError("please answer", hint="Type 'unknown' if you do not know")
        choices = choices_of(fact_type)
        if choices and line.isdecimal():
            if not 1 <= int(line) <= len(choices):
                raise AdvisorError(f"there are choices 1 to {len(choices)}")
            line = choices[int(line) - 1]
        return read_value(fact_type, line, where="answer")

    def _record(self, fact_type: FactType, value: Value) -> None:
        self.facts.replace(Fact(fact_type.key, value, Source.ANSWERED))
        self._note(fact_type)

    def _note(self, fact_type: FactType) -> None:
        """Keep that the question was answered, for "back" and for the saved answers."""
        if fact_type.key in self._answered:
            self._answered.remove(fact_type.key)
        self._answered.append(fact_type.key)
        # A changed answer takes with it those that applied only to the earlier one.
        for other in self.facts.vocabulary.questions:
            if not self.facts.applies(other):
                self.facts.forget(other.key, Source.ANSWERED)
                self.facts.forget(other.key, Source.DETECTED)
        self._keep()

    def _keep(self) -> None:
        self._save(f for f in self.facts.statements() if f.source is Source.ANSWERED)


def _told(error: AdvisorError) -> str:
    """What was wrong and what to do, as sentences on one line."""
    return f"{error.message}. {capital(error.hint)}".rstrip()
