"""The method: a small adapter in the layers of a frozen model (LoRA, QLoRA or IA3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import peft
from models import HEADS, Tuned, load_base

METHODS = ("lora", "qlora", "ia3")


def wrap(settings: dict, task: Any, base: Tuned) -> Tuned:
    """The base model with a new adapter, which does nothing before it is trained."""
    del task  # only soft prompts start from its words
    _prepare(settings, base)
    try:
        model = peft.get_peft_model(base.model, _config(settings, base))
    except ValueError as error:  # peft does not know the layers of every model
        raise SystemExit(f"{settings['method']} cannot be put on this model: {error}") from None
    return Tuned(model, base.model, model, heads=base.heads)


def save(tuned: Tuned, folder: Path) -> None:
    """Write the adapter, and a new head if there is one, as safetensors."""
    tuned.model.save_pretrained(folder, save_embedding_layers=False)


def load(settings: dict, task: Any, folder: Path) -> Tuned:
    """The base model with the adapter that was saved."""
    base = load_base(settings, task.outputs)
    _prepare(settings, base)
    model = peft.PeftModel.from_pretrained(base.model, folder)
    return Tuned(model, base.model, model, heads=base.heads)


def _prepare(settings: dict, base: Tuned) -> None:
    """Keep in 32 bits what is not quantised, in training and in answering alike."""
    if settings["method"] == "qlora":
        # Where it is wanted, checkpointing is on already, and not of the kind that peft would take.
        peft.prepare_model_for_kbit_training(base.model, use_gradient_checkpointing=False)
    elif settings["method"] not in METHODS:
        raise SystemExit(f"method.py does not know the method {settings['method']!r}")


def _config(settings: dict, base: Tuned) -> Any:
    adapter = settings["adapter"]
    head = settings["task"]["route"] == "head"
    modules = sorted({name.rsplit(".", 1)[0] for name in base.heads})
    language = "SEQ_2_SEQ_LM" if base.model.config.is_encoder_decoder else "CAUSAL_LM"
    common: dict[str, Any] = {"task_type": "SEQ_CLS" if head else language}
    if head:
        # peft adds the usual heads itself; a pooler without weights has to be trained as well.
        common["modules_to_save"] = [m for m in modules if m.split(".")[0] not in HEADS]
    if settings["method"] == "ia3":
        return peft.IA3Config(**common)
    if settings["method"] not in ("lora", "qlora"):
        raise SystemExit(f"method.py has no configuration for the method {settings['method']!r}")
    return peft.LoraConfig(
        **common,
        r=adapter["rank"],
        lora_alpha=adapter["alpha"],
        lora_dropout=adapter["dropout"],
        target_modules="all-linear",
        # What is trained as a whole gets no low-rank update besides.
        exclude_modules=modules or None,
    )
