"""Facts about reading facts from files, whatever the file turns out to be."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.facts import Fact, Interval, Source
from advisor.facts.factsfile import load_facts
from advisor.support.errors import AdvisorError

pytestmark = pytest.mark.usefixtures("no_hang")

VALID = """\
# a small classification project
task.type: classification
data:
  train_examples: 5k
  label_count: 4
model.parameters: "1B to 10B"
model.licence: apache-2.0
hardware: {accelerator: cuda, accelerator_memory_gib: 24GiB}
prompt.transfer_available: no
budget.hours: unknown
"""
RUN = {
    "schema_version": "1",
    "facts": {
        "data.train_examples": {"value": 800, "source": "detected", "detail": "counted in a.csv"},
        "model.parameters": {"value": "[1000000000..10000000000]", "source": "answered"},
        "task.type": {"value": ["code", "regression"], "source": "flag"},
        "deployment.tasks_per_base": {"value": 1, "source": "default"},
        "estimate.lora.memory_gib": {"value": 20.5, "source": "estimated"},
        "measured.lora.score": {"value": 81.5, "source": "measured"},
    },
}


@pytest.fixture
def written(tmp_path):
    def write(text: str | bytes, name: str = "facts.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refused(path) -> AdvisorError:
    with pytest.raises(AdvisorError) as error:
        load_facts(path)
    return error.value


def values(path) -> dict:
    return {fact.key: fact.value for fact in load_facts(path)}


def test_flat_and_nested_keys_may_be_mixed(written):
    assert values(written(VALID)) == {
        "task.type": "classification",
        "data.train_examples": 5000,
        "data.label_count": 4,
        "model.parameters": Interval(10**9, 10**10),
        "model.licence": "apache-2.0",
        "hardware.accelerator": "cuda",
        "hardware.accelerator_memory_gib": 24,
        "prompt.transfer_available": False,
        "budget.hours": None,
    }


def test_facts_know_the_line_that_they_stand_on(written):
    by_key = {fact.key: fact for fact in load_facts(written(VALID))}
    assert by_key["data.label_count"].detail == "stated in facts.yaml, line 5"
    assert by_key["data.label_count"].source is Source.ANSWERED


def test_flat_and_nested_yaml_and_json_say_the_same(written):
    flat = values(written("data.train_examples: 800\ndata.label_count: 4\n"))
    assert flat == values(written("data: {train_examples: 800, label_count: 4}"))
    assert flat == values(written('{"data": {"train_examples": 800, "label_count": 4}}'))
    assert flat == values(
        written('{"data.train_examples": 800, "data.label_count": "4"}', "f.json")
    )


def test_a_family_may_be_nested_to_its_method(written):
    assert values(written("measured: {lora: {score: 81.5}}")) == {"measured.lora.score": 81.5}


def test_a_fact_stated_flat_and_nested_is_refused_with_both_lines(written):
    error = refused(written("data.label_count: 4\ndata:\n  label_count: 4\n"))
    assert error.message == "data.label_count is stated twice"
    assert error.where == "facts.yaml, line 3"
    assert error.hint == "see also facts.yaml, line 1"


def test_a_repeated_key_is_refused(written):
    assert "stands twice" in refused(written("data.label_count: 4\ndata.label_count: 5\n")).message
    assert "stands twice" in refused(written('{"task.type": "code", "task.type": "code"}')).message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("data.train_exampels: 5", "data.train_examples"),
        ("data:\n  train_exampels: 5", "data.train_examples"),
        ('{"data": {"train_exampels": 5}}', "data.train_examples"),
    ],
)
def test_an_unknown_fact_is_refused_with_the_nearest_one(written, text, hint):
    error = refused(written(text))
    assert "there is no fact named 'data.train_exampels'" in error.message
    assert error.where.startswith("facts.yaml")
    assert hint in error.hint


def test_an_unknown_group_is_refused_with_the_nearest_one(written):
    error = refused(written("task.type: code\ndta: {train_examples: 5}\n"))
    assert error.message == "there is no group of facts named 'dta'"
    assert error.where == "facts.yaml, line 2"
    assert error.hint == "did you mean data?"


def test_a_mapping_in_place_of_a_value_is_refused(written):
    assert "is not a number" in refused(written("data.train_examples: {low: 1}")).message
    assert "is not one of its values" in refused(written("task.type: {a: 1}")).message


def test_an_empty_list_of_choices_is_refused(written):
    assert "the list is empty" in refused(written("task.type: []")).message


def test_a_wrong_value_is_refused_with_its_line(written):
    error = refused(written("task.type: code\ndata:\n  train_examples: 24GB\n"))
    assert "has the suffix 'GB'" in error.message
    assert error.where == "facts.yaml, line 3"


@pytest.mark.parametrize("key", ["decision.data_adequacy", "estimate.lora.memory_headroom"])
def test_a_computed_fact_cannot_be_stated(written, key):
    error = refused(written(f"{key}: 1"))
    assert error.message == f"{key} is computed from other facts and cannot be stated"
    assert error.hint.startswith("state ")


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", ".inf", ".nan", "1" + "0" * 35, "-5", "1e400"]
)
def test_impossible_numbers_are_refused(written, number):
    refused(written(f"data.train_examples: {number}"))


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "1" + "0" * 6000, "-5"])
def test_impossible_numbers_in_json_are_refused(written, number):
    refused(written(f'{{"data.train_examples": {number}}}'))


@pytest.mark.parametrize("text", ["", "  \n\n", "\ufeff"])
def test_an_empty_file_is_called_empty(written, text):
    error = refused(written(text))
    assert error.message == "the facts file is empty"
    assert error.where == "facts.yaml"


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words", "5", "[1, 2]", "# a comment only"])
def test_a_file_that_is_no_mapping_is_refused(written, text):
    assert refused(written(text)).message == "a facts file is a mapping from fact to value"


@pytest.mark.parametrize(
    "raw",
    [
        b"a: \xff\xfe",
        b"task.type: code\0",
        b"x" * 10_000_000,
        b"[" * 100_000,
        b"{a: " * 100_000,
        b"- " * 100_000,
        b'{"a":' * 100_000,
        b'{"task.type":' + b"[" * 100_000,
        b"a: &a [x]\nb: [*a, *a]",
        b"[" + b"a," * 2_000_000 + b"]",
        b"task.type: '" + b"x" * 4_000_000 + b"'",
        b"task.type: [" + b"'code'," * 90_000 + b"]",
        b"%YAML 3.0\n---\n",
        b"\xff\xfea\x00",
        b"\x00",
        b"{",
        b"{}x",
    ],
    ids=lambda raw: repr(raw[:16]),
)
def test_hostile_files_are_refused(written, raw):
    if raw.startswith(b"task.type: ['code'"):
        assert values(written(raw)) == {"task.type": "code"}
    else:
        refused(written(raw))


@pytest.mark.parametrize("depth", range(900, 1010, 7))
def test_nesting_near_the_limit_of_the_interpreter_is_refused(written, depth):
    refused(written('{"task.type": ' + "[" * depth + "]" * depth + "}"))
    refused(written('{"data.label_count": ' + '{"a":' * depth + "1" + "}" * depth + "}"))


def test_what_is_no_regular_file_is_refused(tmp_path):
    assert "is a directory" in refused(tmp_path).message
    assert "not a regular file" in refused("/dev/zero").message
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refused(tmp_path / "pipe").message
    assert "does not exist" in refused(tmp_path / "nowhere.yaml").message


def test_a_run_file_gives_its_facts_with_their_sources(written):
    facts = load_facts(written(json.dumps(RUN), "run.json"))
    assert facts == [
        Fact("data.train_examples", 800, Source.DETECTED, "counted in a.csv"),
        Fact("model.parameters", Interval(10**9, 10**10), Source.ANSWERED),
        Fact("task.type", frozenset({"code", "regression"}), Source.FLAG),
        Fact("measured.lora.score", 81.5, Source.MEASURED),
    ]


def test_what_a_run_computed_is_computed_anew_even_if_it_claims_to_be_stated(written):
    facts = {
        "decision.data_adequacy": {"value": "ample", "source": "flag"},
        "estimate.lora.memory_headroom": {"value": 9, "source": "answered"},
    }
    assert load_facts(written(json.dumps({"schema_version": "1", "facts": facts}))) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": "99"}, "run files of schema version 99 cannot be read"),
        ({"schema_version": [[1]]}, "run files of schema version [[1]] cannot be read"),
        ({"facts": [1]}, "the run file has no facts"),
        ({"facts": None}, "the run file has no facts"),
        ({"facts": {"no.fact": {}}}, "there is no fact named 'no.fact'"),
        ({"facts": {"task.type": "code"}}, "a fact of a run file has a value and a source"),
        ({"facts": {"task.type": {"value": 1}}}, "a fact of a run file has a value and a source"),
        ({"facts": {"task.type": {"value": 1, "source": "x"}}}, "'x' is not a source of facts"),
        ({"facts": {"task.type": {"value": 1, "source": []}}}, "'[]' is not a source of facts"),
        (
            {"facts": {"task.type": {"value": 1, "source": "flag"}}},
            "task.type: '1' is not one of its values",
        ),
    ],
)
def test_a_damaged_run_file_is_refused(written, change, message):
    error = refused(written(json.dumps(RUN | change), "run.json"))
    assert error.message == message
    assert error.where.startswith("run.json")


def test_standard_input_is_named_in_messages(monkeypatch):
    class Piped:
        class buffer:  # noqa: N801 - the name that sys.stdin has
            @staticmethod
            def read(_):
                return b"task.type: chess"

    monkeypatch.setattr("sys.stdin", Piped)
    assert refused("-").where == "standard input, line 1"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("facts") / "any.yaml"


def read_or_refuse(path, raw: bytes) -> None:
    path.write_bytes(raw)
    try:
        facts = load_facts(path)
    except AdvisorError as error:
        assert error.message
        assert error.where
    else:
        assert len({fact.key for fact in facts}) == len(facts)


@settings(max_examples=200)
@given(raw=st.binary(max_size=120) | st.text(max_size=120).map(str.encode))
def test_any_bytes_are_facts_or_are_refused(scratch, raw):
    read_or_refuse(scratch, raw)


PIECES = st.sampled_from(
    [
        "",
        "\n",
        ": ",
        "  ",
        "-",
        "[",
        "}",
        "'",
        "&a ",
        "*a",
        "!!int",
        "1e999",
        "-1",
        "data",
        "\0",
        "\t",
    ]
)


@st.composite
def mutated(draw, original: str):
    text = original
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(PIECES | st.text(max_size=4)) + text[end:]
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=200)
@given(raw=mutated(VALID) | mutated(json.dumps(RUN)))
def test_a_damaged_file_is_read_or_refused(scratch, raw):
    read_or_refuse(scratch, raw)
