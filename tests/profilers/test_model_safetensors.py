"""Counting from the headers of safetensors files."""

import json
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_files import (
    TINY_LLAMA,
    TINY_LLAMA_PARAMETERS,
    facts,
    refuse,
    safetensors_bytes,
    with_header,
    write_config,
)

from advisor.profilers.model.safetensors_header import read_safetensors_header
from advisor.support.errors import AdvisorError

EMBEDDING = ("F32", (97, 24))
PLAIN = {"model.embed_tokens.weight": EMBEDDING, "model.norm.weight": ("BF16", (24,))}
PLAIN_PARAMETERS = 97 * 24 + 24


def write(path, tensors, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(safetensors_bytes(tensors, **options))
    return path


def test_a_single_file(tmp_path):
    path = write(tmp_path / "tiny.safetensors", PLAIN, metadata={"format": "pt"})
    found = facts(path)
    assert found["name"].value == "tiny"
    assert found["parameters"].value == PLAIN_PARAMETERS
    assert found["parameters"].detail == "sum of tensor shapes in 1 safetensors header"
    assert found["weights_access"].value == "open"
    assert "architecture" not in found


def test_the_configuration_beside_a_file_tells_the_rest(tmp_path):
    write_config(tmp_path, TINY_LLAMA)
    found = facts(write(tmp_path / "model.safetensors", PLAIN))
    assert found["architecture"].value == "decoder"
    assert found["parameters"].value == PLAIN_PARAMETERS
    assert found["name"].value == tmp_path.name


def test_buffers_do_not_count(tmp_path):
    buffers = {
        "embeddings.position_ids": ("I64", (1, 19)),
        "layers.0.rotary_emb.inv_freq": ("F32", (4,)),
        "h.0.attn.bias": ("F32", (1, 1, 19, 19)),
        "h.0.attn.masked_bias": ("F32", ()),
        "h.1.attn.bias": ("U8", (1, 1, 19, 19)),
        "final_logits_bias": ("F32", (1, 97)),
        "flags": ("BOOL", (5,)),
    }
    path = write(tmp_path / "tiny.safetensors", {**PLAIN, **buffers})
    assert facts(path)["parameters"].value == PLAIN_PARAMETERS


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("model.embed_tokens.weight", "lm_head.weight"),
        ("transformer.wte.weight", "lm_head.weight"),
        ("bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"),
        ("shared.weight", "decoder.embed_tokens.weight"),
        ("gpt_neox.embed_in.weight", "embed_out.weight"),
    ],
)
def test_tied_tensors_count_once_and_untied_ones_twice(tmp_path, first, second):
    size, same = 97 * 24 * 4, b"\7" * (97 * 24 * 4)
    tied = {first: (*EMBEDDING, same), second: (*EMBEDDING, same)}
    untied = {first: (*EMBEDDING, same), second: (*EMBEDDING, b"\7" * (size - 1) + b"\0")}
    assert facts(write(tmp_path / "a.safetensors", tied))["parameters"].value == 97 * 24
    assert facts(write(tmp_path / "b.safetensors", untied))["parameters"].value == 2 * 97 * 24


def test_equal_tensors_that_are_never_tied_count_each(tmp_path):
    ones = ("F32", (1200,), b"\1" * 4800)
    path = write(tmp_path / "a.safetensors", {"a.norm.weight": ones, "b.norm.weight": ones})
    assert facts(path)["parameters"].value == 2400


@pytest.mark.parametrize(
    "packed",
    [
        {"model.layers.0.mlp.up_proj.weight": ("U8", (480, 1))},
        {"model.layers.0.mlp.up_proj.qweight": ("I32", (3, 40))},
    ],
)
def test_quantised_weights_are_counted_from_the_configuration(tmp_path, packed):
    path = write(tmp_path / "model.safetensors", {**PLAIN, **packed})
    unknown = facts(path)["parameters"]
    assert unknown.value is None
    assert "quantised" in unknown.detail
    write_config(tmp_path, TINY_LLAMA)
    counted = facts(tmp_path)["parameters"]
    assert counted.value == TINY_LLAMA_PARAMETERS
    assert "the weights are quantised" in counted.detail


def shards(folder):
    first = write(folder / "model-00001-of-00002.safetensors", PLAIN)
    write(folder / "model-00002-of-00002.safetensors", {"lm_head.weight": ("F32", (97, 25))})
    return first


def test_shards_with_an_index(tmp_path):
    shards(tmp_path)
    write(tmp_path / "unrelated.safetensors", {"x": ("F32", (5,))})
    weight_map = {f"t{i}": f"model-0000{i}-of-00002.safetensors" for i in (1, 2)}
    write_config(tmp_path, {"weight_map": weight_map}, "model.safetensors.index.json")
    parameters = facts(tmp_path)["parameters"]
    assert parameters.value == PLAIN_PARAMETERS + 97 * 25
    assert parameters.detail == "sum of tensor shapes in 2 safetensors headers"


