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
from prompts import prompted
from tuning.batches import by_length, inputs_of
from tuning.encoding import Encoder
from tuning.head import LastToken
from tuning.learner import Learner
from tuning.scoring import outcome
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
        self.last: LastToken | None = None

    @classmethod
    def learn(cls, settings: dict, tokenizer: Any, train: list[Example]) -> Task:
        """A task with the labels, or the scale of the numbers, of the training rows."""
        if settings["task"]["metric"] == "pearson":
            numbers = [float(example.target) for example in train]
            spread = statistics.pstdev(numbers) or 1.0
            state = {"labels": [], "mean": statistics.fmean(numbers), "spread": spread}
        else:
            state = {"labels": labels_of(train), "mean": 0.0, "spread": 1.0}
        return cls(settings, tokenizer, {**state, "prompt": ""})

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

    def bind(self, tuned: Learner) -> None:
        """Take the limits of a model, and a decoder's way to read its head."""
        if hasattr(tuned.base, "score"):
            self.last = LastToken(tuned.base, self.tokenizer.pad_token_id)
        self.encoder = replace(self.encoder, room=room_left(tuned, self.settings))

    def encode(self, example: Example) -> dict[str, Any]:
        """Token ids, and the index of the label or the standardised number."""
        if self.last:
            whole = Example(("\n".join(example.inputs),))
            item = {"input_ids": prompted(self.encoder, "{text}", whole)}
        else:
            first, *rest = example.inputs
            second = "\n".join(rest) or None
            ids, segments = self.encoder.pair(first, second)
            item = {"input_ids": ids, **({"token_type_ids": segments} if segments else {})}
        if example.target:
            item["answer"] = self._answer(example.target)
        return item

    def collate(self, items: list[dict], device: Any) -> dict[str, Any]:
        """A padded batch."""
        filler = self.tokenizer.pad_token_id
        sequences = [item["input_ids"] for item in items]
        segments = [item["token_type_ids"] for item in items if "token_type_ids" in item]
        inputs = inputs_of(sequences, filler, device, segments)
        answers = torch.tensor([item.get("answer", 0) for item in items], device=device)
        return {"inputs": inputs, "answers": answers}

    def losses(self, tuned: Learner, batch: dict) -> Any:
        """The loss of each example (B), to be trained on."""
        return self._losses(self._scores(tuned, batch), batch["answers"])

    def look(self, tuned: Learner, examples: list[Example], batch: dict) -> tuple[Any, list[float]]:
        """Losses (B) and outcomes of examples whose batch this is."""
        scores = self._scores(tuned, batch)
        texts = self._texts(scores)
        found = [outcome(self.metric, t, e.target) for t, e in zip(texts, examples, strict=True)]
        return self._losses(scores, batch["answers"]), found

    def answers(self, tuned: Learner, examples: list[Example], size: int) -> list[str]:
        """The answer to each example as text."""
        items = [self.encode(example) for example in examples]
        texts = [""] * len(items)
        for places in by_length([len(item["input_ids"]) for item in items], size):
            batch = self.collate([items[place] for place in places], tuned.device)
            with torch.no_grad():
                scores = self._scores(tuned, batch)
            for place, text in zip(places, self._texts(scores), strict=True):
                texts[place] = text
        return texts

    def rank(
        self, tuned: Learner, examples: list[Example], templates: list[str]
    ) -> list[tuple[float, str]]:
        """Points of each way to say the labels, by the likeness of text and label; best first."""
        if not self.state["labels"] or not templates:
            return []
        texts = self._features(tuned, ["\n".join(example.inputs) for example in examples])
        found = []
        for template in templates:
            likeness = texts @ self._features(tuned, self._sentences(template)).T
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

    def _answer(self, target: str) -> float:
        if self.metric == "pearson":
            return (float(target) - self.state["mean"]) / self.state["spread"]
        return self.state["labels"].index(target)

    def _scores(self, tuned: Learner, batch: dict) -> Any:
        if self.last is not None:
            return self.last.scores(tuned, batch["inputs"]).float()
        return tuned.forward(**batch["inputs"]).logits.float()

    def _losses(self, scores: Any, answers: Any) -> Any:
        if self.metric == "pearson":
            return (scores[:, 0] - answers) ** 2
        return torch.nn.functional.cross_entropy(scores, answers, reduction="none")

    def _texts(self, scores: Any) -> list[str]:
        if self.metric == "pearson":
            spread, mean = self.state["spread"], self.state["mean"]
            return [repr(number * spread + mean) for number in scores[:, 0].tolist()]
        return [self.state["labels"][place] for place in scores.argmax(dim=1).tolist()]
