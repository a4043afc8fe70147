"""A few layers extended to many are what many layers are."""

from __future__ import annotations

import itertools

import pytest
from tiny_models import head, raw

from advisor.estimate.settings import Kernels, Optimizer, Precision, Settings
from advisor.estimate.trace.extrapolation import trace
from advisor.estimate.trace.step import trace_step
from advisor.support.errors import AdvisorError

DEPTHS = {
    "llama": ("num_hidden_layers",),
    "bert": ("num_hidden_layers",),
    "t5": ("num_layers", "num_decoder_layers"),
}
RUNS = {
    "plain": {},
    "checkpointed": {"checkpointing": True, "optimizer": Optimizer.ADAMW_FUSED},
    "mixed": {"precision": Precision.BF16_MIXED, "accumulation": 2},
    "cpu": {"precision": Precision.FP32, "kernels": Kernels.CPU},
}
METHODS = ("full_fine_tuning", "lora", "prompt_tuning")
EVERY = list(itertools.product(DEPTHS, METHODS, RUNS))
FIRST = [
    (model, METHODS[(row + column) % len(METHODS)], run)
    for row, model in enumerate(DEPTHS)
    for column, run in enumerate(RUNS)
]
"""Every run with every model and with every method; all three at once are for `make slow`."""


@pytest.mark.cases
@pytest.mark.parametrize(
    ("model", "method", "run"),
    [case if case in FIRST else pytest.param(*case, marks=pytest.mark.slow) for case in EVERY],
)
def test_memory_and_operations_are_those_of_the_full_depth(model, method, run, many):
    settings = Settings(2, 64, head=head(model), **RUNS[run])
    config = raw(model, **dict.fromkeys(DEPTHS[model], 9 if many else 5))
    exact, found = trace_step(config, method, settings).profile, trace(config, method, settings)
    for phase, peak in exact.peaks.items():
        assert found.peaks[phase].total == pytest.approx(peak.total, rel=1e-3), phase
    for phase, work in exact.work.items():
        assert found.work[phase].flops == pytest.approx(work.flops, rel=1e-3), phase
    assert found.parameters == exact.parameters
    assert found.resting == pytest.approx(exact.resting, rel=1e-3)
    if exact.reserved is None:
        assert found.reserved is None
    else:
        assert found.reserved == pytest.approx(exact.reserved, rel=0.02)


def test_encoder_and_decoder_of_different_depth_are_varied_apart():
    config = raw("t5", num_layers=5, num_decoder_layers=8)
    settings = Settings(2, 48, head=head("t5"))
    exact = trace_step(config, "lora", settings).profile
    assert trace(config, "lora", settings).peak.total == pytest.approx(exact.peak.total, rel=0.01)


def test_a_single_layer_needs_no_extension():
    config = raw("llama", num_hidden_layers=1)
    settings = Settings(1, 16)
    exact = trace_step(config, "lora", settings).profile
    assert trace(config, "lora", settings).peak == exact.peak


def test_prefix_tuning_cannot_be_checkpointed():
    with pytest.raises(AdvisorError, match="cannot be combined with gradient checkpointing"):
        trace(raw("llama"), "prefix_tuning", Settings(1, 16, checkpointing=True))


def test_an_unknown_model_type_is_named():
    with pytest.raises(AdvisorError, match="no model type 'nosuch'"):
        trace({"model_type": "nosuch"}, "lora", Settings(1, 16))


def test_a_model_without_cached_keys_cannot_be_prefix_tuned():
    with pytest.raises(AdvisorError, match="past key values"):
        trace(raw("distilbert"), "prefix_tuning", Settings(1, 16, head=head("distilbert")))


def test_values_that_transformers_refuses_are_its_own_words():
    with pytest.raises(AdvisorError, match=r"transformers refuses|cannot be built"):
        trace(raw("llama", num_attention_heads=7), "lora", Settings(1, 16))
