"""Sums parameters over tensors: buffers left out, tied tensors counted once."""

from __future__ import annotations

import re

from advisor.profilers.model.safetensors_header import TensorInfo

# Tensors that older versions of transformers saved, although no training changes them.
_BUFFERS = re.compile(
    r"(^|\.)(position_ids|token_type_ids|inv_freq|original_inv_freq|masked_bias|final_logits_bias"
    r"|embed_scale|cos_cached|sin_cached|num_batches_tracked)\Z"
)
_CAUSAL_MASK = re.compile(r"(^|\.)(attn|attention)\.bias\Z")
_MASK_DIMENSIONS = 4
_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
_NEVER_WEIGHTS = frozenset({"I64", "U64", "BOOL"})
# Matrices that may be one and the same tensor under several names.
_TIED = re.compile(
    r"(^|\.)(lm_head|embed_out|generator_lm_head|vocab_projector|predictions\.decoder"
    r"|lm_head\.decoder|decoder|embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|shared)"
    r"\.weight\Z"
)
_TIED_BIAS = re.compile(r"(^|\.)(predictions|lm_head)(\.decoder)?\.bias\Z")
_SAMPLE_BYTES = 4096


def is_buffer(name: str, tensor: TensorInfo) -> bool:
    """Whether a tensor is no parameter: position numbers, masks, rotary frequencies."""
    mask = _CAUSAL_MASK.search(name) and len(tensor.shape) == _MASK_DIMENSIONS
    return bool(mask or _BUFFERS.search(name) or tensor.dtype in _NEVER_WEIGHTS)


def is_packed(tensors: dict[str, TensorInfo]) -> bool:
    """Whether weights are quantised, so that shapes no longer tell the number of parameters."""
    return any(
        tensor.dtype not in _FLOATS and not is_buffer(name, tensor)
        for name, tensor in tensors.items()
    )


def parameter_sum(tensors: dict[str, TensorInfo]) -> int:
    """Parameters of unpacked tensors.

    Output matrix and embedding are counted once if their types, shapes and sampled bytes agree;
    that is evidence from the weights themselves, which a configuration can only claim.
    """
    seen: dict[tuple[object, ...], bool] = {}
    total = 0
    for name, tensor in tensors.items():
        if is_buffer(name, tensor):
            continue
        if _TIED.search(name) or _TIED_BIAS.search(name):
            key = (tensor.dtype, tensor.shape, _sample(tensor))
            if key in seen:
                continue
            seen[key] = True
        total += tensor.elements
    return total


def _sample(tensor: TensorInfo) -> bytes:
    """Some bytes from the start, the middle and the end of a tensor."""
    places = (0, tensor.size // 2, max(0, tensor.size - _SAMPLE_BYTES))
    with tensor.path.open("rb") as stream:
        parts = []
        for place in places:
            stream.seek(tensor.start + place)
            parts.append(stream.read(min(_SAMPLE_BYTES, tensor.size - place)))
    return b"".join(parts)
