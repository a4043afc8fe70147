"""What has to be kept of a trained method for one task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import peft

from advisor.microbench.worker.learner import Learner


def artefact_bytes(learner: Learner) -> int:
    """Bytes of what answering needs beside the base model, or of the model if all was trained.

    P-tuning's encoder only matters in training: what it makes of the virtual tokens is kept.
    """
    if learner.method == "full_fine_tuning":
        tensors = [*learner.base.parameters(), *learner.base.buffers()]
        return sum(t.numel() * t.element_size() for t in tensors)
    return sum(t.numel() * t.element_size() for t in adapter_state(learner.model).values())


def adapter_state(model: Any) -> Mapping[str, Any]:
    """The tensors that peft saves for an adapter."""
    # The word embeddings are never trained, and "auto" may look for their size on the network.
    state: Mapping[str, Any] = peft.get_peft_model_state_dict(model, save_embedding_layers=False)
    return state
