"""Greedy writing with a cache, for inputs of one length.

Not by ``generate``: under transformers 5.24 it gives other tokens behind a trained prefix (peft
0.21) than the model itself, one token after the other. Settings that come with a model, such as a
penalty for repetition, are not used.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from batches import Picked
from greedy import greedy
from models import Tuned
from transformers.modeling_outputs import BaseModelOutput


def write(
    tuned: Tuned,
    picked: Picked | None,
    prompts: Any,
    start: list[int],
    over: Callable[[list[int]], bool],
    most: int,
) -> list[list[int]]:
    """The most likely token again and again, until all answers have ended.

    Args:
        tuned: whose model writes.
        picked: restricts a decoder's output layer to the last position; None for encoder-decoders.
        prompts: token ids (B x T), without padding.
        start: what the decoder of an encoder-decoder begins with; empty elsewhere.
        over: whether an answer has ended with the last of its tokens.
        most: tokens of an answer.

    Returns:
        Token ids of each answer, with those that ended it.
    """
    output, logits = _read(tuned, picked, prompts, start)
    name = cache_argument(tuned.base)
    rest: dict[str, Any] = {name: output[name], "use_cache": True}
    if picked is None:
        states = output.encoder_last_hidden_state
        rest["encoder_outputs"] = BaseModelOutput(last_hidden_state=states)
    # A method's work on the layers is in the base model, and its virtual tokens are in the cache.
    token_argument = "input_ids" if picked else "decoder_input_ids"

    def following(tokens: Any) -> Any:
        return tuned.base(**{token_argument: tokens[:, None]}, **rest).logits[:, -1]

    return greedy(logits, following, over, most)


def cache_argument(base: Any) -> str:
    """What the model calls its cached keys and values."""
    known = inspect.signature(base.base_model.forward).parameters
    for name in ("cache", "past_key_values"):
        if name in known:
            return name
    raise SystemExit(f"a {base.config.model_type} takes no cached keys and values")


def _read(tuned: Tuned, picked: Picked | None, prompts: Any, start: list[int]) -> tuple[Any, Any]:
    """The first pass, which fills the cache, and the scores of the first token (B x W)."""
    count, length = prompts.shape
    inputs = {"input_ids": prompts, "attention_mask": torch.ones_like(prompts), "use_cache": True}
    if picked is None:
        begun = prompts.new_tensor([start] * count)
        output = tuned.forward(**inputs, decoder_input_ids=begun)
        return output, output.logits[:, -1]
    rows = torch.arange(count, device=prompts.device)
    places = torch.full_like(rows, length - 1 + tuned.shift)
    output = picked.output(tuned.forward, inputs, rows, places)
    return output, output.logits[0]
