"""Small configurations of every architecture that is tested, and what a real run of one takes."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from advisor.estimate.settings import Head, Settings
from advisor.estimate.trace.building import build_model
from advisor.estimate.trace.loop import make_batch, training_steps

SIZES = {"hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 3, "vocab_size": 300}
GROUPED = {"num_attention_heads": 4, "num_key_value_heads": 2}
DECODERS: dict[str, dict[str, Any]] = {
    "gpt2": {"n_embd": 64, "n_head": 4, "n_layer": 3, "vocab_size": 300},
    "llama": {**SIZES, **GROUPED},
    "qwen2": {**SIZES, **GROUPED},
    "qwen3": {**SIZES, **GROUPED, "head_dim": 16},
    "mistral": {**SIZES, **GROUPED, "sliding_window": None},
    "gemma": {**SIZES, **GROUPED, "head_dim": 16},
    "phi": {**SIZES, "num_attention_heads": 4},
    "gpt_neox": {**SIZES, "num_attention_heads": 4},
}
ENCODERS: dict[str, dict[str, Any]] = {
    "bert": {**SIZES, "num_attention_heads": 4},
    "roberta": {**SIZES, "num_attention_heads": 4},
    "distilbert": {"dim": 64, "hidden_dim": 160, "n_layers": 3, "n_heads": 4, "vocab_size": 300},
}
ENCODER_DECODERS: dict[str, dict[str, Any]] = {
    "t5": {"d_model": 64, "d_kv": 16, "d_ff": 160, "num_layers": 3, "num_decoder_layers": 3,
           "num_heads": 4, "vocab_size": 300, "is_encoder_decoder": True},
    "bart": {"d_model": 64, "encoder_layers": 3, "decoder_layers": 3,
             "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 160,
             "decoder_ffn_dim": 160, "vocab_size": 300, "is_encoder_decoder": True},
}  # fmt: skip
MODELS = {**DECODERS, **ENCODERS, **ENCODER_DECODERS}


def raw(model: str, **changes: Any) -> dict[str, Any]:
    """The content of the model's config.json."""
    return {"model_type": model, **MODELS[model], **changes}


def head(model: str) -> Head:
    """The head that the architecture usually carries."""
    if model in ENCODERS:
        return Head.CLASSIFICATION
    return Head.SEQ2SEQ if model in ENCODER_DECODERS else Head.CAUSAL_LM


def measured_peak(config: dict[str, Any], method: str, settings: Settings) -> int:
    """Bytes at the highest point of a real run on the CPU, by torch's own memory events."""
    torch.manual_seed(0)
    model: Any = build_model(config, method, settings, device="cpu")
    batch = make_batch(settings, 300, "cpu")
    held = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes()
            for t in (*model.parameters(), *model.buffers(), *batch.values())}  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
            training_steps(model, settings, batch, lambda _: None)
        events = [
            (event.start_ns(), event.nbytes())
            for event in profiler.profiler.kineto_results.events()
            if event.name() == "[memory]"
        ]
    total = peak = 0
    for _, size in sorted(events, key=lambda event: event[0]):
        total += size
        peak = max(peak, total)
    return sum(held.values()) + peak
