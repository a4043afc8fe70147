"""A person who types what a script says, and keeps what was shown."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.facts import Fact, FactBase, Source, load_vocabulary
from advisor.questionnaire.session import Session

QUESTIONS = [fact_type.key for fact_type in load_vocabulary().questions]


class ScriptedPrompter:
    """Answers from a list; where it ends, so does the input."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(lines)
        self.shown: list[str] = []
        self.prompts: list[str] = []

    def say(self, text: str = "") -> None:
        self.shown.append(text)

    def ask(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not self.lines:
            raise EOFError
        assert len(self.prompts) < 500, "the questionnaire asks without end"
        return self.lines.pop(0)

    @property
    def text(self) -> str:
        return "\n".join(self.shown)

    def asked(self) -> list[str]:
        """The keys of the questions that were put, in order."""
        vocabulary = load_vocabulary()
        keys = {vocabulary[key].question: key for key in QUESTIONS}
        return [keys[line] for line in self.shown if line in keys]


def in_order(facts, questions):
    """An agenda that asks everything, in the order of the vocabulary."""
    return questions


class Run:
    """One session with a script, and what came of it."""

    def __init__(
        self,
        *lines: str,
        known: Iterable[Fact] = (),
        why=str.upper,
        agenda=in_order,
        recognise=lambda _fact_type, _line: (),
    ) -> None:
        self.person = ScriptedPrompter(lines)
        self.saved: list[dict[str, object]] = []
        self.session = Session(
            FactBase(known),
            self.person,
            why=why,
            agenda=agenda,
            save=self._save,
            recognise=recognise,
        )

    def _save(self, answers: Iterable[Fact]) -> None:
        self.saved.append({fact.key: fact.value for fact in answers})

    def go(self) -> Run:
        self.session.run()
        return self

    def value(self, key: str):
        return self.session.facts.value(key)


def answered(**values) -> list[Fact]:
    """Answers by key, with two underscores for the dot."""
    return facts_of(Source.ANSWERED, values)


def found(**values) -> list[Fact]:
    """Detected facts by key, with two underscores for the dot."""
    return facts_of(Source.DETECTED, values)


def facts_of(source: Source, values) -> list[Fact]:
    return [
        Fact(key.replace("__", "."), value, source, "evidence") for key, value in values.items()
    ]


def all_but(*open_keys: str, **values) -> list[Fact]:
    """Answers to every question but some, so that only these are asked."""
    defaults = {
        "task.type": "code",
        "model.name": "a-model",
        "model.parameters": 8_000_000_000,
        "model.architecture": "decoder",
        "model.weights_access": "open",
        "data.train_examples": 5000,
        "deployment.tasks_per_base": 1,
        "prompt.transfer_available": False,
        "quality.tolerance_points": 1.0,
        "data.domain_shift": "low",
        "model.pretraining_match": "medium",
        "deployment.base_must_stay_unchanged": False,
        "deployment.latency_sensitive": False,
        "budget.hours": None,
        "budget.cost": None,
        "hardware.accelerator": "cuda",
        "hardware.accelerator_memory_gib": 24,
        "hardware.accelerator_count": 1,
        "hardware.accelerator_name": "RTX 4090",
        "hardware.ram_available_gib": 32,
        "hardware.cpu_cores": 8,
        "data.label_count": 4,
    }
    defaults.update({key.replace("__", "."): value for key, value in values.items()})
    assert set(defaults) >= set(QUESTIONS), "a new question needs a default here"
    return [
        Fact(key, value, Source.FLAG) for key, value in defaults.items() if key not in open_keys
    ]
