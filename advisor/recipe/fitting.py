"""Batch, accumulation, checkpointing, number format and optimizer that fit the memory."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advisor.catalogue.tables import Method
from advisor.estimate.plan import Planner
from advisor.estimate.settings import Head, Kernels, Precision, Settings
from advisor.estimate.target import target_of
from advisor.estimating import Wishes, common_settings, settings_for
from advisor.recipe.runs import Run
from advisor.support.errors import AdvisorError, ExitCode
from advisor.tracing import subject_of


@dataclass(frozen=True, slots=True)
class Fitted:
    """Settings, and a sentence on how they were found.

    Attributes:
        settings: of the run.
        basis: the memory they need and have, or why that is not known.
    """

    settings: Settings
    basis: str


def fit(run: Run, method: Method, route: str) -> Fitted:
    """The least altered settings that fit the memory of the run's device.

    What only answers is not planned: its batch is small, and its inputs are those of the data.

    Args:
        run: facts on the model and the device.
        method: the method.
        route: decides what stands on the model.

    Raises:
        AdvisorError: if nothing fits (exit code 4).
    """
    target = target_of(run.facts)
    if not method.trained:
        return Fitted(common_settings(Wishes(), run.facts, target), "Nothing is trained.")
    wishes = Wishes(batch_size=int(method.recipe["batch_size"]), quick=True)
    if route == "head":
        # A new head is trained in 32 bits, and with it the model is kept in them.
        mixed = target.kernels is Kernels.CUDA and method.id != "qlora"
        precision = Precision.BF16_MIXED if mixed else None
        wishes = replace(wishes, head=Head.CLASSIFICATION, precision=precision)
    asked = settings_for(method, wishes, common_settings(wishes, run.facts, target))
    if run.facts.value("model.parameters") is None:
        return Fitted(asked, "The model's size is not known, so memory was not looked at.")
    if target.free_gib is None:
        return Fitted(asked, "The free memory is not known, so it was not looked at.")
    subject = subject_of(run.request, run.facts, [], traced=False)
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
