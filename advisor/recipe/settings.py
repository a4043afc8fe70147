"""The settings of a project, as its config.yaml holds them."""

from __future__ import annotations

from typing import Any

from advisor.catalogue.known import UnknownMethodError
from advisor.catalogue.tables import load_table
from advisor.microbench.preparing.table import preparation
from advisor.recipe.carrying import Carried
from advisor.recipe.choosing import Choice, projects
from advisor.recipe.fitting import Fitted

_VIRTUAL = ("prompt_tuning", "p_tuning", "prefix_tuning")
_LOW_RANK = ("lora", "qlora")
_WITHOUT = ("few_shot_prompting", "ia3", "full_fine_tuning")
"""Methods whose adapter, if any, has no settings."""


def project_settings(
    choice: Choice, carried: Carried, fitted: Fitted, model: str, data: dict[str, Any]
) -> dict[str, Any]:
    """All settings of a project.

    Args:
        choice: method and route.
        carried: rates, prompts and virtual tokens.
        fitted: the plan that fits the memory.
        model: folder or Hub id.
        data: the settings under ``data``.

    Raises:
        AdvisorError: if the method is not known here.
    """
    settings: dict[str, Any] = {
        "model": model,
        "method": choice.method.id,
        "task": {
            "type": choice.task,
            "route": choice.route,
            "metric": preparation()["metrics"][choice.task],
        },
        "data": data,
        "prompts": list(carried.prompts),
        "adapter": _adapter(choice, carried),
        "train": _answering(fitted)
        if not choice.method.trained
        else _training(choice, carried, fitted),
    }
    if choice.route == "words" and choice.task != "multiple_choice":
        # A head and written answers have the labels by their names, and choices by letters.
        settings["task"]["label_words"] = dict(carried.label_words)
    if not choice.method.trained:
        settings["few_shot"] = {"counts": list(projects()["few_shot_counts"])}
    return settings


def _adapter(choice: Choice, carried: Carried) -> dict[str, Any]:
    if choice.method.id in _VIRTUAL:
        return {"virtual_tokens": carried.virtual_tokens}
    if choice.method.id in _LOW_RANK:
        return {key: choice.method.recipe[key] for key in ("rank", "alpha", "dropout")}
    if choice.method.id in _WITHOUT:
        return {}
    raise UnknownMethodError(choice.method.id, "advisor/recipe/settings.py, _adapter")


def _answering(fitted: Fitted) -> dict[str, Any]:
    """What answering without training reads of the settings under ``train``."""
    return {
        "batch_size": fitted.settings.batch_size,
        "max_tokens": fitted.settings.sequence_length,
        "max_new_tokens": projects()["most_new_tokens"],
        "precision": fitted.settings.precision.value,
        "checkpointing": False,
    }


def _training(choice: Choice, carried: Carried, fitted: Fitted) -> dict[str, Any]:
    recipe, plan = choice.method.recipe, fitted.settings
    optimizer = projects()["optimizers"][plan.optimizer.value]
    if choice.method.id == "qlora":
        optimizer = "paged_adamw_8bit"
    return {
        "learning_rate": carried.learning_rate,
        "head_rate": carried.head_rate,
        "search": [list(pair) for pair in carried.search],
        "epochs": recipe["epochs"],
        "few_rows_steps": recipe["few_rows_steps"],
        "max_steps": None,
        "warmup_share": recipe["warmup_share"],
        "weight_decay": recipe["weight_decay"],
        "clip_norm": load_table("training.yaml")["clip_norm"],
        "looks": projects()["looks"],
        "patience": recipe["patience"],
        "seed": 0,
        "batch_size": plan.batch_size,
        "accumulation": plan.accumulation,
        "checkpointing": plan.checkpointing,
        "precision": plan.precision.value,
        "optimizer": optimizer,
        "max_tokens": plan.sequence_length,
        "max_new_tokens": projects()["most_new_tokens"],
    }
