"""What is put on the model: keys and values before every layer."""

from collections.abc import Callable
from typing import Any

import peft

METHOD = "prefix_tuning"
FOUR_BITS = False
CHECKPOINTING = False
SHIFTS_INPUT = False


def configure(model: Any, settings: dict[str, Any], heads: list[str], **common: Any) -> Any:
    """The configuration of peft, which looks the sizes up under a few names only.

    Args:
        model: the base model.
        settings: ``virtual_tokens``.
        heads: not needed.
        common: the task's type and the like.
    """
    del heads
    config = model.config.get_text_config()
    layers, count = config.num_hidden_layers, config.num_attention_heads
    width = _first(config, "d_kv") or config.hidden_size // count
    if config.is_encoder_decoder:
        # The prefix stands in the decoder, whose heads may be narrower than the states.
        layers = _first(config, "num_decoder_layers", "decoder_layers")
        count = _first(config, "decoder_attention_heads", "num_heads")
    return peft.PrefixTuningConfig(
        **common,
        num_virtual_tokens=settings["virtual_tokens"],
        num_layers=layers,
        num_attention_heads=count,
        token_dim=width * count,
    )


def start(model: Any, ids: Any, cached: Callable[[Any], Any]) -> Any:
    """Where they start: the words' keys and values (V x layers * 2 * width).

    Args:
        model: not needed.
        ids: of the words (1 x V).
        cached: gives the keys and values of a text in the base model.
    """
    del model
    return cached(ids)


def _first(config: Any, *names: str) -> Any:
    return next((found for name in names if (found := getattr(config, name, None))), None)
