"""A model with a method on it: how it is called, and which of its parameters are trained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Learner:
    """What is trained and asked.

    Attributes:
        model: the base model, or peft's wrapper around it.
        base: the base model itself, which carries the heads.
        forward: calls the model with padded inputs.
        method: its identifier; empty for a base model that nothing is done to.
        shift: positions that virtual tokens take before the input in the hidden states.
        heads: names of parameters, as the base model has them, that are new for the task.
        device: where it computes.
    """

    model: Any
    base: Any
    forward: Any
    method: str
    shift: int
    heads: frozenset[str]
    device: str

    def is_head(self, name: str) -> bool:
        """Whether a parameter of the model belongs to a new head; peft trains a copy of it."""
        return name in self.heads or ".modules_to_save." in name

    def trained(self) -> Iterator[tuple[str, Any]]:
        """Distinct parameters that are to be trained, by name."""
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                yield name, parameter


def frozen_learner(model: Any, device: str) -> Learner:
    """The base model as it is, to be asked without training."""
    model.to(device)
    return Learner(model, model, model, "", 0, frozenset(), device)
