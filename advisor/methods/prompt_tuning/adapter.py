"""What is put on the model: vectors before the embedded input."""

from collections.abc import Callable
from typing import Any

import peft

METHOD = "prompt_tuning"
FOUR_BITS = False
CHECKPOINTING = True
SHIFTS_INPUT = True


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
    if config.is_encoder_decoder:
        # The prompt stands before the encoder's input alone; peft's second one, for the decoder,
        # would never get a gradient.
        common["num_transformer_submodules"] = 1
    # Some encoders embed their input in fewer dimensions.
    width = getattr(config, "embedding_size", None) or config.hidden_size
    return peft.PromptTuningConfig(
        **common,
        num_virtual_tokens=settings["virtual_tokens"],
        num_layers=config.num_hidden_layers,
        num_attention_heads=config.num_attention_heads,
        token_dim=width,
    )


def start(model: Any, ids: Any, cached: Callable[[Any], Any]) -> Any:
    """Where the vectors start: the words' embeddings (V x W).

    Args:
        model: peft's, around the base model.
        ids: of the words (1 x V).
        cached: gives the keys and values of a text in the base model.
    """
    del cached
    return model.word_embeddings(ids)[0]
