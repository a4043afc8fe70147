"""The parameter count of a configuration against the numbers that transformers builds."""

import json
from pathlib import Path

import pytest
from model_files import EXAMPLES, TINY_LLAMA, TINY_LLAMA_PARAMETERS, facts, write_config

from advisor.facts import Source
from advisor.profilers.model.config import ModelConfig, TypedConfig
from advisor.profilers.model.count import count_parameters, reference_class
from advisor.profilers.model.describe import load_architectures

TABLE = json.loads(
    (Path(__file__).parent / "model_counts" / "counts.json").read_text(encoding="utf-8")
)
TYPES = sorted(load_architectures().types)


def counted(config):
    return count_parameters(typed(config))


def typed(config):
    return TypedConfig(
        ModelConfig(config, "config.json"), load_architectures().types[config["model_type"]]
    )


def test_the_table_names_its_version():
    assert TABLE["transformers"].startswith("5.")
    assert len(TABLE["rows"]) > 700


@pytest.mark.parametrize("model_type", TYPES)
def test_every_row_of_the_table_is_met_exactly(model_type):
    rows = [row for row in TABLE["rows"] if row["config"]["model_type"] == model_type]
    assert len(rows) >= 8
    for row in rows:
        assert counted(row["config"]).total == row["parameters"], row["config"]


@pytest.mark.parametrize("model_type", TYPES)
def test_the_defaults_of_a_type_are_those_of_transformers(model_type):
    (row,) = [row for row in TABLE["rows"] if row["config"] == {"model_type": model_type}]
    assert counted({"model_type": model_type}).total == row["parameters"]


@pytest.mark.parametrize("model_type", TYPES)
def test_every_class_of_the_table_is_described(model_type):
    for row in TABLE["rows"]:
        if row["config"]["model_type"] == model_type:
            assert reference_class(typed(row["config"])).described


@pytest.mark.parametrize(
    ("name", "kind", "parameters", "architecture", "context", "sizes", "tied"),
    [
        (
            "gpt2",
            "gpt2",
            124_439_808,
            "decoder",
            1024,
            (768, 12, 50257, None, 768, 768),
            True,
        ),
        (
            "smollm2-135m",
            "llama",
            134_515_008,
            "decoder",
            8192,
            (576, 30, 49152, 1536, 576, 192),
            True,
        ),
        (
            "llama-3.1-8b",
            "llama",
            8_030_261_248,
            "decoder",
            131072,
            (4096, 32, 128256, 14336, 4096, 1024),
            False,
        ),
        (
            "all-minilm-l6-v2",
            "bert",
            22_713_216,
            "encoder",
            512,
            (384, 6, 30522, 1536, 384, 384),
            True,
        ),
        (
            "bert-base-uncased",
            "bert",
            109_514_298,
            "encoder",
            512,
            (768, 12, 30522, 3072, 768, 768),
            True,
        ),
        (
            "t5-small",
            "t5",
            60_506_624,
            "encoder_decoder",
            512,
            (512, 12, 32128, 2048, 512, 512),
            True,
        ),
    ],
)
def test_real_configurations(name, kind, parameters, architecture, context, sizes, tied):
    found = facts(EXAMPLES / name)
    hidden, layers, vocabulary, feed_forward, query, key_value = sizes
    expected = {
        "name": name,
        "type": kind,
        "parameters": parameters,
        "architecture": architecture,
        "context_length": context,
        "hidden_size": hidden,
        "layer_count": layers,
        "vocabulary_size": vocabulary,
        "feed_forward_size": feed_forward,
        "query_size": query,
        "key_value_size": key_value,
        "tied_embeddings": tied,
        "weights_access": "open",
    }
    assert {key: fact.value for key, fact in found.items()} == {
        key: value for key, value in expected.items() if value is not None
    }
    assert all(fact.source is Source.READ_FROM_FILE and fact.detail for fact in found.values())
    assert facts(EXAMPLES / name / "config.json")["parameters"].value == parameters


def test_the_detail_names_type_and_class():
    detail = facts(EXAMPLES / "llama-3.1-8b")["parameters"].detail
    assert detail == "counted from config.json (llama, LlamaForCausalLM)"


def test_a_mixture_of_experts_counts_all_experts_and_names_the_active_ones(tmp_path):
    write_config(tmp_path, {"model_type": "mixtral"})
    parameters = facts(tmp_path)["parameters"]
    assert parameters.value == 46_702_792_704
    assert "12,879,925,248 of them active" in parameters.detail


def test_an_untied_t5_has_an_output_matrix_of_its_own(tmp_path):
    """As flan-t5-small does: its config says untied, and its checkpoint holds lm_head.weight."""
    config = {
        "model_type": "t5",
        "architectures": ["T5ForConditionalGeneration"],
        "d_ff": 1024,
        "d_model": 512,
        "num_layers": 8,
        "num_heads": 6,
        "feed_forward_proj": "gated-gelu",
        "tie_word_embeddings": False,
        "vocab_size": 32128,
    }
    assert counted(config).total == 76_961_152


def test_an_unknown_class_counts_as_the_base_class_and_says_so(tmp_path):
    write_config(tmp_path, {**TINY_LLAMA, "architectures": ["LlamaForTalking"]})
    parameters = facts(tmp_path)["parameters"]
    assert parameters.value == TINY_LLAMA_PARAMETERS
    assert "LlamaForTalking is not described" in parameters.detail


def test_halves_of_an_encoder_decoder(tmp_path):
    small = {"model_type": "bart", "encoder_layers": 3, "decoder_layers": 2}
    write_config(tmp_path / "a", {**small, "architectures": ["BartForCausalLM"]})
    write_config(tmp_path / "b", {**small, "architectures": ["BartModel"]})
    write_config(tmp_path / "c", {"model_type": "t5", "architectures": ["T5EncoderModel"]})
    shown = [
        (found["architecture"].value, found["layer_count"].value)
        for found in (facts(tmp_path / name) for name in "abc")
    ]
    assert shown == [("decoder", 2), ("encoder_decoder", 5), ("encoder", 6)]


def test_a_bert_that_decodes_is_a_decoder(tmp_path):
    write_config(tmp_path, {"model_type": "bert", "is_decoder": True})
    assert facts(tmp_path)["architecture"].value == "decoder"


def test_the_spare_rows_of_roberta_are_no_positions(tmp_path):
    write_config(tmp_path, {"model_type": "roberta", "max_position_embeddings": 514})
    assert facts(tmp_path)["context_length"].value == 512


def test_positions_without_a_limit_are_not_invented(tmp_path):
    write_config(tmp_path, {"model_type": "bloom"})
    assert "context_length" not in facts(tmp_path)
