"""A linear layer over 4-bit weights, as bitsandbytes computes it."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name
from transformers.pytorch_utils import Conv1D

_BLOCK = 64
"""Weights that share one scale, which is 8 bits wide itself under double quantisation."""
_OUTER_BLOCK = 256
_HEADS = ("classifier", "score", "qa_outputs")
"""How the names of layers end that peft trains as a whole, so that they stay as they are."""


class Linear4bit(torch.nn.Linear):
    """A frozen linear layer whose weight is expanded to bfloat16 for each use and dropped again.

    Neither the expanded weight nor the input is kept for the backward pass: the input's gradient
    needs only the weight, which is expanded once more.
    """

    def __init__(self, source: torch.nn.Linear | Conv1D) -> None:
        torch.nn.Module.__init__(self)
        if isinstance(source, Conv1D):
            self.in_features, self.out_features = source.nx, source.nf
        else:
            self.in_features, self.out_features = source.in_features, source.out_features
        count = source.weight.numel()
        device = source.weight.device

        def frozen(size: int, dtype: torch.dtype) -> torch.nn.Parameter:
            empty = torch.empty(size, dtype=dtype, device=device)
            return torch.nn.Parameter(empty, requires_grad=False)

        self.packed = frozen(-(-count // 2), torch.uint8)
        scales = -(-count // _BLOCK)
        self.scales = frozen(scales, torch.uint8)
        self.outer_scales = frozen(-(-scales // _OUTER_BLOCK), torch.float32)
        self.bias = source.bias

    @property
    def weight(self) -> torch.Tensor:
        """The expanded weight's shape, which adapters ask for; it holds no memory."""
        shape = (self.out_features, self.in_features)
        return torch.empty((), device=self.packed.device, dtype=torch.bfloat16).expand(shape)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """The product with the expanded weight, in the input's format."""
        out: torch.Tensor = _Product.apply(input, self)
        if self.bias is not None:
            out = out + self.bias.to(out.dtype)
        # peft's adapter layer copies the result before it adds its own.
        return out.clone()


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, layer: Linear4bit) -> torch.Tensor:
        ctx.layer = layer
        return F.linear(x.to(torch.bfloat16), _expanded(layer)).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        product = gradient.to(torch.bfloat16) @ _expanded(ctx.layer)
        return product.to(gradient.dtype), None


def _expanded(layer: Linear4bit) -> torch.Tensor:
    return torch.empty(
        layer.out_features, layer.in_features, dtype=torch.bfloat16, device=layer.packed.device
    )


def quantise(model: torch.nn.Module, *, upcast: bool) -> None:
    """Put 4-bit layers in the place of all linear layers but the output head.

    Args:
        model: in 16 bits; it is changed in place.
        upcast: whether what is left is cast to 32 bits.
    """
    get_head = getattr(model, "get_output_embeddings", lambda: None)
    head = get_head()
    for path, module in list(model.named_modules()):
        if any(part.endswith(_HEADS) for part in path.split(".")):
            continue
        for name, child in list(module.named_children()):
            linear = isinstance(child, (torch.nn.Linear, Conv1D))
            if linear and child is not head and not name.endswith(_HEADS):
                setattr(module, name, Linear4bit(child))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
        if upcast and parameter.dtype in (torch.bfloat16, torch.float16):
            parameter.data = parameter.data.float()
