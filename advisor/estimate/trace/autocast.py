"""Answers, for tensors without values, what a run would do with the values or the device.

torch's autocast has no entry for the meta device, so its effect is worked out here: which
functions compute in bfloat16 and which in 32 bits follows torch's autocast op reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.weak import WeakIdKeyDictionary

_LOWER = frozenset(
    {
        F.linear, F.conv1d, torch.conv1d, torch.matmul, torch.mm, torch.bmm, torch.addmm,
        torch.baddbmm, torch.einsum, torch.Tensor.matmul, torch.Tensor.__matmul__,
        torch.Tensor.mm, torch.Tensor.bmm, torch.Tensor.addmm, torch.Tensor.baddbmm,
    }
)  # fmt: skip
_32BIT_ON_CUDA = frozenset(
    {
        F.layer_norm, F.group_norm, F.softmax, F.log_softmax, F.softplus, F.mse_loss,
        F.cross_entropy, F.nll_loss,
        torch.softmax, torch.log_softmax, torch.pow, torch.rsqrt, torch.exp, torch.log,
        torch.cumsum, torch.sum, torch.norm, torch.Tensor.softmax, torch.Tensor.log_softmax,
        torch.Tensor.pow, torch.Tensor.__pow__, torch.Tensor.rsqrt, torch.Tensor.exp,
        torch.Tensor.log, torch.Tensor.cumsum, torch.Tensor.sum, torch.Tensor.norm,
    }
)  # fmt: skip
_32BIT_ON_CPU = frozenset({F.cross_entropy, F.nll_loss, F.mse_loss})


class StandIn(TorchFunctionMode):
    """Stands in for values and for autocast while a step is traced.

    Args:
        padded: what the model is told when it asks whether the mask is all ones.
        autocast: whether matrix products run in bfloat16 over 32-bit weights.
        cuda: whether the list of CUDA holds, which keeps norms and softmax in 32 bits.
    """

    def __init__(self, *, padded: bool, autocast: bool, cuda: bool) -> None:
        super().__init__()
        self._padded = padded
        self._autocast = autocast
        self._cuda = cuda
        self._keeps = True
        self._cast_weights: dict[int, torch.Tensor] = {}
        self._own = WeakIdKeyDictionary()

    def begin(self, phase: str) -> None:
        """Drop the bfloat16 copies of weights that autocast keeps during a forward pass.

        In the backward pass it is left and entered for each recomputed layer, so none are kept.
        """
        self._cast_weights.clear()
        self._keeps = phase == "forward"

    def lower(self, value: Any) -> Any:
        """The tensor as a matrix product sees it under autocast."""
        if not self._autocast or not isinstance(value, torch.Tensor):
            return value
        if value.dtype is not torch.float32:
            return value
        if not (self._keeps and value.is_leaf and value.requires_grad):
            return value.to(torch.bfloat16)
        key = id(value)
        if key not in self._cast_weights:
            self._cast_weights[key] = value.to(torch.bfloat16)
        return self._cast_weights[key]

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run one function, its tensors cast as autocast would."""
        del types
        kwargs = kwargs or {}
        if func is torch.Tensor.__bool__ and args[0].is_meta:
            return args[0] in self._own or not self._padded
        if func is torch.Tensor.backward:
            return self._backward(args[0])
        if self._autocast and func in _LOWER:
            return func(*tree_map(self.lower, args), **tree_map(self.lower, kwargs))
        if self._autocast and func in (_32BIT_ON_CUDA if self._cuda else _32BIT_ON_CPU):
            return func(*tree_map(_upper, args), **tree_map(_upper, kwargs))
        out = func(*args, **kwargs)
        if isinstance(out, torch.Tensor) and not out.requires_grad:
            self._remember_own(out, (args, kwargs))
        return out

    def _remember_own(self, out: torch.Tensor, inputs: Any) -> None:
        """Note a tensor that the model has made from nothing but numbers.

        A mask of its own is all ones and its positions are in order, whatever the batch holds.
        """
        if all(x in self._own for x in tree_leaves(inputs) if isinstance(x, torch.Tensor)):
            self._own[out] = True

    def _backward(self, loss: torch.Tensor) -> None:
        """Run the backward pass within this mode.

        torch leaves a function mode while it handles a function, and checkpointed layers, which
        are computed again in the backward pass, would go without.
        """
        engine = torch.autograd.Variable._execution_engine
        with self:
            engine.run_backward(
                (loss,),
                (torch.ones_like(loss),),
                keep_graph=False,
                create_graph=False,
                inputs=(),
                allow_unreachable=True,
                accumulate_grad=True,
            )


def _upper(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.dtype is torch.bfloat16:
        return value.float()
    return value
