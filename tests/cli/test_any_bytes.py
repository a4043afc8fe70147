"""Facts about arbitrary bytes: no facts, data or batch file can crash the command."""

from __future__ import annotations

import json

import pytest
from command_line import in_process
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.facts import load_vocabulary

SETTINGS = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Pieces of which files like facts files are made, so that more than the first byte is reached.
PIECES = st.sampled_from(
    [
        b"task.type", b"data.train_examples", b"hardware", b"accelerator", b": ", b":\n  ", b"\n",
        b"code", b"5k", b"-1", b"1e999", b".nan", b"[", b"]", b"{", b"}", b'"', b"'", b"&a", b"*a",
        b"!!int", b"- ", b"? ", b"#", b"---\n", b"...", b"|", b">", b"%", b"\t", b"\\ud800",
        b"\\u0000", b"schema_version", b'"1"', b"facts", b"value", b"source", b"flag", b",",
        b"1..5", b"[1..5)", b"\xef\xbb\xbf", b"\xff", b"\0", b"\r", b"\xe2\x80\xa8", b"null",
    ]
)  # fmt: skip
FILES = st.one_of(
    st.binary(max_size=300), st.lists(PIECES, max_size=30).map(b"".join), st.text().map(str.encode)
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["code", "none", "5k", "1..5", "[1..5)", "unknown", "yes", "24GiB", "\ud800"]),
)  # fmt: skip
KEYS = st.sampled_from(sorted(load_vocabulary()))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
SOURCES = st.sampled_from(
    ["flag", "measured", "answered", "detected", "read_from_file", "catalogue", "estimated", "x"]
)
FACTS = st.dictionaries(KEYS, VALUES, max_size=6)
RUNS = st.fixed_dictionaries(
    {
        "schema_version": st.sampled_from(["1", 1, "2"]),
        "facts": st.dictionaries(
            KEYS, st.fixed_dictionaries({"value": VALUES, "source": SOURCES}), max_size=6
        ),
        "recommendation": st.one_of(SCALARS, st.sampled_from(["lora", "prompt_tuning"])),
    }
)


def survived(result) -> None:
    assert result.code in (0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), result.err
    assert "Traceback" not in result.err
    assert "internal error" not in result.err


@SETTINGS
@given(content=FILES)
def test_any_bytes_as_facts_file_give_an_answer_or_a_message(tmp_path, content):
    path = tmp_path / "facts"
    path.write_bytes(content)
    survived(in_process("advise", "--no-detect", "--facts", path))


@SETTINGS
@given(facts=st.one_of(FACTS, RUNS), command=st.sampled_from(["advise", "check"]))
def test_any_values_of_known_facts_give_an_answer_or_a_message(tmp_path, facts, command):
    path = tmp_path / "facts"
    path.write_text(json.dumps(facts), encoding="utf-8")
    words = ["check", path] if command == "check" else ["advise", "--facts", path]
    survived(in_process(*words, "--no-detect", "--format", "json"))


@SETTINGS
@given(content=FILES)
def test_any_bytes_as_batch_give_a_line_for_each_line(tmp_path, content):
    path = tmp_path / "batch"
    path.write_bytes(content)
    result = in_process("advise", "--no-detect", "--batch", path)
    survived(result)
    filled = [line for line in content.split(b"\n") if line.strip()]
    assert len([json.loads(line) for line in result.out.splitlines()]) == len(filled)


@pytest.mark.parametrize("name", ["d.jsonl", "d.csv", "d.tsv", "d.txt", "d.parquet"])
@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=FILES)
def test_any_bytes_as_data_give_an_answer_or_a_message(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    survived(in_process("advise", "--no-detect", "--data", path))


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=FILES)
def test_any_bytes_as_house_rules_give_an_answer_or_a_message(tmp_path, content):
    (tmp_path / "own.yaml").write_bytes(content)
    survived(in_process("rules", "check", "--rules", tmp_path))
