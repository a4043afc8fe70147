"""Builds small model files for the tests, byte by byte."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import pytest

from advisor.profilers.model import profile_model
from advisor.support.errors import AdvisorError

EXAMPLES = Path(__file__).parents[2] / "examples" / "models"
TINY_LLAMA = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "vocab_size": 97,
    "hidden_size": 24,
    "intermediate_size": 40,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 3,
    "max_position_embeddings": 19,
}
TINY_LLAMA_PARAMETERS = 18648
_BYTES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "U8": 1, "BOOL": 1}


def facts(spec, **options):
    """Facts by the last part of their keys."""
    return {fact.key.removeprefix("model."): fact for fact in profile_model(str(spec), **options)}


def refuse(spec, match, **options):
    """Profile something bad; return the error, which must be clear and carry a place."""
    with pytest.raises(AdvisorError, match=match) as caught:
        profile_model(str(spec), **options)
    assert caught.value.where
    assert caught.value.hint
    assert all(character.isprintable() for character in caught.value.message + caught.value.where)
    return caught.value


def write_config(folder, config, name="config.json"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
    return path


def safetensors_bytes(tensors, *, metadata=None):
    """A safetensors file; each tensor is (dtype, shape) or (dtype, shape, data)."""
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for index, (name, (dtype, shape, *given)) in enumerate(tensors.items()):
        size = math.prod(shape) * _BYTES[dtype]
        # Tensors differ from each other unless a test says otherwise.
        content = given[0] if given else (bytes([index + 1]) * size)
        header[name] = {
            "dtype": dtype,
            "shape": list(shape),
            "data_offsets": [len(data), len(data) + size],
        }
        data += content
    return with_header(json.dumps(header).encode(), data)


def with_header(header, data=b""):
    return struct.pack("<Q", len(header)) + header + data


def text(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(raw)) + raw


def pair(key, kind, value):
    """One key-value pair of a GGUF header; lists of texts become arrays."""
    body = text(key) + struct.pack("<I", kind)
    if kind == 8:
        return body + text(value)
    if kind == 9:
        return body + struct.pack("<IQ", 8, len(value)) + b"".join(text(item) for item in value)
    return body + struct.pack({4: "<I", 5: "<i", 6: "<f", 7: "<B", 10: "<Q"}[kind], value)


def gguf_bytes(pairs, tensors, *, version=3, counts=None, data=None):
    """A GGUF file of F32 tensors, given as name -> shape with the innermost dimension first."""
    tensor_count, pair_count = counts or (len(tensors), len(pairs))
    header = b"GGUF" + struct.pack("<IQQ", version, tensor_count, pair_count) + b"".join(pairs)
    offset = 0
    for name, shape in tensors.items():
        header += text(name) + struct.pack("<I", len(shape))
        header += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", 0, offset)
        offset += -(-math.prod(shape) * 4 // 32) * 32
    header += b"\0" * (-len(header) % 32)
    return header + (b"\1" * offset if data is None else data)


LLAMA_PAIRS = [
    pair("general.architecture", 8, "llama"),
    pair("general.name", 8, "Tiny"),
    pair("general.license", 8, "apache-2.0"),
    pair("llama.context_length", 4, 128),
    pair("llama.embedding_length", 4, 16),
    pair("llama.block_count", 4, 2),
    pair("tokenizer.ggml.tokens", 9, [f"t{i}" for i in range(90)]),
]
LLAMA_TENSORS = {
    "token_embd.weight": (16, 90),
    "blk.0.ffn_up.weight": (16, 40),
    "rope_freqs.weight": (8,),
    "output_norm.weight": (16,),
}
LLAMA_PARAMETERS = 16 * 90 + 16 * 40 + 16
