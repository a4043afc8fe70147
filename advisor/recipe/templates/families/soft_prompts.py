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
from tuning.prefix import PrefixForward, keys_and_values

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
    forward = PrefixForward(model)
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
