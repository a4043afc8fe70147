"""What is put on the model: nothing, the examples stand in its input."""

from typing import Any

METHOD = "few_shot_prompting"
FOUR_BITS = False
CHECKPOINTING = True


def configure(model: Any, settings: dict[str, Any], heads: list[str], **common: Any) -> None:
    """No configuration of peft."""
    del model, settings, heads, common
