"""The training loop that is traced and that the benchmarks run, with its optimizers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

from advisor.estimate.settings import Head, Kernels, Optimizer, Settings

_BLOCK = 256
"""Values that share one scale in bitsandbytes' 8-bit state."""
_SMALLEST_8BIT = 4096
"""Tensors of fewer values keep 32-bit state in bitsandbytes."""


def make_optimizer(
    choice: Optimizer, parameters: Iterable[torch.nn.Parameter], kernels: Kernels
) -> torch.optim.Optimizer:
    """The optimizer as it would run on the target device.

    Args:
        choice: which one.
        parameters: those that receive gradients.
        kernels: AdamW's default implementation is foreach on CUDA and one by one on a CPU.
    """
    trained = list(parameters)
    cuda = kernels is Kernels.CUDA
    if choice is Optimizer.ADAMW:
        return torch.optim.AdamW(trained, foreach=cuda)
    if choice is Optimizer.SGD:
        return torch.optim.SGD(trained, lr=1e-3, foreach=cuda)
    if choice is Optimizer.ADAFACTOR:
        from transformers import Adafactor

        fixed_rate: Any = {"scale_parameter": False, "relative_step": False, "lr": 1e-3}
        return Adafactor(trained, **fixed_rate)
    return _StateOnly(trained, eight_bits=choice is Optimizer.ADAMW_8BIT)


class _StateOnly(torch.optim.Optimizer):
    """An AdamW whose one fused kernel needs no temporaries: what counts is its state."""

    def __init__(self, parameters: list[torch.nn.Parameter], *, eight_bits: bool) -> None:
        super().__init__(parameters, {})
        self._eight_bits = eight_bits

    def step(self, closure: Callable[[], float] | None = None) -> None:
        """Make the state of tensors that have a gradient and update them in place."""
        del closure
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    if not self.state[parameter]:
                        self.state[parameter] = self._moments(parameter)
                    moments = self.state[parameter].values()
                    torch._foreach_add_([parameter.data, *moments], 0)

    def _moments(self, parameter: torch.Tensor) -> dict[str, torch.Tensor]:
        if not self._eight_bits:
            return {name: torch.zeros_like(parameter) for name in ("first", "second")}
        if parameter.numel() < _SMALLEST_8BIT:
            return {
                name: torch.zeros_like(parameter, dtype=torch.float32)
                for name in ("first", "second")
            }
        state = {}
        blocks = -(-parameter.numel() // _BLOCK)
        for name in ("first", "second"):
            state[name] = torch.zeros_like(parameter, dtype=torch.uint8)
            state[f"{name}_scales"] = parameter.new_zeros(blocks, dtype=torch.float32)
        return state


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
