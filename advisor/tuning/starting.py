"""Where soft prompts start: from words, as the library's own start is random, and too large."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from .encoding import Encoder
from .prefix import keys_and_values


def start_from_words(learner: Any, start: Callable[..., Any], ids: list[int]) -> None:
    """Set what a soft prompt trains to what words are in the model.

    Layers of different widths, as some models have them, keep the library's start.

    Args:
        learner: the model behind new virtual tokens.
        start: the method's own function: of the model, of token ids (1 x V), and of a function
            that gives the keys and values of such ids; gives what is trained.
        ids: as many as there are virtual tokens.
    """
    words = torch.tensor([ids], device=learner.device)
    weight = learner.model.prompt_encoder["default"].embedding.weight
    with torch.no_grad():
        found = start(learner.model, words, partial(keys_and_values, learner.base))
        if found.shape == weight.shape:
            weight.copy_(found)


def starting_ids(encoder: Encoder, text: str, count: int) -> list[int]:
    """The tokens of a text, repeated or cut to a count; without a text drawn from all words."""
    ids = encoder.unmarked(text)
    if not ids:
        drawn: list[int] = torch.randint(len(encoder.tokenizer), (count,)).tolist()
        return drawn
    return list(itertools.islice(itertools.cycle(ids), count))
