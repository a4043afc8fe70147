"""The task: a decoder answers by the words of the labels, or by the letters of the choices.

No head is added. The scores are those of the words' first tokens behind the prompt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from data import Example, labels_of
from evaluation import rank_prompts
from models import room_left
from prompts import first_prompt, prompted, render, said
from tuning import TuningError
from tuning.batches import Picked, by_length, inputs_of
from tuning.encoding import Encoder
from tuning.learner import Learner
from tuning.scoring import outcome
from tuning.wording import LETTERS, said_labels, spell, spell_choices


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
        self.tokens = torch.tensor(found.tokens)

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

    def bind(self, tuned: Learner) -> None:
        """Take the limits and the output layer of a model."""
        self.encoder = replace(self.encoder, room=room_left(tuned, self.settings))
        self.picked = Picked(tuned.base.get_output_embeddings())

    def encode(self, example: Example) -> dict[str, Any]:
        """Token ids of the rendered example, and the index of the right answer."""
        lead = self.legend + self.shots
        ids = prompted(self.encoder, self.prompt, example, self.words, lead)
        options = list(example.choices) or self.state["labels"]
        if len(options) > len(self.words):
            raise SystemExit(
                f"a question has {len(options)} choices, and no training row more than "
                f"{len(self.words)}"
            )
        answer = options.index(example.target) if example.target else 0
        return {"input_ids": ids, "answer": answer, "options": len(options)}

    def continued(self, example: Example) -> dict[str, Any]:
        """The example as one text, whose last token is the label's; other tokens have no loss."""
        item = self.encode(example)
        ids = [*item["input_ids"], int(self.tokens[item["answer"]])]
        return {"input_ids": ids, "labels": [*[-100] * (len(ids) - 1), ids[-1]]}

    def collate(self, items: list[dict], device: Any) -> dict[str, Any]:
        """A batch padded on the right."""
        sequences = [item["input_ids"] for item in items]
        filler = self.encoder.tokenizer.pad_token_id
        return {
            "inputs": inputs_of(sequences, filler, device),
            "lengths": torch.tensor([len(ids) for ids in sequences], device=device),
            "options": torch.tensor([item["options"] for item in items], device=device),
            "answers": torch.tensor([item["answer"] for item in items], device=device),
        }

    def losses(self, tuned: Learner, batch: dict) -> Any:
        """The loss of each example (B), to be trained on."""
        return self._losses(self._scores(tuned, batch), batch)

    def look(self, tuned: Learner, examples: list[Example], batch: dict) -> tuple[Any, list[float]]:
        """Losses (B) and outcomes of examples whose batch this is."""
        scores = self._scores(tuned, batch)
        texts = self._texts(scores, examples)
        found = [outcome(self.metric, t, e.target) for t, e in zip(texts, examples, strict=True)]
        return self._losses(scores, batch), found

    def answers(self, tuned: Learner, examples: list[Example], size: int) -> list[str]:
        """The answer to each example as text."""
        items = [self.encode(example) for example in examples]
        texts = [""] * len(items)
        for places in by_length([len(item["input_ids"]) for item in items], size):
            batch = self.collate([items[place] for place in places], tuned.device)
            with torch.no_grad():
                scores = self._scores(tuned, batch)
            found = self._texts(scores, [examples[place] for place in places])
            for place, text in zip(places, found, strict=True):
                texts[place] = text
        return texts

    def rank(
        self, tuned: Learner, examples: list[Example], templates: list[str]
    ) -> list[tuple[float, str]]:
        """Points of the untrained model with each prompt, the best first."""
        return rank_prompts(self, tuned, examples, templates)

    def shown_answer(self, example: Example) -> str:
        """The right answer as a prompt shows it."""
        options = list(example.choices) or self.state["labels"]
        return self.spelled[options.index(example.target)]

    def _words(self) -> list[str]:
        if self.state["most_choices"]:
            return list(LETTERS[: self.state["most_choices"]])
        said_as = self.settings["task"].get("label_words", {})
        return list({**said_labels(self.state["labels"]), **said_as}.values())

    def _scores(self, tuned: Learner, batch: dict) -> Any:
        """The words' scores (B x C) at each input's last real token; -inf where is no choice."""
        rows = torch.arange(len(batch["lengths"]), device=tuned.device)
        places = batch["lengths"] - 1 + tuned.shift
        logits = self.picked.output(tuned.forward, batch["inputs"], rows, places).logits[0]
        scores = logits.float()[:, self.tokens.to(logits.device)]
        columns = torch.arange(scores.shape[1], device=scores.device)
        return scores.masked_fill(columns[None] >= batch["options"][:, None], -torch.inf)

    def _losses(self, scores: Any, batch: dict) -> Any:
        return torch.nn.functional.cross_entropy(scores, batch["answers"], reduction="none")

    def _texts(self, scores: Any, examples: list[Example]) -> list[str]:
        places = scores.argmax(dim=1).tolist()
        options = [example.choices or self.state["labels"] for example in examples]
        return [listed[place] for listed, place in zip(options, places, strict=True)]
