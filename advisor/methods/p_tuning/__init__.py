"""P-tuning: vectors before the embedded input, which a small network makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from advisor.methods import prompt_tuning

if TYPE_CHECKING:
    from advisor.estimate import ModelShape, Settings


_MATRICES = 3


def trained_parameters(shape: ModelShape, settings: Settings, family: Mapping[str, Any]) -> float:
    """The vectors and the network, whose hidden size is the model's."""
    network = _MATRICES * (shape.width**2 + shape.width)
    return stored_parameters(shape, settings, family) + network


def stored_parameters(shape: ModelShape, settings: Settings, family: Mapping[str, Any]) -> float:
    """The vectors that the network has made; it is not needed after training."""
    return prompt_tuning.trained_parameters(shape, settings, family)
