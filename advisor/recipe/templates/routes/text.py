"""The task: the model writes the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data import Example
from evaluation import rank_prompts
from models import room_left
from prompts import first_prompt, prompted, render, said
from tuning.encoding import Encoder, answer_lengths, decoder_start
from tuning.learner import Learner
from tuning.rows import Row
from tuning.text import TextAnswering, ending, text_row


class Task:
    """Rows in, losses and answers out.

    Training, and every look at the development split, go by the target's tokens: outcomes there
    are shares of tokens that are right when the earlier ones are given. Really writing takes
    longer, and is done where prompts are ranked and at the end.

    Args:
        settings: of config.yaml.
        tokenizer: of the model.
        state: the prompt, the most tokens of an answer, and the text that ends one.
    """

    route = "text"
    outputs = 0

    def __init__(self, settings: dict, tokenizer: Any, state: dict) -> None:
        self.settings = settings
        self.tokenizer = tokenizer
        self.state = state
        self.metric = settings["task"]["metric"]
        self.encoder = Encoder(tokenizer, True, settings["train"]["max_tokens"], None)

    @classmethod
    def learn(cls, settings: dict, tokenizer: Any, train: list[Example]) -> Task:
        """A task with room for the longest training target, within the limit of the settings."""
        longest = max(answer_lengths(tokenizer, [example.target for example in train]))
        most = min(longest, settings["train"]["max_new_tokens"])
        ends = ending([example.target for example in train], ("\n", "\n\n"))
        state = {"prompt": first_prompt(settings), "shots": "", "most": most, "ends": ends}
        return cls(settings, tokenizer, state)

    @property
    def prompt(self) -> str:
        """The template around the input."""
        return self.state["prompt"]

    @prompt.setter
    def prompt(self, template: str) -> None:
        self.state["prompt"] = template

    @property
    def shots(self) -> str:
        """Examples that stand in front of the prompt, as text."""
        return self.state["shots"]

    @shots.setter
    def shots(self, text: str) -> None:
        self.state["shots"] = text

    def starting_text(self) -> str:
        """What a soft prompt starts from."""
        return said(self.prompt)

    def bind(self, tuned: Learner) -> TextAnswering:
        """The model as it answers; takes its limits, too."""
        decodes = not tuned.base.config.is_encoder_decoder
        room = room_left(tuned, self.settings, self.state["most"] if decodes else 0)
        self.encoder = replace(self.encoder, decodes=decodes, room=room)
        self.start = decoder_start(self.tokenizer, tuned.base)
        return TextAnswering(tuned, self.encoder, self.start, self.state["most"], self._ends)

    def encode(self, example: Example) -> Row:
        """Token ids of the rendered example, and of the answer with its end mark."""
        probe = render(self.prompt, Example(("x", "x")), ())
        ids = prompted(self.encoder, self.prompt, example, (), self.shots)
        return text_row(self.encoder, ids, probe, example.target, self.state["most"])

    def continued(self, example: Example) -> dict[str, Any]:
        """The example as one text; only the answer's tokens have a loss."""
        row = self.encode(example)
        ids = row.sequences[0]
        return {
            "input_ids": [*ids, *row.written],
            "labels": [*[-100] * len(ids), *row.written],
        }

    def answers(self, answering: TextAnswering, examples: list[Example], size: int) -> list[str]:
        """What the model writes for each example."""
        answering.ends = self._ends
        return answering.write([self.encode(example) for example in examples], size)

    def rank(
        self, answering: TextAnswering, examples: list[Example], templates: list[str]
    ) -> list[tuple[float, str]]:
        """Points of the untrained model with each prompt, the best first."""
        return rank_prompts(self, answering, examples, templates)

    def shown_answer(self, example: Example) -> str:
        """The right answer as a prompt shows it."""
        return example.target

    @property
    def _ends(self) -> str:
        """What ends an answer; a blank line only behind examples, which have one between them."""
        ends: str = self.state["ends"]
        return ends if ends == "\n" or self.shots else ""
