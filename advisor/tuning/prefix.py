"""Run a model behind cached keys and values, such as those of prefix tuning."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from transformers import DynamicCache, EncoderDecoderCache

from . import TuningError


class PrefixForward:
    """Calls the base model with the trained prefix as its cache.

    peft 0.21 does not do so for heads under transformers 5.24, which renamed the argument; and the
    encoders there make a mask for the input alone, so that a padded batch fails.

    Args:
        model: peft's wrapper around the base model.

    Raises:
        TuningError: if the base model takes no cache.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._base = model.get_base_model()
        # Only encoders have a head that is not named score; encoders are used with a head alone.
        head = model.active_peft_config.task_type == "SEQ_CLS"
        self._encoder = head and not hasattr(self._base, "score")
        self._masks_prefix = not self._base.config.is_encoder_decoder
        self._tokens = model.active_peft_config.num_virtual_tokens
        self._name = cache_argument(self._base)

    def __call__(self, **inputs: Any) -> Any:
        """The base model's output; hidden states are those of the input alone."""
        cache = self._model.get_prompt(len(inputs["input_ids"]))
        if self._masks_prefix:
            inputs["attention_mask"] = self._mask(inputs["attention_mask"])
        return self._base(**inputs, **{self._name: cache})

    def _mask(self, mask: Any) -> Any:
        """The mask (B x T) with the prefix in front; for encoders as it is added to the scores."""
        whole = torch.cat([mask.new_ones(len(mask), self._tokens), mask], dim=1)
        if not self._encoder:
            return whole
        added = torch.zeros(whole.shape, device=mask.device)
        added.masked_fill_(whole == 0, torch.finfo(added.dtype).min)
        return added[:, None, None, :].expand(-1, 1, mask.shape[1], -1)


def keys_and_values(base: Any, ids: Any) -> Any:
    """What the layers would cache of a text (1 x V), as prefix tuning keeps it.

    Returns:
        V x (layers x 2 x heads x width), keys before values in each layer.
    """
    training = base.training
    base.eval()
    cache: Any = DynamicCache()
    inputs = {"input_ids": ids}
    if base.config.is_encoder_decoder:
        cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        inputs["decoder_input_ids"] = ids
    base(**inputs, **{cache_argument(base): cache}, use_cache=True)
    base.train(training)
    layers = getattr(cache, "self_attention_cache", cache).layers
    parts = [part[0].transpose(0, 1).flatten(1) for x in layers for part in (x.keys, x.values)]
    return torch.cat(parts, dim=1)


def cache_argument(base: Any) -> str:
    """What the model calls its cached keys and values.

    Raises:
        TuningError: if it takes none.
    """
    known = inspect.signature(base.base_model.forward).parameters
    for name in ("cache", "past_key_values"):
        if name in known:
            return name
    raise TuningError(f"a model of type {base.config.model_type} takes no cached keys and values")
