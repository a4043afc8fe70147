"""What is put on the model: a vector that scales keys, values and inner activations."""

from typing import Any

import peft

METHOD = "ia3"
FOUR_BITS = False
CHECKPOINTING = True


def configure(model: Any, settings: dict[str, Any], heads: list[str], **common: Any) -> Any:
    """The configuration of peft, which knows the layers to scale by the model's type.

    Args:
        model: not needed.
        settings: there are none.
        heads: not needed.
        common: the task's type and the like.
    """
    del model, settings, heads
    return peft.IA3Config(**common)
