"""The settings of a project as its config.yaml holds them, and the plan that fits the memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from advisor.catalogue import preparation, training
from advisor.estimate import (
    Head,
    Kernels,
    Planner,
    Precision,
    Settings,
    Subject,
    Wishes,
    common_settings,
    settings_for,
    target_of,
)
from advisor.methods import Method
from advisor.recipe.choosing import Choice, EarlierRun, projects
from advisor.recipe.from_confirmation import Carried
from advisor.support import AdvisorError, ExitCode


@dataclass(frozen=True, slots=True)
class Fitted:
    """Settings, and a sentence on how they were found.

    Attributes:
        settings: of the run.
        basis: the memory they need and have, or why that is not known.
    """

    settings: Settings
    basis: str


def fit(run: EarlierRun, method: Method, route: str, subject_of: Callable[[], Subject]) -> Fitted:
    """The least altered settings that fit the memory of the run's device.

    What only answers is not planned: its batch is small, and its inputs are those of the data.

    Args:
        run: facts on the model and the device.
        method: the method.
        route: decides what stands on the model.
        subject_of: gives the model that is to be trained; called where its size is known.

    Raises:
        AdvisorError: if nothing fits (exit code 4).
    """
    target = target_of(run.facts)
    if not method.trained:
        return Fitted(common_settings(Wishes(), run.facts, target), "Nothing is trained.")
    wishes = Wishes(batch_size=int(method.recipe["batch_size"]), quick=True)
    if route == "head":
        # A new head is trained in 32 bits, and with it the model is kept in them.
        mixed = target.kernels is Kernels.CUDA and not method.quantised_base
        precision = Precision.BF16_MIXED if mixed else None
        wishes = replace(wishes, head=Head.CLASSIFICATION, precision=precision)
    asked = settings_for(method, wishes, common_settings(wishes, run.facts, target))
    if run.facts.value("model.parameters") is None:
        return Fitted(asked, "The model's size is not known, so memory was not looked at.")
    if target.free_gib is None:
        return Fitted(asked, "The free memory is not known, so it was not looked at.")
    subject = subject_of()
    plan = Planner(subject, method, target, None).best(asked)
    if plan is None:
        raise AdvisorError(
            f"{method.name} does not fit into the {target.free_gib:.1f} GiB of {target.name}, "
            "whatever batch, checkpointing, format and optimizer are taken",
            where=f"--method {method.id}",
            hint="name a method that needs less (advisor estimate lists all), a smaller model, or "
            "a larger device",
            exit_code=ExitCode.INFEASIBLE,
        )
    changed = f" Altered to fit: {plan.change}." if plan.change else ""
    return Fitted(
        plan.settings,
        f"Needs {plan.need.allocated:.1f} GiB by closed form, at most {plan.need.high:.1f}; "
        f"{target.free_gib:.1f} GiB are free on {target.name}.{changed}",
    )


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

    """
    settings: dict[str, Any] = {
        "model": model,
        "method": choice.method.id,
        "task": {
            "type": choice.task,
            "route": choice.route,
            "metric": preparation().metrics[choice.task],
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
    found = choice.method.adapter_settings
    if "virtual_tokens" in found:
        found["virtual_tokens"] = carried.virtual_tokens
    return found


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
    optimizer = choice.method.optimizer_name or projects()["optimizers"][plan.optimizer.value]
    return {
        "learning_rate": carried.learning_rate,
        "head_rate": carried.head_rate,
        "search": [list(pair) for pair in carried.search],
        "epochs": recipe["epochs"],
        "few_rows_steps": recipe["few_rows_steps"],
        "max_steps": None,
        "warmup_share": recipe["warmup_share"],
        "weight_decay": recipe["weight_decay"],
        "clip_norm": training().clip_norm,
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
