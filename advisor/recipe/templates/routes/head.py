"""The task: a new head gives a score to each label, or a number.

An encoder keeps the pooling that it was published with, behind virtual tokens, too. A decoder's
head is read at the last token of the input.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from typing import Any

import torch
from data import Example, labels_of
from models import room_left
from tuning.batches import inputs_of
from tuning.encoding import Encoder
from tuning.head import HeadAnswering, Scale, head_row, scale_of
from tuning.learner import Learner
from tuning.rows import Answering, Row, judge_rows
from tuning.wording import said_labels


class Task:
    """Rows in, losses and answers out.

    Args:
        settings: of config.yaml.
        tokenizer: of the model.
        state: what `learn` has found in the training rows, or what was saved of it.
    """

    route = "head"

    def __init__(self, settings: dict, tokenizer: Any, state: dict) -> None:
        self.settings = settings
        self.tokenizer = tokenizer
        self.state = state
        self.metric = settings["task"]["metric"]
        self.encoder = Encoder(tokenizer, True, settings["train"]["max_tokens"], None)

    @classmethod
    def learn(cls, settings: dict, tokenizer: Any, train: list[Example]) -> Task:
        """A task with the labels, or the scale of the numbers, of the training rows."""
        if settings["task"]["metric"] == "pearson":
            scale = scale_of([example.target for example in train])
            state = {"labels": [], "mean": scale.mean, "spread": scale.spread}
        else:
            state = {"labels": labels_of(train), "mean": 0.0, "spread": 1.0}
        return cls(settings, tokenizer, {**state, "prompt": ""})

    @property
    def scale(self) -> Scale | None:
        """Of the numbers to answer; None for labels."""
        if self.metric != "pearson":
            return None
        return Scale(self.state["mean"], self.state["spread"])

    @property
    def outputs(self) -> int:
        """How many numbers the head gives."""
        return len(self.state["labels"]) or 1

    @property
    def prompt(self) -> str:
        """The words of the labels that a soft prompt starts from."""
        return self.state["prompt"]

    @prompt.setter
    def prompt(self, template: str) -> None:
        self.state["prompt"] = template

    def starting_text(self) -> str:
        """What a soft prompt starts from."""
        return " ".join(self._sentences(self.prompt)) if self.prompt else ""

    def bind(self, tuned: Learner) -> HeadAnswering:
        """The model as it answers; takes its limits, too."""
        decodes = hasattr(tuned.base, "score")
        room = room_left(tuned, self.settings)
        self.encoder = replace(self.encoder, decodes=decodes, room=room)
        return HeadAnswering(tuned, self.tokenizer.pad_token_id, self.scale)

    def encode(self, example: Example) -> Row:
        """Token ids, and the place of the label or the standardised number."""
        return head_row(self.encoder, example, self.state["labels"], self.scale)

    def answers(self, answering: Answering, examples: list[Example], size: int) -> list[str]:
        """The answer to each example as text."""
        found = judge_rows(answering, [self.encode(example) for example in examples], size).answers
        labels = self.state["labels"]
        return [labels[place] for place in found] if labels else [repr(n) for n in found]

    def rank(
        self, answering: Answering, examples: list[Example], templates: list[str]
    ) -> list[tuple[float, str]]:
        """Points of each way to say the labels, by the likeness of text and label; best first."""
        if not self.state["labels"] or not templates:
            return []
        learner = answering.learner
        texts = self._features(learner, ["\n".join(example.inputs) for example in examples])
        found = []
        for template in templates:
            likeness = texts @ self._features(learner, self._sentences(template)).T
            right = [
                self.state["labels"][place] == example.target
                for place, example in zip(likeness.argmax(dim=1).tolist(), examples, strict=True)
            ]
            found.append((100 * statistics.fmean(right), template))
        return sorted(found, key=lambda entry: -entry[0])

    def _sentences(self, template: str) -> list[str]:
        words = said_labels(self.state["labels"])
        return [template.replace("{label}", word) for word in words.values()]

    def _features(self, tuned: Learner, texts: list[str]) -> Any:
        """The mean hidden state of each text, of length one."""
        rows = []
        for text in texts:
            ids = self.tokenizer(text, truncation=True, max_length=self.encoder.longest)[
                "input_ids"
            ]
            inputs = inputs_of([ids], 0, tuned.device)
            with torch.no_grad():
                states = tuned.base.base_model(**inputs).last_hidden_state
            rows.append(states[0].float().mean(dim=0))
        return torch.nn.functional.normalize(torch.stack(rows), dim=1)
