"""The task: the model writes the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from data import Example
from evaluation import rank_prompts
from models import room_left
from prompts import first_prompt, prompted, render, said
from tuning.batches import Picked, by_length, inputs_of, padded
from tuning.encoding import Encoder, answer_lengths, decoder_start
from tuning.learner import Learner
from tuning.writing import write


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
        ends = ending([example.target for example in train])
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

    def bind(self, tuned: Learner) -> None:
        """Take the limits and the output layer of a model."""
        decodes = not tuned.base.config.is_encoder_decoder
        room = room_left(tuned, self.settings, self.state["most"] if decodes else 0)
        self.encoder = replace(self.encoder, decodes=decodes, room=room)
        self.end = self.encoder.end
        self.start = decoder_start(self.tokenizer, tuned.base)
        self.picked = Picked(tuned.base.get_output_embeddings()) if decodes else None

    def encode(self, example: Example) -> dict[str, Any]:
        """Token ids of the rendered example, and of the answer with its end mark."""
        probe = render(self.prompt, Example(("x", "x")), ())
        written = self.encoder.continuation(probe, example.target) if example.target else []
        return {
            "input_ids": prompted(self.encoder, self.prompt, example, (), self.shots),
            # Of a longer target only the start is learned, and not that it ends there.
            "written": [*written, self.end][: self.state["most"]],
        }

    def continued(self, example: Example) -> dict[str, Any]:
        """The example as one text; only the answer's tokens have a loss."""
        item = self.encode(example)
        unseen = [-100] * len(item["input_ids"])
        return {
            "input_ids": [*item["input_ids"], *item["written"]],
            "labels": [*unseen, *item["written"]],
        }

    def collate(self, items: list[dict], device: Any) -> dict[str, Any]:
        """A batch padded on the right, in which the target is read but for its last token."""
        filler = self.encoder.tokenizer.pad_token_id
        prompts = [item["input_ids"] for item in items]
        read = [[*self.start, *item["written"][:-1]] for item in items]
        if self.encoder.decodes:
            sequences = [[*a, *b] for a, b in zip(prompts, read, strict=True)]
            inputs = inputs_of(sequences, filler, device)
        else:
            inputs = inputs_of(prompts, filler, device)
            inputs["decoder_input_ids"] = padded(read, filler, device)
        return {
            "inputs": inputs,
            "prompts": torch.tensor(list(map(len, prompts)), device=device),
            "counts": [len(item["written"]) for item in items],
            "targets": torch.tensor([t for i in items for t in i["written"]], device=device),
        }

    def losses(self, tuned: Learner, batch: dict) -> Any:
        """The mean loss of each example's target tokens (B), to be trained on."""
        return self._losses(self._logits(tuned, batch), batch)

    def look(self, tuned: Learner, examples: list[Example], batch: dict) -> tuple[Any, list[float]]:
        """Losses (B) and shares of right tokens of examples whose batch this is."""
        del examples  # the batch holds their targets as tokens
        logits = self._logits(tuned, batch)
        right = (logits.argmax(dim=-1) == batch["targets"]).float()
        return self._losses(logits, batch), _means(right, batch["counts"]).tolist()

    def answers(self, tuned: Learner, examples: list[Example], size: int) -> list[str]:
        """What the model writes for each example, always the most likely token.

        Inputs of one length are written together, so that no padding can change an answer.
        """
        items = [self.encode(example) for example in examples]
        texts = [""] * len(items)
        for places in by_length([len(item["input_ids"]) for item in items], size, alike=True):
            prompts = [items[place]["input_ids"] for place in places]
            ids = torch.tensor(prompts, device=tuned.device)
            with torch.no_grad():
                written = write(tuned, self.picked, ids, self.start, self._over, self.state["most"])
            for place, answer in zip(places, written, strict=True):
                texts[place] = self._text(answer)
        return texts

    def rank(
        self, tuned: Learner, examples: list[Example], templates: list[str]
    ) -> list[tuple[float, str]]:
        """Points of the untrained model with each prompt, the best first."""
        return rank_prompts(self, tuned, examples, templates)

    def shown_answer(self, example: Example) -> str:
        """The right answer as a prompt shows it."""
        return example.target

    def _over(self, ids: list[int]) -> bool:
        """Whether an answer ended with the last of its tokens."""
        return ids[-1] == self.end or (bool(self._ends) and self._ends in self._decoded(ids))

    def _text(self, ids: list[int]) -> str:
        """An answer without what ended it."""
        text = self._decoded(ids[:-1] if ids[-1] == self.end else ids)
        return (text.partition(self._ends)[0] if self._ends else text).strip()

    @property
    def _ends(self) -> str:
        """What ends an answer; a blank line only behind examples, which have one between them."""
        ends: str = self.state["ends"]
        return ends if ends == "\n" or self.shots else ""

    def _decoded(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=True).lstrip()

    def _logits(self, tuned: Learner, batch: dict) -> Any:
        """Scores of words (N x W) where the N target tokens of the batch follow."""
        counts = batch["counts"]
        rows = torch.tensor([r for r, count in enumerate(counts) for _ in range(count)])
        offsets = torch.tensor([place for count in counts for place in range(count)])
        rows, offsets = rows.to(tuned.device), offsets.to(tuned.device)
        if self.picked is None:
            logits = tuned.forward(**batch["inputs"]).logits
            return logits[rows, offsets + len(self.start) - 1].float()
        places = (batch["prompts"] - 1 + tuned.shift)[rows] + offsets
        return self.picked.output(tuned.forward, batch["inputs"], rows, places).logits[0].float()

    @staticmethod
    def _losses(logits: Any, batch: dict) -> Any:
        losses = torch.nn.functional.cross_entropy(logits, batch["targets"], reduction="none")
        return _means(losses, batch["counts"])


def ending(targets: list[str]) -> str:
    """The line break, or the blank line, that is in no target; empty if both are in some.

    A model that was never trained to stop goes on behind it; with examples in its prompt it writes
    the next one there.
    """
    free = (m for m in ("\n", "\n\n") if not any(m in target.strip() for target in targets))
    return next(free, "")


def _means(values: Any, counts: list[int]) -> Any:
    """Means over each example's target tokens (B)."""
    return torch.stack([part.mean() for part in values.split(counts)])
