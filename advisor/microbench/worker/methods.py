"""Put a method on the base model."""

from __future__ import annotations

import random
from typing import Any

import peft
import torch

from advisor.catalogue import training
from advisor.estimate import first_line
from advisor.methods import Method, UnknownMethodError, load_methods
from advisor.microbench.records import Route
from advisor.microbench.worker.environment import without_known_warnings
from advisor.microbench.worker.initialisation import start_learner
from advisor.microbench.worker.learner import Learner
from advisor.microbench.worker.loading import HEADS
from advisor.microbench.worker.memory import out_of_memory
from advisor.microbench.worker.workbench import Workbench
from advisor.support import AdvisorError
from advisor.tuning import TuningError
from advisor.tuning.prefix import PrefixForward


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
    base = workbench.model
    base.config.use_cache = False
    renew_heads(base, workbench.new)
    model = _wrapped(workbench, own)
    device = workbench.bench.device
    model.to(device).train()
    learner = Learner(
        model=model,
        base=base,
        forward=_behind_prefix(model, method) if own.prompts_layers else model,
        method=method,
        shift=workbench.bench.virtual_tokens if own.prompts_input else 0,
        heads=workbench.new,
        device=device,
    )
    start_learner(learner, workbench)
    return learner


def _behind_prefix(model: Any, method: str) -> PrefixForward:
    try:
        return PrefixForward(model)
    except TuningError as error:
        raise AdvisorError(
            f"{method} does not fit: {error}",
            where="transformers",
            hint="leave the method out of this comparison",
        ) from None


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


def _wrapped(workbench: Workbench, method: Method) -> Any:
    """The base model with the method's adapter, if it has one, with the recipe's settings."""
    base, bench = workbench.model, workbench.bench
    common: dict[str, Any] = {"task_type": _task_type(bench.task.route, bench.task.architecture)}
    heads = sorted({name.rsplit(".", 1)[0] for name in workbench.new})
    if bench.task.route is Route.HEAD:
        # peft adds the usual heads itself; a pooler without weights has to be trained as well.
        common["modules_to_save"] = [h for h in heads if h.split(".")[0] not in HEADS] or None
    settings = {**method.adapter_settings, "virtual_tokens": bench.virtual_tokens}
    try:
        with without_known_warnings():
            config = method.adapter.configure(base, settings, heads, **common)
            return base if config is None else peft.get_peft_model(base, config)
    except Exception as error:
        if out_of_memory(error):
            raise
        raise AdvisorError(
            f"{method.id} does not fit a model of type {base.config.model_type}: "
            f"{first_line(error)}",
            where="peft",
            hint="leave the method out of this comparison",
        ) from None


def _task_type(route: Route, architecture: str) -> str:
    if route is Route.HEAD:
        return "SEQ_CLS"
    return "SEQ_2_SEQ_LM" if architecture == "encoder_decoder" else "CAUSAL_LM"
