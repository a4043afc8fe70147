"""Put a method on the base model."""

from __future__ import annotations

import random
from typing import Any

import peft
import torch

from advisor.catalogue.known import UnknownMethodError
from advisor.catalogue.settings import training
from advisor.catalogue.tables import load_methods
from advisor.estimate.trace.building import first_line, virtual_config
from advisor.microbench.records import METHODS, Route
from advisor.microbench.worker.environment import without_known_warnings
from advisor.microbench.worker.initialisation import start_from_words
from advisor.microbench.worker.learner import Learner
from advisor.microbench.worker.loading import HEADS
from advisor.microbench.worker.memory import out_of_memory
from advisor.microbench.worker.workbench import Workbench
from advisor.support.errors import AdvisorError
from advisor.tuning import TuningError
from advisor.tuning.prefix import PrefixForward

VIRTUAL = ("prompt_tuning", "p_tuning", "prefix_tuning")
# Their virtual tokens stand before the embedded input; those of prefix tuning are keys and values.
_LENGTHENING = ("prompt_tuning", "p_tuning")


def equip(workbench: Workbench, method: str, seed: int) -> Learner:
    """The base model with the method on it, in training mode; the workbench is spoilt by this.

    Args:
        workbench: whose base model is taken.
        method: its identifier.
        seed: of the new head, the adapter and everything random that follows.

    Raises:
        AdvisorError: if the method does not exist here or does not fit the model.
    """
    if method not in METHODS:
        raise UnknownMethodError(method, "advisor/microbench/spec/trial.py, METHODS")
    random.seed(seed)
    torch.manual_seed(seed)
    base = workbench.model
    base.config.use_cache = False
    renew_heads(base, workbench.new)
    model = base if method == "full_fine_tuning" else _wrapped(workbench, method)
    device = workbench.bench.device
    model.to(device).train()
    learner = Learner(
        model=model,
        base=base,
        forward=_forward(model, method),
        method=method,
        shift=workbench.bench.virtual_tokens if method in _LENGTHENING else 0,
        heads=workbench.new,
        device=device,
    )
    start_from_words(learner, workbench)
    return learner


def _forward(model: Any, method: str) -> Any:
    if method != "prefix_tuning":
        return model
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


def _wrapped(workbench: Workbench, method: str) -> Any:
    base = workbench.model
    try:
        with without_known_warnings():
            return peft.get_peft_model(base, _config(workbench, method))
    except AdvisorError:
        raise
    except Exception as error:
        if out_of_memory(error):
            raise
        raise AdvisorError(
            f"{method} does not fit a model of type {base.config.model_type}: {first_line(error)}",
            where="peft",
            hint="leave the method out of this comparison",
        ) from None


def _config(workbench: Workbench, method: str) -> Any:
    """The configuration of an adapter or a soft prompt, with the recipe's settings."""
    route, architecture = workbench.bench.task.route, workbench.bench.task.architecture
    common: dict[str, Any] = {"task_type": _task_type(route, architecture)}
    heads = sorted({name.rsplit(".", 1)[0] for name in workbench.new})
    if route is Route.HEAD:
        # peft adds the usual heads itself; a pooler without weights has to be trained as well.
        common["modules_to_save"] = [h for h in heads if h.split(".")[0] not in HEADS] or None
    if method in VIRTUAL:
        # The rows for a decoder of its own would never get a gradient, except in prefix tuning.
        if architecture == "encoder_decoder" and method in _LENGTHENING:
            common["num_transformer_submodules"] = 1
        config = workbench.model.config.get_text_config()
        return virtual_config(config, method, common, workbench.bench.virtual_tokens)
    if method == "ia3":
        return peft.IA3Config(**common)
    if method != "lora":
        raise UnknownMethodError(method, "advisor/microbench/worker/methods.py, _config")
    recipe = load_methods()["lora"].recipe
    return peft.LoraConfig(
        **common,
        r=recipe["rank"],
        lora_alpha=recipe["alpha"],
        lora_dropout=recipe["dropout"],
        target_modules="all-linear",
        # What is trained as a whole gets no low-rank update besides.
        exclude_modules=heads or None,
    )


def _task_type(route: Route, architecture: str) -> str:
    if route is Route.HEAD:
        return "SEQ_CLS"
    return "SEQ_2_SEQ_LM" if architecture == "encoder_decoder" else "CAUSAL_LM"
