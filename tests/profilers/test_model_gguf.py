"""Reading the headers of GGUF files."""

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_files import (
    LLAMA_PAIRS,
    LLAMA_PARAMETERS,
    LLAMA_TENSORS,
    facts,
    gguf_bytes,
    pair,
    refuse,
    text,
)

from advisor.profilers.model.gguf_header import read_gguf_header
from advisor.support.errors import AdvisorError

VALID = gguf_bytes(LLAMA_PAIRS, LLAMA_TENSORS)


def write(path, content):
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("version", [2, 3])
def test_a_small_llama(tmp_path, version):
    content = gguf_bytes(LLAMA_PAIRS, LLAMA_TENSORS, version=version)
    found = facts(write(tmp_path / "file.gguf", content))
    assert {key: fact.value for key, fact in found.items()} == {
        "name": "Tiny",
        "parameters": LLAMA_PARAMETERS,
        "architecture": "decoder",
        "context_length": 128,
        "hidden_size": 16,
        "layer_count": 2,
        "vocabulary_size": 90,
        "weights_access": "open",
        "licence": "apache-2.0",
    }
    assert found["parameters"].detail == "GGUF header (llama), sum of 4 tensor shapes"


def architecture(name, *more):
    return [pair("general.architecture", 8, name), *more]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("bert", "encoder"), ("t5", "encoder_decoder"), ("t5encoder", "encoder"), ("new", None)],
)
def test_architectures(tmp_path, name, expected):
    content = gguf_bytes(architecture(name), LLAMA_TENSORS)
    found = facts(write(tmp_path / "a.gguf", content))
    assert (found["architecture"].value if "architecture" in found else None) == expected
    assert found["parameters"].value == LLAMA_PARAMETERS
    assert found["name"].value == "a"


def test_a_copy_of_the_embedding_counts_once_where_it_is_always_tied(tmp_path):
    tensors = {"token_embd.weight": (16, 90), "output.weight": (16, 90)}
    sizes = [
        facts(write(tmp_path / "a.gguf", gguf_bytes(architecture(name), tensors)))[
            "parameters"
        ].value
        for name in ("gpt2", "llama")
    ]
    assert sizes == [1440, 2880]


def test_both_halves_of_t5_are_layers(tmp_path):
    for more, expected in (
        ([pair("t5.block_count", 4, 6)], 12),
        ([pair("t5.block_count", 4, 6), pair("t5.decoder_block_count", 4, 3)], 9),
    ):
        content = gguf_bytes(architecture("t5", *more), LLAMA_TENSORS)
        assert facts(write(tmp_path / "a.gguf", content))["layer_count"].value == expected


def test_vocabulary_from_the_tokens_where_no_embedding_stands(tmp_path):
    content = gguf_bytes(LLAMA_PAIRS, {"blk.0.ffn_up.weight": (40, 40)})
    assert facts(write(tmp_path / "a.gguf", content))["vocabulary_size"].value == 90


@pytest.mark.parametrize("name", ["\x1b[31mred", "a\nb", "x" * 400, " ", "unknown", b"\xff\xfe\n"])
def test_hostile_names_fall_back_to_the_file_name(tmp_path, name):
    content = gguf_bytes([pair("general.name", 8, name)], LLAMA_TENSORS)
    assert facts(write(tmp_path / "good.gguf", content))["name"].value == "good"


def test_a_hostile_licence_is_left_out(tmp_path):
    content = gguf_bytes([pair("general.license", 8, "mit\x1b[0m")], LLAMA_TENSORS)
    assert "licence" not in facts(write(tmp_path / "good.gguf", content))


def split(folder, parts=2):
    half = dict(list(LLAMA_TENSORS.items())[:2])
    count = pair("split.count", 4, parts)
    write(folder / "m-00001-of-00002.gguf", gguf_bytes([*LLAMA_PAIRS, count], half))
    rest = {"output_norm.weight": (16,)}
    return write(folder / "m-00002-of-00002.gguf", gguf_bytes([count], rest))


def test_split_files_are_one_model(tmp_path):
    second = split(tmp_path)
    for spec in (tmp_path, second):
        assert facts(spec)["parameters"].value == LLAMA_PARAMETERS
    second.unlink()
    refuse(tmp_path, "does not exist")