def test_shards_without_an_index_and_a_shard_as_argument(tmp_path):
    first = shards(tmp_path)
    write(tmp_path / "adapter_model.safetensors", {"lora": ("F32", (5,))})
    for spec in (tmp_path, first):
        assert facts(spec)["parameters"].value == PLAIN_PARAMETERS + 97 * 25


def test_a_missing_shard(tmp_path):
    first = shards(tmp_path)
    (tmp_path / "model-00002-of-00002.safetensors").unlink()
    refuse(tmp_path, "a file of the model is missing")
    refuse(first, "does not exist")


@pytest.mark.parametrize(
    "index",
    [
        {},
        {"weight_map": {}},
        {"weight_map": {"a": 1}},
        {"weight_map": {"a": "../../secret.safetensors"}},
        {"weight_map": {"a": "/etc/passwd"}},
        {"weight_map": {"a": "x\0.safetensors"}},
        [],
    ],
)
def test_a_bad_index(tmp_path, index):
    write_config(tmp_path, index, "model.safetensors.index.json")
    refuse(tmp_path, "index of the weights")


def test_impossible_part_numbers(tmp_path):
    refuse(write(tmp_path / "model-00009-of-00002.safetensors", PLAIN), "counts its parts")


def test_one_tensor_in_two_files(tmp_path):
    write(tmp_path / "a.safetensors", PLAIN)
    write(tmp_path / "b.safetensors", PLAIN)
    refuse(tmp_path, "stands in two files")


def entry(**change):
    return {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24], **change}


@pytest.mark.parametrize(
    ("header", "match"),
    [
        (b"[]", "not a JSON object"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (json.dumps({"a": 7}).encode(), "is not an object"),
        (json.dumps({"a": entry(dtype=3)}).encode(), "lacks a type"),
        (json.dumps({"a": entry(shape=None)}).encode(), "lacks a type"),
        (json.dumps({"a": entry(shape=[2, -3])}).encode(), "lacks a type"),
        (json.dumps({"a": entry(shape=[2, True])}).encode(), "lacks a type"),
        (json.dumps({"a": entry(data_offsets=[0])}).encode(), "impossible"),
        (json.dumps({"a": entry(data_offsets=[24, 0])}).encode(), "impossible"),
        (json.dumps({"a": entry(data_offsets=[0, 10**30])}).encode(), "impossible"),
        (json.dumps({"a": entry(shape=[10**9] * 9)}).encode(), "impossible"),
        (json.dumps({"a": entry(shape=[7, 7])}).encode(), "does not agree"),
        (json.dumps({"a": entry(), "b": entry()}).encode(), "does not follow"),
        (json.dumps({"a": entry(data_offsets=[8, 32])}).encode(), "does not follow"),
        (b'{"a": 1, "a": 2}', "stands twice"),
    ],
)
def test_bad_headers(tmp_path, header, match):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(with_header(header, b"\0" * 24))
    refuse(path, match)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "empty or cut off"),
        (b"\1\0\0", "empty or cut off"),
        (struct.pack("<Q", 2**63), "header claims"),
        (struct.pack("<Q", 500) + b"{}", "cut off within its header"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (with_header(b"{}"), "holds no tensors"),
        (with_header(b"{}", b"rest"), "belong to no tensor"),
        (safetensors_bytes(PLAIN)[:-1], "1 bytes are missing"),
        (safetensors_bytes(PLAIN) + b"x", "1 bytes that belong to no tensor"),
    ],
)
def test_damaged_files(tmp_path, content, match):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    refuse(path, match)


VALID = safetensors_bytes(PLAIN, metadata={"format": "pt"})


def outcome(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzz.safetensors"
    path.write_bytes(content)
    try:
        return read_safetensors_header(path)
    except AdvisorError as error:
        return error


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=300))
def test_random_bytes_raise_nothing_else(tmp_path_factory, content):
    outcome(tmp_path_factory, content)
    outcome(tmp_path_factory, with_header(content))


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    place=st.integers(0, len(VALID) - 1),
    insert=st.binary(max_size=4),
    drop=st.integers(0, 4),
    cut=st.integers(0, len(VALID)),
)
def test_mutated_files_raise_nothing_else(tmp_path_factory, place, insert, drop, cut):
    outcome(tmp_path_factory, VALID[:place] + insert + VALID[place + drop :])
    assert cut == len(VALID) or isinstance(outcome(tmp_path_factory, VALID[:cut]), AdvisorError)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    entries=st.dictionaries(
        st.text(max_size=8),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["dtype", "shape", "data_offsets"]), inner, max_size=3
                )
            ),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_headers_of_any_json_raise_nothing_else(tmp_path_factory, entries):
    outcome(tmp_path_factory, with_header(json.dumps(entries).encode(), b"\0" * 16))
