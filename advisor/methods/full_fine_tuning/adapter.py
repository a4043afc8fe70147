"""What is put on the model: nothing, all of its weights are trained."""

from typing import Any

METHOD = "full_fine_tuning"
FOUR_BITS = False
CHECKPOINTING = True


def configure(model: Any, settings: dict[str, Any], heads: list[str], **common: Any) -> None:
    """No configuration of peft."""
    del model, settings, heads, common
