"""How many parameters each method trains, and how much it stores for each task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.catalogue import closed_form
from advisor.estimate.settings import Settings
from advisor.estimate.shape import ModelShape
from advisor.methods import load_methods


def trained_parameters(method: str, shape: ModelShape, settings: Settings) -> float:
    """Parameters that receive gradients."""
    sizes = load_methods()[method].sizes
    return sizes.trained_parameters(shape, settings, _family(shape))


def stored_bytes(method: str, shape: ModelShape, settings: Settings) -> float:
    """Bytes stored for one task, the shared base left out."""
    own = load_methods()[method]
    return own.sizes.stored_parameters(shape, settings, _family(shape)) * own.stored_bytes


def _family(shape: ModelShape) -> Mapping[str, Any]:
    row: Mapping[str, Any] = closed_form()["families"][shape.family]
    return row
