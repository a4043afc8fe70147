"""The method: virtual tokens in front of a frozen model.

Prompt tuning and P-tuning put vectors before the embedded input; prefix tuning puts keys and
values before every layer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import adapter
import peft
from models import Tuned, configuration, load_base
from tuning.prefix import PrefixForward
from tuning.starting import start_from_words, starting_ids

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
    """Start from the words of the best prompt; P-tuning's encoder keeps its own start."""
    if adapter.start is None:
        return
    count = settings["adapter"]["virtual_tokens"]
    ids = starting_ids(task.encoder, task.starting_text(), count)
    start_from_words(tuned, adapter.start, ids)
