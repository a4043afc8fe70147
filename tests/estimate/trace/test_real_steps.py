"""The trace against real steps on the CPU: it never sees the run, and nothing is fitted."""

from __future__ import annotations

import pytest
from tiny_models import MODELS, head, measured_peak, raw

from advisor.estimate.settings import Kernels, Optimizer, Precision, Settings
from advisor.estimate.trace.step import trace_step

CASES = [
    ("llama", "full_fine_tuning", {}),
    ("llama", "lora", {"checkpointing": True}),
    ("gpt2", "prompt_tuning", {}),
    ("qwen3", "prefix_tuning", {"padded": True}),
    ("bert", "lora", {}),
    ("t5", "full_fine_tuning", {"accumulation": 3}),
    ("bart", "prompt_tuning", {"optimizer": Optimizer.SGD}),
    ("gpt_neox", "ia3", {}),
    ("qwen2", "dora", {"checkpointing": True}),
    ("gpt2", "dora", {}),
]


@pytest.mark.parametrize(("model", "method", "changes"), CASES)
def test_the_traced_peak_is_that_of_a_real_step(model, method, changes):
    settings = Settings(
        3, 96, precision=Precision.FP32, kernels=Kernels.CPU, head=head(model), **changes
    )
    traced = trace_step(raw(model), method, settings).profile.peak.total
    # Threads of the real run keep a few kilobytes of buffers.
    assert traced == pytest.approx(
        measured_peak(raw(model), method, settings), rel=2e-3, abs=40_000
    )


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("method", ["full_fine_tuning", "lora", "qlora", "prompt_tuning"])
def test_every_architecture_is_traced_with_every_kind_of_method(model, method):
    settings = Settings(2, 32, head=head(model))
    profile = trace_step(raw(model), method, settings).profile
    assert profile.basis == "traced"
    assert profile.peak.weights > 0
    assert profile.peak.activations > 0
    assert 0 < profile.trained_parameters <= profile.parameters
    assert sum(work.flops for work in profile.work.values()) > 0
    assert profile.reserved >= profile.peak.total


def test_the_kinds_of_a_full_fine_tuning_step_are_what_they_must_be():
    settings = Settings(2, 32, precision=Precision.FP32, optimizer=Optimizer.ADAMW)
    profile = trace_step(raw("llama"), "full_fine_tuning", settings).profile
    update = profile.peaks["optimizer"]
    weights = 4 * profile.parameters
    assert update.gradients == weights
    # Two moments, a step counter for each tensor, and foreach's temporary copy.
    assert update.optimizer_state == pytest.approx(2 * weights, rel=1e-3)
    assert update.workspace == pytest.approx(weights, rel=0.01)
    assert profile.trained_parameters == profile.parameters


@pytest.mark.parametrize(
    ("optimizer", "bytes_a_parameter"),
    [("adamw_fused", 8), ("adamw_8bit", 2.03), ("adafactor", 0.1), ("sgd", 0)],
)
def test_each_optimizer_holds_its_own_state(optimizer, bytes_a_parameter):
    settings = Settings(2, 32, precision=Precision.FP32, optimizer=Optimizer(optimizer))
    config = raw("llama", hidden_size=512, intermediate_size=1024, vocab_size=2000)
    profile = trace_step(config, "full_fine_tuning", settings).profile
    state = profile.peaks["optimizer"].optimizer_state / profile.parameters
    assert state == pytest.approx(bytes_a_parameter, rel=0.05, abs=0.1)
