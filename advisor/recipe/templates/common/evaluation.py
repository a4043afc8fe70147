"""Looks at the development split, final scores, and what was forgotten of general language."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

import torch
from data import Example
from settings import FOLDER
from tuning.general import general_loss
from tuning.rows import Answering, judge_rows
from tuning.scoring import outcome, score


@dataclass(frozen=True)
class Look:
    """The mean loss of the examples, and their points."""

    loss: float
    score: float


def look(task: Any, answering: Answering, examples: list[Example], settings: dict) -> Look:
    """Judge examples in one pass without writing, as is done during training."""
    rows = [task.encode(example) for example in examples]
    judged = judge_rows(answering, rows, 4 * settings["train"]["batch_size"])
    points = score(task.metric, judged.outcomes, [example.target for example in examples])
    return Look(statistics.fmean(judged.losses.tolist()), points)


def final_score(task: Any, answering: Answering, examples: list[Example], settings: dict) -> float:
    """Points of the answers that the model really gives."""
    answering.learner.model.eval()
    with torch.no_grad():
        texts = task.answers(answering, examples, 4 * settings["train"]["batch_size"])
    pairs = zip(texts, examples, strict=True)
    outcomes = [outcome(task.metric, text, example.target) for text, example in pairs]
    return score(task.metric, outcomes, [example.target for example in examples])


def rank_prompts(
    task: Any, answering: Answering, examples: list[Example], templates: list[str]
) -> list[tuple[float, str]]:
    """Points of the answers under each prompt, the best first; the task keeps its own prompt."""
    found, own = [], task.prompt
    for template in templates:
        task.prompt = template
        found.append((final_score(task, answering, examples, task.settings), template))
    task.prompt = own
    return sorted(found, key=lambda entry: -entry[0])


def forgotten(task: Any, answering: Answering) -> float | None:
    """The mean loss per token on a general text; None where the model has no language head.

    A rise says what the model has forgotten.
    """
    if task.settings["task"]["route"] == "head":
        return None
    text = (FOLDER / "general_text.txt").read_text(encoding="utf-8")
    pieces = [task.encoder.ids(line)[: task.encoder.longest] for line in text.splitlines()]
    return general_loss(answering.learner, pieces, task.start)
