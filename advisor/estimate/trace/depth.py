"""Shallow copies of a configuration, from which a trace is extended to the full depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ENCODER = ("encoder_layers", "num_layers", "num_hidden_layers", "n_layer", "n_layers")
_DECODER = ("decoder_layers", "num_decoder_layers")
_LONGEST_PERIOD = 8


def layer_keys(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that say how many layers there are: one, or encoder's and decoder's."""
    found = [next((key for key in _ENCODER if key in raw), None)]
    if raw.get("is_encoder_decoder"):
        found.append(next((key for key in _DECODER if key in raw), None))
    return tuple(key for key in found if key is not None)


def layer_period(raw: Mapping[str, Any]) -> int:
    """After how many layers the kinds of layers repeat; 1 where all are alike."""
    kinds = raw.get("layer_types")
    if not isinstance(kinds, list) or len(set(map(str, kinds))) <= 1:
        return 1
    for period in range(2, _LONGEST_PERIOD + 1):
        if all(kind == kinds[index % period] for index, kind in enumerate(kinds)):
            return period
    return len(kinds)


def with_layers(raw: Mapping[str, Any], layers: Mapping[str, int]) -> dict[str, Any]:
    """The configuration with other numbers of layers, lists of one entry a layer cut to fit."""
    changed = {**raw, **layers}
    for key, count in layers.items():
        full = raw[key]
        for name, value in raw.items():
            if isinstance(value, list) and len(value) == full and full > count:
                changed[name] = value[:count]
    return changed
