"""How many positions a model has."""

from __future__ import annotations

from typing import Any


def positions_of(model: Any) -> int | None:
    """The longest sequence that the model can read; None where nothing limits it.

    RoBERTa and its kin keep the first rows of their table for padding, which config.json counts.
    """
    limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if not isinstance(limit, int) or limit <= 0:
        return None
    for name, module in model.named_modules():
        if (
            name.endswith("position_embeddings")
            and getattr(module, "padding_idx", None) is not None
        ):
            return int(module.num_embeddings) - int(module.padding_idx) - 1
    return limit
