"""Configurations that are unfamiliar, hostile or broken."""

import json
import subprocess
import sys

import pytest
from model_files import EXAMPLES, TINY_LLAMA, TINY_LLAMA_PARAMETERS, facts, refuse, write_config


@pytest.mark.parametrize(
    ("config", "architecture"),
    [
        ({"model_type": "new", "is_encoder_decoder": True}, "encoder_decoder"),
        ({"model_type": "new", "architectures": ["NewForCausalLM"]}, "decoder"),
        ({"model_type": "new", "architectures": ["NewLMHeadModel"]}, "decoder"),
        ({"architectures": ["NewForConditionalGeneration"]}, "encoder_decoder"),
        ({"model_type": "new", "architectures": ["NewForMaskedLM"]}, "encoder"),
        ({"model_type": "new", "architectures": ["NewModel"]}, None),
        ({}, None),
    ],
)
def test_an_unfamiliar_type_is_a_result_not_an_error(tmp_path, config, architecture):
    write_config(tmp_path, {**config, "hidden_size": 64, "n_layers": 3, "vocab_size": 11})
    found = facts(tmp_path)
    assert found["parameters"].value is None
    assert "not counted: no description of the model type" in found["parameters"].detail
    assert (found["architecture"].value if "architecture" in found else None) == architecture
    assert (found["hidden_size"].value, found["layer_count"].value) == (64, 3)
    assert found["weights_access"].value == "open"


def test_remote_code_is_noted_and_never_followed(tmp_path):
    (tmp_path / "modeling_evil.py").write_text("raise SystemExit('ran')\n", encoding="utf-8")
    code = {"auto_map": {"AutoModelForCausalLM": "modeling_evil.Evil"}}
    write_config(tmp_path, {**TINY_LLAMA, **code})
    parameters = facts(tmp_path)["parameters"]
    assert parameters.value == TINY_LLAMA_PARAMETERS
    assert "the configuration asks for remote code, which is never run" in parameters.detail


def test_remote_code_with_a_class_of_its_own_is_not_counted(tmp_path):
    code = {"auto_map": {"AutoModel": "modeling_evil.Evil"}, "architectures": ["Evil"]}
    write_config(tmp_path, {**TINY_LLAMA, **code})
    parameters = facts(tmp_path)["parameters"]
    assert parameters.value is None
    assert "never run" in parameters.detail


def test_labels_come_from_the_file(tmp_path):
    names = {str(i): f"L{i}" for i in range(5)}
    two = {**TINY_LLAMA, "architectures": ["LlamaForSequenceClassification"]}
    write_config(tmp_path / "two", two)
    write_config(tmp_path / "five", {**two, "id2label": names})
    write_config(tmp_path / "seven", {**two, "num_labels": 7})
    sizes = [facts(tmp_path / name)["parameters"].value for name in ("two", "five", "seven")]
    assert sizes == [sizes[0], sizes[0] + 3 * 24, sizes[0] + 5 * 24]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"hidden_size": -1}, "hidden_size is impossible"),
        ({"hidden_size": 0}, "hidden_size is impossible"),
        ({"num_hidden_layers": 10_000_000_000}, "num_hidden_layers is impossible"),
        ({"num_hidden_layers": 10**300}, "num_hidden_layers is impossible"),
        ({"vocab_size": "many"}, "vocab_size is not a whole number"),
        ({"vocab_size": 97.5}, "vocab_size is not a whole number"),
        ({"vocab_size": True}, "vocab_size is not a whole number"),
        ({"vocab_size": None}, "vocab_size is missing"),
        ({"vocab_size": []}, "vocab_size is not a whole number"),
        ({"num_attention_heads": 5, "num_key_value_heads": 5}, "does not divide hidden"),
        ({"num_key_value_heads": 4}, "does not divide heads"),
        ({"tie_word_embeddings": "yes"}, "neither true nor false"),
        ({"model_type": 7}, "model_type is not a text"),
        ({"num_labels": -3}, "num_labels is impossible"),
        ({"hidden_size": 6, "head_dim": 1, "vocab_size": 1, "intermediate_size": 1}, "impossible"),
    ],
)
def test_absurd_values(tmp_path, change, match):
    error = refuse(write_config(tmp_path, {**TINY_LLAMA, **change}), match)
    assert error.hint


def test_a_list_of_the_wrong_things(tmp_path):
    write_config(
        tmp_path, {"model_type": "deberta-v2", "relative_attention": True, "pos_att_type": [1]}
    )
    refuse(tmp_path, "pos_att_type is not a text")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("{", "not valid JSON"),
        ('{"model_type": "llama", "hidden_s', "not valid JSON"),
        ("[]", "not a JSON object"),
        ("7", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"hidden_size": NaN}', "NaN is not a number"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ("[" * 100_000, "nested too deeply|not valid JSON"),
        ('{"a": ' + "9" * 5000 + "}", "number too long"),
        ("<!DOCTYPE html>", "not valid JSON"),
        ('{"peft_type": "LORA"}', "adapter"),
    ],
)
def test_broken_configurations(tmp_path, content, match):
    refuse(write_config(tmp_path, content), match)


def test_binary_and_wrongly_encoded_configurations(tmp_path):
    path = tmp_path / "config.json"
    path.write_bytes(b'{"model_type": "\xff\xfe"}')
    refuse(path, "not valid UTF-8")
    path.write_bytes(b"{}\0")
    refuse(path, "NUL bytes")


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "config.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(TINY_LLAMA).encode())
    assert facts(path)["parameters"].value == TINY_LLAMA_PARAMETERS


def test_hostile_texts_never_reach_a_fact(tmp_path):
    evil = "\x1b[2J\u202e\n"
    write_config(tmp_path, {"model_type": evil, "architectures": [f"{evil}ForCausalLM"]})
    for fact in facts(tmp_path).values():
        assert fact.detail.isprintable()
        assert str(fact.value).isprintable()
    refuse(write_config(tmp_path, {**TINY_LLAMA, "vocab_size": evil}), "whole number")


def test_profiling_a_configuration_imports_no_heavy_library():
    program = (
        "import sys\n"
        "from advisor.profilers.model import profile_model\n"
        f"profile_model({str(EXAMPLES / 'gpt2')!r})\n"
        "heavy = {'torch', 'transformers', 'numpy', 'gguf', 'safetensors', 'huggingface_hub'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
