"""The method: virtual tokens in front of a frozen model.

Prompt tuning and P-tuning put vectors before the embedded input; prefix tuning puts keys and
values before every layer.
"""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from typing import Any

import adapter
import peft
import torch
from models import Tuned, configuration, load_base
from transformers import DynamicCache, EncoderDecoderCache
from writing import cache_argument

METHODS = (adapter.METHOD,)


def wrap(settings: dict, task: Any, base: Tuned) -> Tuned:
    """The base model behind new virtual tokens, which start from words."""
    model = peft.get_peft_model(base.model, configuration(settings, base))
    tuned = _tuned(settings, base, model)
    _start_from_words(settings, task, tuned)
    return tuned


def save(tuned: Tuned, folder: Path) -> None:
    """Write the virtual tokens, and a new head if there is one, as safetensors."""
    tuned.model.save_pretrained(folder, save_embedding_layers=False)


def load(settings: dict, task: Any, folder: Path) -> Tuned:
    """The base model behind the virtual tokens that were saved."""
    base = load_base(settings, task.outputs)
    model = peft.PeftModel.from_pretrained(base.model, folder)
    return _tuned(settings, base, model)


def _tuned(settings: dict, base: Tuned, model: Any) -> Tuned:
    if adapter.SHIFTS_INPUT:
        return Tuned(model, base.model, model, settings["adapter"]["virtual_tokens"], base.heads)
    forward = PrefixForward(model, base.model)
    return Tuned(model, base.model, forward, heads=base.heads)


def _start_from_words(settings: dict, task: Any, tuned: Tuned) -> None:
    """Start from the words of the best prompt: peft's own start is random, and too large.

    P-tuning's encoder keeps its own start. Layers of different widths keep the library's.
    """
    if adapter.start is None:
        return
    count = settings["adapter"]["virtual_tokens"]
    tokenizer = task.tokenizer
    ids = tokenizer(task.starting_text(), add_special_tokens=False)["input_ids"]
    if ids:
        ids = list(itertools.islice(itertools.cycle(ids), count))
    else:
        ids = torch.randint(len(tokenizer), (count,)).tolist()
    words = torch.tensor([ids], device=tuned.device)
    weight = tuned.model.prompt_encoder["default"].embedding.weight
    with torch.no_grad():
        start = adapter.start(tuned.model, words, partial(keys_and_values, tuned.base))
        if start.shape == weight.shape:
            weight.copy_(start)


def keys_and_values(base: Any, ids: Any) -> Any:
    """What the layers would cache of a text, as prefix tuning keeps it: V x (L x 2 x H x W)."""
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


class PrefixForward:
    """Calls the base model with the trained prefix as its cache.

    peft does not do so for heads under transformers that renamed the argument, and encoders make
    a mask for the input alone there, so that a padded batch fails.
    """

    def __init__(self, model: Any, base: Any) -> None:
        self._model, self._base = model, base
        self._tokens = model.active_peft_config.num_virtual_tokens
        self._name = cache_argument(base)
        # A decoder's head is named score.
        heads = model.active_peft_config.task_type == "SEQ_CLS"
        self._encodes = heads and not hasattr(base, "score")

    def __call__(self, **inputs: Any) -> Any:
        """The base model's output; hidden states are those of the input alone."""
        cache = self._model.get_prompt(len(inputs["input_ids"]))
        if not self._base.config.is_encoder_decoder:
            inputs["attention_mask"] = self._mask(inputs["attention_mask"])
        return self._base(**inputs, **{self._name: cache})

    def _mask(self, mask: Any) -> Any:
        """The mask (B x T) with the prefix in front; for encoders as it is added to the scores."""
        whole = torch.cat([mask.new_ones(len(mask), self._tokens), mask], dim=1)
        if not self._encodes:
            return whole
        added = torch.zeros(whole.shape, device=mask.device)
        added.masked_fill_(whole == 0, torch.finfo(added.dtype).min)
        return added[:, None, None, :].expand(-1, 1, mask.shape[1], -1)
