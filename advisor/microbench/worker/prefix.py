"""Run a model behind the keys and values of prefix tuning."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from advisor.support.errors import AdvisorError


class PrefixForward:
    """Calls the base model with the trained prefix as its cache.

    peft 0.21 does not do so for heads under transformers 5.24, which renamed the argument; and the
    encoders there make a mask for the input alone, so that a padded batch fails.
    """

    def __init__(self, model: Any, architecture: str) -> None:
        self._model = model
        self._base = model.get_base_model()
        self._encoder = architecture == "encoder"
        self._masks_prefix = architecture != "encoder_decoder"
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


def cache_argument(base: Any) -> str:
    """What the model calls its cached keys and values.

    Raises:
        AdvisorError: if it takes none.
    """
    known = inspect.signature(base.base_model.forward).parameters
    for name in ("cache", "past_key_values"):
        if name in known:
            return name
    raise AdvisorError(
        f"prefix tuning does not fit a model of type {base.config.model_type}",
        where="transformers",
        hint="the model takes no keys and values from outside; leave the method out",
    )
