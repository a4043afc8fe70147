"""Models that load, and models that do not."""

from __future__ import annotations

import json
import shutil
import string
import threading

import gguf
import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tiny_benches import bench_of
from trial_settings import a_trial

from advisor.microbench.records import Prompt, Route, TrialStatus
from advisor.microbench.worker.loading import without_pickles
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import load_workbench
from advisor.support.errors import AdvisorError


@pytest.fixture
def folder(model_folder, tmp_path):
    """A copy of the tiny encoder that a test may damage."""
    return shutil.copytree(model_folder("bert"), tmp_path / "model")


def change_config(folder, **changes):
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def load(folder, family="bert", route=Route.HEAD, **changes):
    return load_workbench(bench_of(folder, family, route, **changes))


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(AdvisorError, match="no such model"):
        load(tmp_path / "nowhere")


def test_a_folder_without_weights_is_no_reason_to_read_pickles(folder):
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    with pytest.raises(AdvisorError, match="no weights") as caught:
        load(folder)
    assert "pickled" in caught.value.hint


@pytest.fixture
def opened_pickles(monkeypatch):
    """What torch was asked to unpickle; nothing is."""
    opened = []
    monkeypatch.setattr(torch, "load", lambda file, *_, **__: opened.append(file))
    return opened


def planted_adapter(folder, weights):
    """A LoRA beside a model, its weights in a file of that name."""
    config = {"peft_type": "LORA", "base_model_name_or_path": "x", "target_modules": ["query"]}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / weights).write_bytes(b"not to be opened")


@pytest.mark.parametrize("weights", ["adapter_model.bin", "adapter_model.safetensors"])
def test_an_adapter_beside_the_model_is_refused_and_not_opened(folder, opened_pickles, weights):
    planted_adapter(folder, weights)
    with pytest.raises(AdvisorError, match="an adapter lies beside the model") as caught:
        load(folder)
    assert caught.value.where == str(folder / "adapter_config.json")
    assert opened_pickles == []


def test_an_adapter_beside_a_gguf_file_is_refused(gguf_file, tmp_path):
    file = shutil.copy(gguf_file, tmp_path)
    planted_adapter(tmp_path, "adapter_model.bin")
    with pytest.raises(AdvisorError, match="an adapter lies beside the model"):
        load(file, "llama", Route.LABEL_WORDS)


@pytest.mark.parametrize("name", ["adapter_model.bin", "adapter_model.safetensors"])
def test_a_configuration_that_names_other_weights_is_refused(folder, opened_pickles, name):
    change_config(folder, transformers_weights=name)
    (folder / name).write_bytes(b"not to be opened")
    with pytest.raises(AdvisorError, match="other weights than the model's own") as caught:
        load(folder)
    assert caught.value.where == str(folder / "config.json")
    assert opened_pickles == []


def test_an_index_that_leads_to_a_pickle_is_refused(folder, opened_pickles):
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    (folder / "pytorch_model.bin").write_bytes(b"not to be opened")
    names = dict.fromkeys(load_file(folder / "other.safetensors"), "pytorch_model.bin")
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": names}))
    with pytest.raises(AdvisorError, match="something else than a file"):
        load(folder)
    assert opened_pickles == []


def test_no_pickle_is_opened_while_a_model_loads(tmp_path):
    with without_pickles(), pytest.raises(AdvisorError, match="never opened"):
        torch.load(tmp_path / "pytorch_model.bin")


def test_truncated_weights(folder):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(AdvisorError, match="weights cannot be loaded") as caught:
        load(folder)
    assert str(folder) in caught.value.where


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers(folder, value):
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if name.endswith("layer.1.attention.self.query.weight"))
    weights[name][3, 2] = value
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(AdvisorError, match="not numbers") as caught:
        load(folder)
    assert name in str(caught.value)


def test_weights_that_lack_a_layer(folder):
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if "layer.1.output" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(AdvisorError, match="lack 4 tensors") as caught:
        load(folder)
    assert "layer.1.output" in str(caught.value)


def test_a_missing_tokenizer(folder):
    for file in folder.glob("*token*"):
        file.unlink()
    with pytest.raises(AdvisorError, match="no tokenizer"):
        load(folder)


def test_a_broken_tokenizer(folder):
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(AdvisorError, match="tokenizer cannot be loaded"):
        load(folder)


