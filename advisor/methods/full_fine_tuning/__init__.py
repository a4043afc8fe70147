"""Full fine-tuning: all weights are trained, and a copy is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.estimate import ModelShape, Settings


def trained_parameters(shape: ModelShape, settings: Settings, family: Mapping[str, Any]) -> float:
    """All of them."""
    del settings, family
    return shape.parameters


stored_parameters = trained_parameters
