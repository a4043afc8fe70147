"""Looks at the development split, final scores, and what was forgotten of general language."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

import torch
from data import Example
from settings import FOLDER
from tuning.batches import by_length
from tuning.general import general_loss
from tuning.learner import Learner
from tuning.scoring import outcome, score


@dataclass(frozen=True)
class Look:
    """The mean loss of the examples, and their points."""

    loss: float
    score: float


def look(task: Any, tuned: Learner, examples: list[Example], settings: dict) -> Look:
    """Judge examples in one pass without writing, as is done during training."""
    items = [task.encode(example) for example in examples]
    losses, outcomes, targets = [], [], []
    lengths = [len(item["input_ids"]) for item in items]
    for places in by_length(lengths, 4 * settings["train"]["batch_size"]):
        chosen = [examples[place] for place in places]
        batch = task.collate([items[place] for place in places], tuned.device)
        with torch.no_grad():
            found, results = task.look(tuned, chosen, batch)
        losses += found.tolist()
        outcomes += results
        targets += [example.target for example in chosen]
    return Look(statistics.fmean(losses), score(task.metric, outcomes, targets))


def final_score(task: Any, tuned: Learner, examples: list[Example], settings: dict) -> float:
    """Points of the answers that the model really gives."""
    tuned.model.eval()
    with torch.no_grad():
        texts = task.answers(tuned, examples, 4 * settings["train"]["batch_size"])
    pairs = zip(texts, examples, strict=True)
    outcomes = [outcome(task.metric, text, example.target) for text, example in pairs]
    return score(task.metric, outcomes, [example.target for example in examples])


def rank_prompts(
    task: Any, tuned: Learner, examples: list[Example], templates: list[str]
) -> list[tuple[float, str]]:
    """Points of the answers under each prompt, the best first; the task keeps its own prompt."""
    found, own = [], task.prompt
    for template in templates:
        task.prompt = template
        found.append((final_score(task, tuned, examples, task.settings), template))
    task.prompt = own
    return sorted(found, key=lambda entry: -entry[0])


def forgotten(task: Any, tuned: Learner) -> float | None:
    """The mean loss per token on a general text; None where the model has no language head.

    A rise says what the model has forgotten.
    """
    if task.settings["task"]["route"] == "head":
        return None
    text = (FOLDER / "general_text.txt").read_text(encoding="utf-8")
    pieces = [task.encoder.ids(line)[: task.encoder.longest] for line in text.splitlines()]
    return general_loss(tuned, pieces, task.start)