def test_code_of_the_models_own_is_not_run(folder):
    change_config(folder, model_type="own", auto_map={"AutoConfig": "own.Config"})
    (folder / "own.py").write_text("raise SystemExit('was run')")
    with pytest.raises(AdvisorError):
        load(folder)


def test_a_model_of_another_kind_is_refused(model_folder):
    with pytest.raises(AdvisorError, match="cannot write"):
        load(model_folder("bert"), "bert", Route.LABEL_WORDS)
    with pytest.raises(AdvisorError, match="no new head"):
        load(model_folder("t5"), "t5", Route.HEAD)


def test_a_head_that_came_with_the_weights_is_not_kept(model_folder, tmp_path):
    config = transformers.AutoConfig.from_pretrained(model_folder("bert"), num_labels=5)
    old = transformers.AutoModelForSequenceClassification.from_config(config)
    old.save_pretrained(tmp_path)
    for file in model_folder("bert").glob("*token*"):
        shutil.copy(file, tmp_path)
    workbench = load(tmp_path)
    assert workbench.new == {"classifier.weight", "classifier.bias"}
    result = run_trial(workbench, a_trial("full_fine_tuning", steps=2), lambda _: None)
    assert result.status is TrialStatus.FINISHED


def test_a_tokenizer_without_padding_gets_one(model_folder):
    workbench = load(model_folder("gpt2"), "gpt2", Route.LABEL_WORDS)
    assert workbench.encoder.tokenizer.pad_token == "</s>"  # noqa: S105


def test_loading_starts_no_threads(model_folder):
    before = threading.active_count()
    load(model_folder("bert"))
    assert threading.active_count() == before
    assert torch.get_num_threads() == 1


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory):
    """A tiny Llama in a GGUF file, half of it in 8 bits, with a tokenizer of single letters."""
    file = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    tokens = ["<unk>", "<s>", "</s>", "Ġ", "Ġa", *string.ascii_letters, *string.punctuation, "Ċ"]
    writer = gguf.GGUFWriter(str(file), "llama")
    writer.add_block_count(2)
    writer.add_context_length(256)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(8)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * len(tokens))
    writer.add_token_merges(["Ġ a"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    chance = np.random.default_rng(0)
    shapes = {"token_embd": (len(tokens), 32), "output_norm": (32,)}
    for layer in range(2):
        shapes |= {
            f"blk.{layer}.{name}": shape
            for name, shape in (
                ("attn_norm", (32,)), ("ffn_norm", (32,)), ("attn_q", (32, 32)),
                ("attn_k", (16, 32)), ("attn_v", (16, 32)), ("attn_output", (32, 32)),
                ("ffn_gate", (64, 32)), ("ffn_up", (64, 32)), ("ffn_down", (32, 64)),
            )
        }  # fmt: skip
    for name, shape in shapes.items():
        values = chance.normal(0, 0.1, shape).astype(np.float32)
        if "ffn" in name and len(shape) == 2:
            packed = gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0)
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(f"{name}.weight", packed, raw_dtype=kind)
        else:
            writer.add_tensor(f"{name}.weight", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


@pytest.mark.parametrize("route", [Route.LABEL_WORDS, Route.HEAD])
def test_a_gguf_file_is_trained_saved_and_loaded_again(gguf_file, tmp_path, route):
    words = {"positive": "yes", "negative": "no"}
    prompts = (Prompt(before="Good?", after="\n", words=words),)
    workbench = load(gguf_file, "llama", route, prompts=prompts)
    assert all(p.dtype == torch.float32 for p in workbench.model.parameters())
    trial = a_trial("full_fine_tuning", steps=3)
    result = run_trial(workbench, trial, lambda _: None, keep=tmp_path / "kept")
    assert result.status is TrialStatus.FINISHED
    again = load(tmp_path / "kept", "llama", route, prompts=prompts)
    assert again.train == workbench.train
    for name, tensor in workbench.model.state_dict().items():
        assert torch.equal(tensor, again.model.state_dict()[name]), name


def test_a_truncated_gguf_file(gguf_file, tmp_path):
    short = tmp_path / "short.gguf"
    short.write_bytes(gguf_file.read_bytes()[:9000])
    with pytest.raises(AdvisorError, match="cannot be loaded"):
        load(short, "llama", Route.LABEL_WORDS)
