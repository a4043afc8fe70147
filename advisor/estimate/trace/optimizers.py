"""The optimizers, for tensors without values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

from advisor.estimate.settings import Kernels, Optimizer

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
