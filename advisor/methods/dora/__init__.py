"""DoRA: the low-rank updates of LoRA, and a trained magnitude that scales each output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from advisor.methods import lora

if TYPE_CHECKING:
    from advisor.estimate.settings import Settings
    from advisor.estimate.shape import ModelShape


def trained_parameters(shape: ModelShape, settings: Settings, family: Mapping[str, Any]) -> float:
    """Two thin matrices for each linear layer, and a magnitude for each of its outputs."""
    magnitudes = shape.layers * shape.sum_of(family["outputs"])
    return lora.trained_parameters(shape, settings, family) + magnitudes


stored_parameters = trained_parameters
