"""The training loop that is traced, and that the benchmarks run for real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from advisor.estimate.settings import Head, Settings
from advisor.estimate.trace.optimizers import make_optimizer

STEPS = 2
"""The first step makes the optimizer's state; from the second on all steps are alike."""
_CLIP = 1.0


def make_batch(settings: Settings, vocabulary: int, device: str) -> dict[str, torch.Tensor]:
    """One batch of token numbers, mask and labels.

    Args:
        settings: sizes and head.
        vocabulary: token numbers stay below it.
        device: ``meta`` or a real one.
    """
    shape = (settings.batch_size, settings.sequence_length)
    target = (settings.batch_size, settings.output_length)
    ids = torch.randint(1, max(vocabulary, 2), shape, device=device)
    if settings.head is Head.CLASSIFICATION:
        labels = torch.randint(0, settings.labels, shape[:1], device=device)
    elif settings.head is Head.SEQ2SEQ:
        labels = torch.randint(1, max(vocabulary, 2), target, device=device)
    else:
        labels = ids.clone()
    mask = torch.ones(shape, dtype=torch.long, device=device)
    if settings.padded and device != "meta":
        mask[:, : settings.sequence_length // 4] = 0
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def training_steps(
    model: Any,
    settings: Settings,
    batch: dict[str, torch.Tensor],
    begin: Callable[[str], None],
) -> torch.optim.Optimizer:
    """Run two optimizer steps as Hugging Face's Trainer does.

    More than two accumulated batches need no more than two, so no more are run.

    Args:
        model: in training mode.
        settings: accumulation, optimizer, and what the loop keeps.
        batch: what the model is called with.
        begin: told the name of each phase as it starts.

    Returns:
        The optimizer, with its state.
    """
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = make_optimizer(settings.optimizer, trained, settings.kernels)
    for _ in range(STEPS):
        for _ in range(micro_batches(settings)):
            begin("forward")
            outputs = model(**batch)
            loss = outputs["loss"]
            if not settings.outputs_kept:
                del outputs
            begin("backward")
            loss.backward()
            del loss
        begin("clip")
        torch.nn.utils.clip_grad_norm_(trained, _CLIP)
        begin("optimizer")
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return optimizer


def micro_batches(settings: Settings) -> int:
    """How many batches are run for each optimizer step."""
    return min(settings.accumulation, 2)
