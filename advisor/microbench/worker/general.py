"""The loss on a general text, to see what a trained model has forgotten."""

from __future__ import annotations

import statistics
from typing import Any

import torch

from advisor.microbench.records import Route
from advisor.microbench.worker.learner import Learner
from advisor.microbench.worker.workbench import Workbench

_LEAST_TOKENS = 2


def general_loss(workbench: Workbench, learner: Learner) -> float | None:
    """The mean loss per token of the general text's pieces, with the method in place.

    Soft prompts stand before the text, as they do when the model is used: what they do to other
    texts is what counts. None where the model has no language head, or there is no text.
    """
    pieces = [ids for ids in workbench.general if len(ids) >= _LEAST_TOKENS]
    if workbench.bench.task.route is Route.HEAD or not pieces:
        return None
    learner.model.eval()
    with torch.no_grad():
        return statistics.fmean(_loss(learner, ids, workbench.coder.start) for ids in pieces)


def _loss(learner: Learner, ids: list[int], start: tuple[int, ...]) -> float:
    """The loss per token of one piece, alone and unpadded.

    An encoder-decoder reads the first half of it and goes on with the second.
    """
    if start:
        return _half_loss(learner, ids, start)
    tokens = torch.tensor([ids], device=learner.device)
    mask = torch.ones_like(tokens)
    logits: Any = learner.forward(input_ids=tokens, attention_mask=mask).logits
    logits = logits[0, learner.shift : -1].float()
    return float(torch.nn.functional.cross_entropy(logits, tokens[0, 1:]))


def _half_loss(learner: Learner, ids: list[int], start: tuple[int, ...]) -> float:
    half = len(ids) // 2
    read = torch.tensor([ids[:half]], device=learner.device)
    wanted = torch.tensor(ids[half:], device=learner.device)
    begun = torch.tensor([[*start, *ids[half:-1]]], device=learner.device)
    output: Any = learner.forward(
        input_ids=read, attention_mask=torch.ones_like(read), decoder_input_ids=begun
    )
    logits = output.logits[0, len(start) - 1 :].float()
    return float(torch.nn.functional.cross_entropy(logits, wanted))
