"""What a method's file says to projects is what its table says to advisor; and it stands alone."""

from __future__ import annotations

import ast

import pytest

from advisor.estimate.settings import Settings
from advisor.estimate.shape import ModelShape, trained_parameters
from advisor.estimate.trace.building import build_model
from advisor.methods import load_methods
from advisor.support.compiled import package_folder

METHODS = load_methods()
TINY = {
    "llama": (
        {"hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 3, "vocab_size": 300,
         "num_attention_heads": 4, "num_key_value_heads": 2},
        ModelShape("llama", 167872, 3, 64, 64, 160, 32, 4, 300, tied=False),
    ),
    "gpt2": (
        {"n_embd": 64, "n_head": 4, "n_layer": 3, "vocab_size": 300},
        ModelShape("gpt2", 234816, 3, 64, 64, 256, 64, 4, 300, tied=True),
    ),
}  # fmt: skip


@pytest.mark.parametrize("id_", METHODS)
def test_the_file_agrees_with_the_table(id_):
    method, adapter = METHODS[id_], METHODS[id_].adapter
    assert id_ == adapter.METHOD
    assert method.quantised_base == adapter.FOUR_BITS
    assert method.checkpointing == adapter.CHECKPOINTING
    if method.family == "soft_prompts":
        assert adapter.SHIFTS_INPUT == method.prompts_input == (not method.prompts_layers)


@pytest.mark.parametrize("id_", METHODS)
def test_the_file_needs_nothing_of_advisor(id_):
    text = (package_folder() / "methods" / id_ / "adapter.py").read_text(encoding="utf-8")
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            imported.add(str(node.module).split(".")[0])
    assert imported <= {"torch", "peft", "transformers", "collections", "typing"}


@pytest.mark.parametrize("id_", METHODS)
def test_low_rank_updates_take_the_settings_and_leave_heads_out(id_):
    if not METHODS[id_].low_rank:
        pytest.skip("has none")
    settings = {"rank": 8, "alpha": 16, "dropout": 0.1}
    config = METHODS[id_].adapter.configure(None, settings, ["score"], task_type="SEQ_CLS")
    assert (config.r, config.lora_alpha, config.lora_dropout) == (8, 16, 0.1)
    assert (config.target_modules, config.exclude_modules) == ("all-linear", {"score"})


@pytest.mark.parametrize("family", TINY)
@pytest.mark.parametrize("id_", [id_ for id_, method in METHODS.items() if method.trained])
def test_what_peft_trains_is_what_is_counted(id_, family):
    raw, shape = TINY[family]
    run = Settings(1, 16, virtual_tokens=METHODS[id_].virtual_tokens, rank=METHODS[id_].rank)
    model = build_model({"model_type": family, **raw}, id_, run)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert trained == trained_parameters(id_, shape, run)