def test_a_renamed_part_is_not_taken_for_the_whole(tmp_path):
    second = split(tmp_path, 3)
    refuse(second.rename(tmp_path / "renamed.gguf"), "one part of several")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "cut off"),
        (b"GGU", "cut off"),
        (b"GGML" + VALID[4:], "does not begin with GGUF"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (b"GGUF" + struct.pack(">I", 3) + b"\0" * 16, "big-endian"),
        (gguf_bytes([], {}, version=1), "version is 1"),
        (gguf_bytes([], {}, version=9), "version is 9"),
        (gguf_bytes([], {}, counts=(2**63, 0)), "claims .* tensors"),
        (gguf_bytes([], {}, counts=(0, 2**63)), "claims .* key-value pairs"),
        (gguf_bytes([], {}), "no weights"),
        (gguf_bytes(LLAMA_PAIRS[:1] * 2, LLAMA_TENSORS), "stands twice"),
        (gguf_bytes([pair("general.type", 8, "adapter")], LLAMA_TENSORS), "something else"),
        (gguf_bytes([pair("general.alignment", 4, 0)], LLAMA_TENSORS), "alignment"),
        (gguf_bytes([pair("general.alignment", 8, "x")], LLAMA_TENSORS), "alignment"),
        (gguf_bytes([], {"a": (2**40, 2**40)}, data=b""), "impossible"),
        (gguf_bytes([], {"a": (0, 5)}), "impossible"),
        (gguf_bytes([], {"a": (1,) * 5}), "5 dimensions"),
        (gguf_bytes([], {"a": ()}, data=b"\0" * 64), "0 dimensions"),
        (gguf_bytes([text(b"\xff") + struct.pack("<IB", 7, 1)], LLAMA_TENSORS), "not UTF-8"),
        (gguf_bytes([text("k") + struct.pack("<IQ", 99, 1)], LLAMA_TENSORS), "unknown type 99"),
        (gguf_bytes([struct.pack("<QI", 2**62, 0) + b"\0" * 9], LLAMA_TENSORS), "name claims"),
        (VALID[:-1], "1 bytes are missing"),
        (VALID[:200], "cut off"),
    ],
)
def test_damaged_files(tmp_path, content, match):
    refuse(write(tmp_path / "bad.gguf", content), match)


@pytest.mark.parametrize(
    ("element", "length", "match"),
    [
        (8, 2**62, "claims .* texts"),
        (4, 2**62, "cut off"),
        (0, 2**64 - 1, "cut off"),
        (9, 1, "unknown type 9"),
        (77, 1, "unknown type 77"),
    ],
)
def test_arrays_that_claim_too_much(tmp_path, element, length, match):
    body = text("k") + struct.pack("<IIQ", 9, element, length)
    refuse(write(tmp_path / "bad.gguf", gguf_bytes([body], LLAMA_TENSORS)), match)


def test_long_texts_are_passed_over(tmp_path):
    content = gguf_bytes([pair("general.name", 8, "n" * 5000), *LLAMA_PAIRS[3:]], LLAMA_TENSORS)
    assert facts(write(tmp_path / "good.gguf", content))["name"].value == "good"


def test_impossible_sizes_are_refused(tmp_path):
    more = pair("llama.block_count", 4, 2**31)
    content = gguf_bytes(architecture("llama", more), LLAMA_TENSORS)
    refuse(write(tmp_path / "bad.gguf", content), "impossible")


def outcome(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzz.gguf"
    path.write_bytes(content)
    try:
        return read_gguf_header(path)
    except AdvisorError as error:
        return error


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=200), pairs=st.integers(0, 5), tensors=st.integers(0, 5))
def test_random_bytes_raise_nothing_else(tmp_path_factory, content, pairs, tensors):
    outcome(tmp_path_factory, content)
    outcome(tmp_path_factory, b"GGUF" + struct.pack("<IQQ", 3, tensors, pairs) + content)


HEADER_END = len(VALID) - sum(-(-size // 32) * 32 for size in (5760, 2560, 32, 64))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    place=st.integers(0, HEADER_END),
    insert=st.binary(max_size=8),
    drop=st.integers(0, 8),
    cut=st.integers(0, len(VALID) - 1),
)
def test_mutated_files_raise_nothing_else(tmp_path_factory, place, insert, drop, cut):
    outcome(tmp_path_factory, VALID[:place] + insert + VALID[place + drop :])
    assert isinstance(outcome(tmp_path_factory, VALID[:cut]), AdvisorError)


@pytest.mark.parametrize("lengths", [[2**64 - 1, 5], [3, 2**63], [3, 3, 3]])
def test_texts_in_an_array_that_run_past_the_end(tmp_path, lengths):
    body = text("k") + struct.pack("<IIQ", 9, 8, len(lengths))
    body += b"".join(struct.pack("<Q", length) + b"abc" for length in lengths)
    refuse(write(tmp_path / "bad.gguf", gguf_bytes([body[:-1]], {}, data=b"")[:-20]), "cut off")


def test_a_vocabulary_larger_than_one_block(tmp_path):
    tokens = pair("tokenizer.ggml.tokens", 9, ["t" * 50] * 40_000)
    content = gguf_bytes([tokens, *LLAMA_PAIRS[:-1]], {"blk.0.ffn_up.weight": (40, 40)})
    found = facts(write(tmp_path / "a.gguf", content))
    assert (found["vocabulary_size"].value, found["name"].value) == (40_000, "Tiny")
