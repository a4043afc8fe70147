"""The task: a decoder answers by the words of the labels, or by the letters of the choices.

No head is added. The scores are those of the words' first tokens behind the prompt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data import Example, labels_of
from evaluation import rank_prompts
from models import room_left
from prompts import first_prompt, prompted, render, said
from tuning import TuningError
from tuning.encoding import Encoder
from tuning.learner import Learner
from tuning.rows import Answering, Row, judge_rows
from tuning.wording import LETTERS, said_labels, spell, spell_choices
from tuning.words import WordAnswering, word_row


class Task:
    """Rows in, losses and answers out.

    Args:
        settings: of config.yaml.
        tokenizer: of the model.
        state: what `learn` has found in the training rows, or what was saved of it.
    """

    route = "words"
    outputs = 0
    start = ()

    def __init__(self, settings: dict, tokenizer: Any, state: dict) -> None:
        self.settings = settings
        self.tokenizer = tokenizer
        self.state = state
        self.metric = settings["task"]["metric"]
        self.encoder = Encoder(tokenizer, True, settings["train"]["max_tokens"], None)
        self.prompt = state["prompt"]

    @classmethod
    def learn(cls, settings: dict, tokenizer: Any, train: list[Example]) -> Task:
        """A task with the labels of the training rows and the first candidate prompt."""
        most = max(len(example.choices) for example in train)
        labels = [] if most else labels_of(train)
        for label in settings["task"].get("label_words", {}):
            if label not in labels:
                raise SystemExit(f"task.label_words: no training row has the label {label!r}")
        prompt = first_prompt(settings)
        state = {"labels": labels, "most_choices": most, "prompt": prompt, "shots": ""}
        return cls(settings, tokenizer, state)

    @property
    def prompt(self) -> str:
        """The template around the input."""
        return self.state["prompt"]

    @prompt.setter
    def prompt(self, template: str) -> None:
        self.state["prompt"] = template
        self.words = self._words()
        probe = render(template, Example(("x", "x")), self.words)
        try:
            if self.state["most_choices"]:
                found = spell_choices(self.encoder, probe, self.state["most_choices"])
            else:
                found = spell(self.encoder, probe, self.words)
        except TuningError as error:
            raise SystemExit(
                f"{error}: make a project with --set task.type=generation_short, which writes the "
                "answer"
            ) from None
        self.spelled, self.legend = found.words, found.legend
        self.tokens = found.tokens

    @property
    def shots(self) -> str:
        """Examples that stand in front of the prompt, as text."""
        return self.state["shots"]

    @shots.setter
    def shots(self, text: str) -> None:
        self.state["shots"] = text

    def starting_text(self) -> str:
        """What a soft prompt starts from: what the prompt says, else the labels."""
        says = self.legend + said(self.prompt, self.words)
        return says.strip() or " ".join(self.words)

    def bind(self, tuned: Learner) -> WordAnswering:
        """The model as it answers; takes its limits, too."""
        self.encoder = replace(self.encoder, room=room_left(tuned, self.settings))
        return WordAnswering(tuned, self.tokenizer.pad_token_id, self.start)

    def encode(self, example: Example) -> Row:
        """Token ids of the rendered example, and the place of the right answer."""
        lead = self.legend + self.shots
        ids = prompted(self.encoder, self.prompt, example, self.words, lead)
        options = self._options(example)
        if len(options) > len(self.words):
            raise SystemExit(
                f"a question has {len(options)} choices, and no training row more than "
                f"{len(self.words)}"
            )
        return word_row(ids, example.target, options, self.tokens)

    def continued(self, example: Example) -> dict[str, Any]:
        """The example as one text, whose last token is the label's; other tokens have no loss."""
        row = self.encode(example)
        ids = [*row.sequences[0], row.words[int(row.answer)]]
        return {"input_ids": ids, "labels": [*[-100] * (len(ids) - 1), ids[-1]]}

    def answers(self, answering: Answering, examples: list[Example], size: int) -> list[str]:
        """The answer to each example as text."""
        found = judge_rows(answering, [self.encode(example) for example in examples], size).answers
        return [self._options(e)[place] for e, place in zip(examples, found, strict=True)]

    def rank(
        self, answering: Answering, examples: list[Example], templates: list[str]
    ) -> list[tuple[float, str]]:
        """Points of the untrained model with each prompt, the best first."""
        return rank_prompts(self, answering, examples, templates)

    def shown_answer(self, example: Example) -> str:
        """The right answer as a prompt shows it."""
        options = self._options(example)
        return self.spelled[options.index(example.target)]

    def _words(self) -> list[str]:
        if self.state["most_choices"]:
            return list(LETTERS[: self.state["most_choices"]])
        said_as = self.settings["task"].get("label_words", {})
        return list({**said_labels(self.state["labels"]), **said_as}.values())

    def _options(self, example: Example) -> list[str]:
        return list(example.choices) or self.state["labels"]
