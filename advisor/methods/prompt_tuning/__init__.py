"""Prompt tuning: vectors before the embedded input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.estimate.settings import Settings
    from advisor.estimate.shape import ModelShape


def trained_parameters(shape: ModelShape, settings: Settings, family: Mapping[str, Any]) -> float:
    """The vectors; peft puts as many before the input of a decoder of its own."""
    del family
    stacks = 2.0 if shape.encoder_decoder else 1.0
    return settings.virtual_tokens * shape.width * stacks


stored_parameters = trained_parameters
