"""What is put on the model: vectors before the embedded input, which a small network makes."""

from typing import Any

import peft

METHOD = "p_tuning"
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
        # Rows for a decoder of its own would never get a gradient.
        common["num_transformer_submodules"] = 1
    # Some encoders embed their input in fewer dimensions.
    width = getattr(config, "embedding_size", None) or config.hidden_size
    return peft.PromptEncoderConfig(
        **common,
        num_virtual_tokens=settings["virtual_tokens"],
        num_layers=config.num_hidden_layers,
        num_attention_heads=config.num_attention_heads,
        token_dim=width,
        encoder_hidden_size=width,
    )


# The network keeps its own start.
start = None
