"""Prompt tuning: vectors before the embedded input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.estimate import ModelShape, Settings


def trained_parameters(shape: ModelShape, settings: Settings, family: Mapping[str, Any]) -> float:
    """The vectors; those of an encoder-decoder stand before the encoder's input alone."""
    del family
    return settings.virtual_tokens * shape.width


stored_parameters = trained_parameters
