"""The loss on a general text, to see what a trained model has forgotten."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import torch

_LEAST_TOKENS = 2


def general_loss(
    learner: Any, pieces: Sequence[Sequence[int]], start: Sequence[int]
) -> float | None:
    """The mean loss per token of the pieces of a text, with the method in place.

    Soft prompts stand before the text, as they do when the model is used: what they do to other
    texts is what counts.

    Args:
        learner: a language model with a method on it; it is left in evaluation mode.
        pieces: token ids; those of a single token say nothing.
        start: what the decoder of an encoder-decoder begins with; empty elsewhere.

    Returns:
        The loss; None where there is no text.
    """
    pieces = [ids for ids in pieces if len(ids) >= _LEAST_TOKENS]
    if not pieces:
        return None
    learner.model.eval()
    with torch.no_grad():
        return statistics.fmean(_loss(learner, ids, start) for ids in pieces)


def _loss(learner: Any, ids: Sequence[int], start: Sequence[int]) -> float:
    """The loss per token of one piece, alone and unpadded.

    An encoder-decoder reads the first half of it and goes on with the second.
    """
    whole = torch.tensor([list(ids)], device=learner.device)
    half = len(ids) // 2 if start else 0
    read, wanted = (whole[:, :half], whole[0, half:]) if start else (whole, whole[0, 1:])
    inputs = {"input_ids": read, "attention_mask": torch.ones_like(read)}
    if start:
        begun = [[*start, *ids[half:-1]]]
        inputs["decoder_input_ids"] = torch.tensor(begun, device=learner.device)
        logits = learner.forward(**inputs).logits[0, len(start) - 1 :]
    else:
        logits = learner.forward(**inputs).logits[0, learner.shift : -1]
    return float(torch.nn.functional.cross_entropy(logits.float(), wanted))
