"""Greedy writing with a cache, for inputs of one length.

Not by ``generate``: under transformers 5.24 it gives other tokens behind a trained prefix (peft
0.21) than the model itself, one token after the other. Settings that come with a model, such as a
penalty for repetition, are not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers.modeling_outputs import BaseModelOutput

from .batches import Picked
from .prefix import cache_argument


def write(
    learner: Any,
    picked: Picked | None,
    prompts: Any,
    start: Sequence[int],
    over: Callable[[list[int]], bool],
    most: int,
) -> list[list[int]]:
    """The most likely token again and again, until all answers have ended.

    Args:
        learner: whose model writes.
        picked: restricts a decoder's output layer to the last position; None for encoder-decoders.
        prompts: token ids (B x T), without padding.
        start: what the decoder of an encoder-decoder begins with; empty elsewhere.
        over: whether an answer has ended with the last of its tokens.
        most: tokens of an answer.

    Returns:
        Token ids of each answer, with those that ended it.
    """
    output, logits = _read(learner, picked, prompts, start)
    name = cache_argument(learner.base)
    rest: dict[str, Any] = {name: output[name], "use_cache": True}
    if picked is None:
        states = output.encoder_last_hidden_state
        rest["encoder_outputs"] = BaseModelOutput(last_hidden_state=states)
    # A method's work on the layers is in the base model, and its virtual tokens are in the cache.
    token_argument = "input_ids" if picked else "decoder_input_ids"

    def following(tokens: Any) -> Any:
        return learner.base(**{token_argument: tokens[:, None]}, **rest).logits[:, -1]

    return _greedy(logits, following, over, most)


def _read(
    learner: Any, picked: Picked | None, prompts: Any, start: Sequence[int]
) -> tuple[Any, Any]:
    """The first pass, which fills the cache, and the scores of the first token (B x W)."""
    count, length = prompts.shape
    inputs = {"input_ids": prompts, "attention_mask": torch.ones_like(prompts), "use_cache": True}
    if picked is None:
        begun = prompts.new_tensor([list(start)] * count)
        output = learner.forward(**inputs, decoder_input_ids=begun)
        return output, output.logits[:, -1]
    rows = torch.arange(count, device=prompts.device)
    places = torch.full_like(rows, length - 1 + learner.shift)
    output = picked.output(learner.forward, inputs, rows, places)
    return output, output.logits[0]


def _greedy(
    logits: Any,
    following: Callable[[Any], Any],
    over: Callable[[list[int]], bool],
    most: int,
) -> list[list[int]]:
    """Let several answers grow side by side.

    Args:
        logits: scores of the first tokens (B x W).
        following: gives the scores of the next tokens (B x W) behind tokens (B).
        over: whether an answer has ended with the last of its tokens.
        most: tokens of an answer.
    """
    answers: list[list[int]] = [[] for _ in logits]
    ended = [False] * len(answers)
    for written in range(1, most + 1):
        best = logits.argmax(dim=-1)
        for place, token in enumerate(best.tolist()):
            if not ended[place]:
                answers[place].append(token)
                ended[place] = over(answers[place])
        if all(ended) or written == most:
            break
        logits = following(best)
    return answers
