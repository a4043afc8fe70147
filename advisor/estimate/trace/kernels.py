"""The attention and dropout kernels that the target device would choose.

On the meta device torch falls back to the plainest kernel, which stores far more than a fused one.
The choice below follows torch's dispatch for CUDA and CPU as of torch 2.13; benchmarks/memory
compares the CPU side with real runs, and cuda_check.py the other one where there is a device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name

from advisor.estimate.settings import Kernels

_aten = torch.ops.aten
_FLASH_HEAD = 256
"""The widest attention head of the flash kernel."""


@contextmanager
def target_kernels(target: Kernels, cast: Callable[[Any], Any]) -> Iterator[None]:
    """Run attention and dropout as the target would.

    The functions are replaced where modules look them up, since a torch function mode would not
    be there when a checkpointed layer is computed again.

    Args:
        target: whose kernels to use.
        cast: what autocast does to the inputs of attention.
    """

    def attention(  # noqa: PLR0913, PLR0917 - torch's signature
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attn_mask: torch.Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> torch.Tensor:
        query, key, value = cast(query), cast(key), cast(value)
        mask = _as_bias(attn_mask, query)
        choose = _on_cuda if target is Kernels.CUDA else _on_cpu
        return choose(query, key, value, mask, dropout_p, is_causal, scale, enable_gqa)

    old_attention, old_dropout = F.scaled_dot_product_attention, F.dropout
    F.scaled_dot_product_attention = attention
    if target is Kernels.CUDA:
        F.dropout = _fused_dropout
    try:
        yield
    finally:
        F.scaled_dot_product_attention, F.dropout = old_attention, old_dropout


def _as_bias(mask: torch.Tensor | None, query: torch.Tensor) -> torch.Tensor | None:
    """The mask as the kernels take it: a boolean one becomes zeros and minus infinities."""
    if mask is None or mask.dtype is not torch.bool:
        return mask
    zero = torch.zeros((), dtype=query.dtype, device=mask.device)
    return torch.where(mask.logical_not(), float("-inf"), zero)


def _on_cuda(  # noqa: PLR0913, PLR0917 - torch's signature
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    dropout: float,
    causal: bool,
    scale: float | None,
    grouped: bool,
) -> torch.Tensor:
    half = query.dtype in (torch.float16, torch.bfloat16)
    if half and mask is None and query.shape[-1] <= _FLASH_HEAD:
        width = query.shape[-1]
        scale = scale or width**-0.5
        query, key, value = (_padded_to(tensor, 8) for tensor in (query, key, value))
        out = _aten._scaled_dot_product_flash_attention(
            query, key, value, dropout, causal, False, scale=scale
        )[0]
        return out[..., :width]
    if grouped:
        return _math(query, key, value, mask, dropout, causal, scale, grouped)
    bias = None if mask is None else mask.expand(*query.shape[:3], key.shape[2])
    out = _aten._scaled_dot_product_efficient_attention(
        query, key, value, bias, query.requires_grad, dropout, causal, scale=scale
    )
    return out[0]


def _on_cpu(  # noqa: PLR0913, PLR0917 - torch's signature
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    dropout: float,
    causal: bool,
    scale: float | None,
    grouped: bool,
) -> torch.Tensor:
    if dropout or (mask is not None and mask.requires_grad):
        return _math(query, key, value, mask, dropout, causal, scale, grouped)
    out = _aten._scaled_dot_product_flash_attention_for_cpu(
        query, key, value, dropout, causal, attn_mask=mask, scale=scale
    )
    return out[0]


def _math(  # noqa: PLR0913, PLR0917 - torch's signature
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    dropout: float,
    causal: bool,
    scale: float | None,
    grouped: bool,
) -> torch.Tensor:
    out = _aten._scaled_dot_product_attention_math(
        query, key, value, mask, dropout, causal, None, scale=scale, enable_gqa=grouped
    )
    return out[0]


def _padded_to(tensor: torch.Tensor, multiple: int) -> torch.Tensor:
    missing = -tensor.shape[-1] % multiple
    return F.pad(tensor, (0, missing)) if missing else tensor


def _fused_dropout(
    input: torch.Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
) -> torch.Tensor:
    """CUDA's dropout, which keeps one byte an element instead of a whole number."""
    del inplace
    if not training or p == 0:
        return input
    return torch.native_dropout(input, p, True)[0]
