"""Greedy writing with a cache, for prompts of one length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from transformers.modeling_outputs import BaseModelOutput

from advisor.microbench.worker.greedy import greedy
from advisor.microbench.worker.learner import Learner
from advisor.microbench.worker.prefix import cache_argument


@dataclass(frozen=True, slots=True)
class Opening:
    """What is read before the first token is written.

    Attributes:
        prompts: token ids, B x T, without padding.
        start: what the decoder of an encoder-decoder begins with; empty elsewhere.
    """

    prompts: Any
    start: tuple[int, ...]


def write_greedily(
    learner: Learner, picked: Any, opening: Opening, over: Callable[[list[int]], bool], most: int
) -> list[list[int]]:
    """The most likely token again and again, until all answers have ended.

    Settings that come with a model, such as a penalty for repetition, are not used.

    Args:
        learner: whose model writes.
        picked: restricts a decoder's output layer to the last position; None for encoder-decoders.
        opening: what is read.
        over: whether an answer has ended with the last of its tokens.
        most: tokens of an answer.

    Returns:
        Token ids of each answer, with those that ended it.
    """
    output = _read(learner, picked, opening)
    name = cache_argument(learner.base)
    rest: dict[str, Any] = {name: output[name], "use_cache": True}
    if opening.start:
        states = output.encoder_last_hidden_state
        rest["encoder_outputs"] = BaseModelOutput(last_hidden_state=states)
    # A method's work on the layers is in the base model, and its virtual tokens are in the cache.
    token_argument = "decoder_input_ids" if opening.start else "input_ids"

    def following(tokens: Any) -> Any:
        return learner.base(**{token_argument: tokens[:, None]}, **rest).logits[:, -1]

    logits = output.logits[0] if picked else output.logits[:, -1]
    return greedy(logits, following, over, most)


def _read(learner: Learner, picked: Any, opening: Opening) -> Any:
    """The first pass, which fills the cache."""
    prompts = opening.prompts
    count, length = prompts.shape
    inputs = {"input_ids": prompts, "attention_mask": torch.ones_like(prompts)}
    if opening.start:
        inputs["decoder_input_ids"] = prompts.new_tensor([opening.start] * count)
        return learner.forward(**inputs, use_cache=True)
    places = torch.arange(count, device=prompts.device)
    picked.at(places, torch.full_like(places, length - 1 + learner.shift))
    output = learner.forward(**inputs, use_cache=True)
    picked.everywhere()
    return output
