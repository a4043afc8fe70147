"""Put a method on the base model."""

from __future__ import annotations

import random
from typing import Any

import torch

from advisor.catalogue import training
from advisor.estimate import first_line
from advisor.methods import UnknownMethodError, load_methods
from advisor.microbench.preparing.rendering import CHOICES, render
from advisor.microbench.records import Example, Route
from advisor.microbench.worker.environment import without_known_warnings
from advisor.microbench.worker.memory import out_of_memory
from advisor.microbench.worker.workbench import Workbench
from advisor.support import AdvisorError
from advisor.tuning.learner import Learner, put_on, untrained
from advisor.tuning.starting import starting_ids


def equip(workbench: Workbench, method: str, seed: int) -> Learner:
    """The base model with the method on it, in training mode; the workbench is spoilt by this.

    Args:
        workbench: whose base model is taken.
        method: its identifier.
        seed: of the new head, the adapter and everything random that follows.

    Raises:
        AdvisorError: if the method does not exist here or does not fit the model.
    """
    own = load_methods()[method]
    if not own.microbench:
        raise UnknownMethodError(method, f"advisor/methods/{method}/method.yaml, microbench")
    random.seed(seed)
    torch.manual_seed(seed)
    base, bench = untrained(workbench.model, workbench.new), workbench.bench
    base.model.config.use_cache = False
    renew_heads(base.model, base.heads)
    settings = {**own.adapter_settings, "virtual_tokens": bench.virtual_tokens}
    task_type = _task_type(bench.task.route, bench.task.architecture)
    try:
        with without_known_warnings():
            learner = put_on(
                base, own.adapter, settings, task_type, lambda count: prompt_ids(workbench, count)
            )
    except Exception as error:
        if out_of_memory(error):
            raise
        raise AdvisorError(
            f"{method} does not fit a model of type {base.model.config.model_type}: "
            f"{first_line(error)}",
            where="peft",
            hint="leave the method out of this comparison",
        ) from None
    learner.model.to(bench.device).train()
    return learner


def renew_heads(base: Any, names: frozenset[str]) -> None:
    """Draw the new parameters again, as the seed decides, whatever loading left in them."""
    spread = getattr(base.config, "initializer_range", None)
    for name, parameter in base.named_parameters():
        if name not in names:
            continue
        with torch.no_grad():
            if parameter.ndim > 1:
                parameter.normal_(0.0, spread or training().initial_spread)
            else:
                parameter.fill_(0.0 if name.endswith("bias") else 1.0)


def prompt_ids(workbench: Workbench, count: int) -> list[int]:
    """Token ids of the training prompt's text, or of words that the seed draws."""
    return starting_ids(workbench.encoder, _said(workbench), count)


def _said(workbench: Workbench) -> str:
    """What the prompt says around its inputs, or the words of the labels if it says nothing."""
    prompt, first = workbench.wording.prompt, workbench.bench.splits.train[0]
    blank = Example(inputs=("",) * len(first.inputs), target="")
    said = render(prompt, blank).replace(CHOICES, "").strip()
    return said or " ".join(word.strip() for word in prompt.words.values())


def _task_type(route: Route, architecture: str) -> str:
    if route is Route.HEAD:
        return "SEQ_CLS"
    return "SEQ_2_SEQ_LM" if architecture == "encoder_decoder" else "CAUSAL_LM"
