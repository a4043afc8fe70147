"""A model with a method on it: how it is made, called, and saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peft

from .prefix import PrefixForward
from .starting import start_from_words

HEADS = ("classifier", "score")
"""Modules that are new for every task, whatever the weights say; peft knows that they are."""


@dataclass(frozen=True, slots=True)
class Learner:
    """What is trained and asked.

    Attributes:
        model: what is trained and saved: the base model, or peft's wrapper around it.
        base: the base model itself, which carries the heads.
        forward: calls the model with the method in place.
        shift: positions that virtual tokens take before the input in the hidden states.
        heads: names of the base model's parameters that are new for this task.
    """

    model: Any
    base: Any
    forward: Callable[..., Any]
    shift: int = 0
    heads: frozenset[str] = frozenset()

    @property
    def device(self) -> Any:
        """Where it computes."""
        return next(self.model.parameters()).device

    def trained(self) -> dict[str, Any]:
        """The distinct parameters that are trained, by name."""
        return {name: p for name, p in self.model.named_parameters() if p.requires_grad}

    def is_head(self, name: str) -> bool:
        """Whether a parameter belongs to a new head, of which peft trains a copy."""
        return name in self.heads or ".modules_to_save." in name


def untrained(model: Any, heads: frozenset[str] = frozenset()) -> Learner:
    """The base model as it is."""
    return Learner(model, model, model, heads=heads)


def put_on(
    base: Learner,
    adapter: Any,
    settings: dict[str, Any],
    task_type: str,
    words: Callable[[int], list[int]],
) -> Learner:
    """The base model with a new method on it.

    Args:
        base: the untrained model.
        adapter: the method's own module.
        settings: of the adapter.
        task_type: as peft calls it.
        words: gives as many tokens as it is asked for, for a soft prompt to start from.

    Raises:
        ValueError: if the method does not fit the model.
    """
    config = configuration(base, adapter, settings, task_type)
    if config is None:
        return base
    learner = behind(base, adapter, peft.get_peft_model(base.model, config))
    if config.is_prompt_learning and adapter.start is not None:
        start_from_words(learner, adapter.start, words(config.num_virtual_tokens))
    return learner


def configuration(base: Learner, adapter: Any, settings: dict[str, Any], task_type: str) -> Any:
    """The configuration of peft for a new adapter; None where all weights are trained."""
    heads = sorted({name.rpartition(".")[0] for name in base.heads})
    # peft adds the usual heads itself; a pooler without weights has to be trained as well.
    others = [head for head in heads if head.split(".")[0] not in HEADS]
    return adapter.configure(
        base.model, settings, heads, task_type=task_type, modules_to_save=others or None
    )


def behind(base: Learner, adapter: Any, model: Any) -> Learner:
    """The base model inside of peft's ``model``, called as the method wants it.

    Raises:
        TuningError: if keys and values are to stand before layers that take none.
    """
    config = model.active_peft_config
    if not config.is_prompt_learning:
        return Learner(model, base.model, model, heads=base.heads)
    if adapter.SHIFTS_INPUT:
        return Learner(model, base.model, model, config.num_virtual_tokens, base.heads)
    return Learner(model, base.model, PrefixForward(model), heads=base.heads)


def save_learner(learner: Learner, folder: Path) -> None:
    """Write it as safetensors: an adapter as peft reads it, or a model as transformers does."""
    if learner.model is learner.base:
        if hasattr(learner.base.config, "use_cache"):
            # Training does without; writing needs it.
            learner.base.config.use_cache = True
        learner.base.save_pretrained(folder)
    else:
        # The word embeddings are never trained, and "auto" may look for their size on the network.
        learner.model.save_pretrained(folder, save_embedding_layers=False)
