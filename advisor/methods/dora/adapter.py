"""What is put on the model: low-rank updates of linear layers, and a magnitude of each output."""

from typing import Any

import peft

METHOD = "dora"
FOUR_BITS = False
CHECKPOINTING = True


def configure(model: Any, settings: dict[str, Any], heads: list[str], **common: Any) -> Any:
    """The configuration of peft.

    Args:
        model: the base model.
        settings: ``rank``, ``alpha`` and ``dropout``; ``targets`` instead of all linear layers.
        heads: modules that are trained as a whole, and so get no low-rank update besides.
        common: the task's type and the like.
    """
    del model
    return peft.LoraConfig(
        **common,
        use_dora=True,
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        lora_dropout=settings["dropout"],
        target_modules=settings.get("targets") or "all-linear",
        exclude_modules=heads or None,
    )
