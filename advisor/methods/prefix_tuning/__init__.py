"""Prefix tuning: keys and values before every layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.estimate import ModelShape, Settings


def trained_parameters(shape: ModelShape, settings: Settings, family: Mapping[str, Any]) -> float:
    """A key and a value for each layer and virtual token."""
    del family
    return settings.virtual_tokens * shape.layers * 2.0 * shape.key_value


stored_parameters = trained_parameters
