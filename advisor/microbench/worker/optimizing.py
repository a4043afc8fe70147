"""Groups of parameters with rates of their own, and how the rates change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from advisor.methods import Method
from advisor.microbench.records import Trial
from advisor.support import AdvisorError
from advisor.tuning.learner import Learner


class RecipeOptimizer:
    """AdamW over a learner's parameters, with the recipe's decay, warm-up and schedule.

    New heads have a rate of their own; biases and norms do not decay.
    """

    def __init__(self, learner: Learner, trial: Trial, method: Method) -> None:
        self._steps = trial.steps
        self._warmup = round(trial.steps * float(method.recipe["warmup_share"]))
        self._schedule = _schedule(method)
        groups = _groups(learner, trial, float(method.recipe["weight_decay"]))
        self._peaks = [group["lr"] for group in groups]
        self._adamw = torch.optim.AdamW(groups, fused=learner.device.type in ("cpu", "cuda"))
        self.groups = self._adamw.param_groups
        self.parameters = [p for group in groups for p in group["params"]]

    def step(self, done: int) -> None:
        """Apply the gradients at the rate that follows ``done`` steps, and drop them."""
        share = self._schedule(done, self._steps, self._warmup)
        for group, peak in zip(self.groups, self._peaks, strict=True):
            group["lr"] = peak * share
        self._adamw.step()
        self._adamw.zero_grad(set_to_none=True)

    @property
    def rate(self) -> float:
        """The rate of the last step, of all but a new head."""
        return float(self.groups[0]["lr"])


def linear_decay(done: int, steps: int, warmup: int) -> float:
    """The share of the peak rate: up over the warm-up, then down to nothing after the end."""
    if done < warmup:
        return (done + 1) / (warmup + 1)
    return (steps - done) / max(steps - warmup, 1)


def _schedule(method: Method) -> Callable[[int, int, int], float]:
    name = method.recipe["schedule"]
    if name != "linear decay":
        raise AdvisorError(
            f"no such schedule: {name!r}", where=f"advisor/methods/{method.id}/method.yaml"
        )
    return linear_decay


def _groups(learner: Learner, trial: Trial, decay: float) -> list[dict[str, Any]]:
    groups: dict[tuple[bool, bool], list[Any]] = {}
    for name, parameter in learner.trained().items():
        head = learner.is_head(name)
        plain = parameter.ndim < 2 or name.endswith("bias")  # noqa: PLR2004 - vectors
        groups.setdefault((head, plain), []).append(parameter)
    head_rate = trial.learning_rate if trial.head_rate is None else trial.head_rate
    return [
        {
            "params": parameters,
            "lr": head_rate if head else trial.learning_rate,
            "weight_decay": 0.0 if plain else decay,
        }
        for (head, plain), parameters in sorted(groups.items(), key=lambda item: item[0])
    ]
