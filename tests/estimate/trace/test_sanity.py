"""What must hold of every trace, whatever the numbers are."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from tiny_models import head, raw

from advisor.estimate.breakdown import StepProfile
from advisor.estimate.settings import Kernels, Precision, Settings
from advisor.estimate.trace.building import build_model
from advisor.estimate.trace.extrapolation import layer_keys, trace
from advisor.methods import load_methods

METHODS = ("full_fine_tuning", "lora", "qlora", "prompt_tuning", "ia3")
BASE = Settings(2, 64)


@cache
def traced(method: str, settings: Settings, model: str, **changes) -> StepProfile:
    return trace(raw(model, **changes), method, replace(settings, head=head(model)))


def peak(method: str, settings: Settings, model: str = "llama", **changes) -> float:
    return traced(method, settings, model, **changes).peak.total


@pytest.mark.parametrize("method", METHODS)
def test_more_of_anything_never_needs_less(method):
    base = peak(method, BASE)
    assert peak(method, replace(BASE, batch_size=3)) > base
    assert peak(method, replace(BASE, sequence_length=96)) > base
    assert peak(method, BASE, num_hidden_layers=5) > base


@pytest.mark.parametrize("model", ["llama", "gpt2", "bert", "t5"])
@pytest.mark.parametrize("method", METHODS)
def test_checkpointing_never_keeps_more_activations(method, model):
    layers = dict.fromkeys(layer_keys(raw(model)), 2)  # as many as are traced as they are
    plain = traced(method, BASE, model, **layers)
    checkpointed = traced(method, replace(BASE, checkpointing=True), model, **layers)
    assert checkpointed.peaks["forward"].activations <= plain.peaks["forward"].activations


@pytest.mark.parametrize("model", ["llama", "gpt2"])
def test_at_equal_settings_qlora_needs_less_than_lora_and_lora_less_than_full(model):
    sizes = {"hidden_size": 512, "intermediate_size": 1024} if model == "llama" else {"n_embd": 512}
    settings = Settings(1, 16, precision=Precision.BF16_MIXED, checkpointing=True)
    qlora, lora, full = (
        peak(method, settings, model, **sizes) for method in ("qlora", "lora", "full_fine_tuning")
    )
    assert qlora < lora < full


def test_long_inputs_can_turn_that_order_for_adapters_with_dropout():
    # Adapters keep a dropped-out copy of each layer's input; weights no longer decide here.
    settings = Settings(16, 512)
    assert peak("lora", settings) > peak("full_fine_tuning", settings)


def test_a_soft_prompt_needs_about_what_lora_needs():
    settings = Settings(1, 32, checkpointing=True, rank=4)
    sizes = {"hidden_size": 512, "intermediate_size": 1024, "num_attention_heads": 8}
    prompt = peak("prompt_tuning", settings, **sizes)
    assert prompt == pytest.approx(peak("lora", settings, **sizes), rel=0.25)


def test_padding_a_16_bit_batch_costs_memory():
    long = Settings(4, 256)
    assert peak("lora", replace(long, padded=True)) > peak("lora", long)


def test_the_cpu_keeps_what_its_attention_kernel_keeps():
    on_gpu = peak("lora", Settings(4, 128), "gpt2")
    on_cpu = peak("lora", Settings(4, 128, kernels=Kernels.CPU), "gpt2")
    assert on_cpu > on_gpu


def test_outputs_that_a_loop_holds_count():
    kept = replace(BASE, outputs_kept=True)
    assert peak("lora", kept) > peak("lora", BASE)


@pytest.mark.parametrize("method", [id_ for id_, own in load_methods().items() if own.low_rank])
def test_low_rank_updates_drop_out_as_their_recipe_has_it(method):
    recipe = load_methods()[method].recipe["dropout"]
    for asked, dropout in ((None, recipe), (0.3, 0.3)):
        model = build_model(raw("llama"), method, replace(BASE, adapter_dropout=asked))
        assert model.peft_config["default"].lora_dropout == dropout
