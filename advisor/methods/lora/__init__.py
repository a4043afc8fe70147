"""LoRA: low-rank updates of all linear layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.estimate import ModelShape, Settings


def trained_parameters(shape: ModelShape, settings: Settings, family: Mapping[str, Any]) -> float:
    """Two thin matrices for each linear layer."""
    return settings.rank * shape.layers * shape.sum_of(family["adapted"])


stored_parameters = trained_parameters
