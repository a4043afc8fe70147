"""QLoRA: the low-rank updates of LoRA, over a base in 4 bits."""

from advisor.methods.lora import stored_parameters, trained_parameters

__all__ = ["stored_parameters", "trained_parameters"]
