"""What has to be kept of a trained method for one task."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import peft

from advisor.microbench.worker.environment import without_known_warnings
from advisor.tuning.learner import Learner, save_learner


def artefact_bytes(learner: Learner) -> int:
    """Bytes of what answering needs beside the base model, or of the model if all was trained.

    P-tuning's encoder only matters in training: what it makes of the virtual tokens is kept.
    """
    if learner.model is learner.base:
        tensors = [*learner.base.parameters(), *learner.base.buffers()]
        return sum(t.numel() * t.element_size() for t in tensors)
    return sum(t.numel() * t.element_size() for t in adapter_state(learner.model).values())


def adapter_state(model: Any) -> Mapping[str, Any]:
    """The tensors that peft saves for an adapter."""
    # The word embeddings are never trained, and "auto" may look for their size on the network.
    state: Mapping[str, Any] = peft.get_peft_model_state_dict(model, save_embedding_layers=False)
    return state


def save_artefact(learner: Learner, tokenizer: Any, folder: Path) -> None:
    """Write it as safetensors, a model with its tokenizer, wherever it came from."""
    folder.mkdir(parents=True, exist_ok=True)
    with without_known_warnings():
        save_learner(learner, folder)
        if learner.model is learner.base:
            tokenizer.save_pretrained(folder)
