"""Facts about bad input: one clear message and exit code 2, never a traceback or a hang."""

from __future__ import annotations

import json
import os

import pytest
from command_line import COMMAND, GPT2, PLAN, guard, refused

DEPTH = 100_000
RUN = {"schema_version": "1", "facts": {"task.type": {"value": "code", "source": "flag"}}}


def run_with(**changes) -> str:
    return json.dumps({**RUN, **changes})


FILES = {
    "empty": ("", ["the facts file is empty"]),
    "only white space": (" \n\t\n", ["the facts file is empty"]),
    "only a comment": ("# nothing yet\n", ["a mapping from fact to value"]),
    "invalid UTF-8": (b"model.name: x\ntask.type: \xff\n", ["not valid UTF-8", "line 2"]),
    "UTF-16": ("task.type: code\n".encode("utf-16"), ["facts"]),
    "NUL bytes": (b"task.type: code\n\0\0", ["NUL", "line 2"]),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ["NUL"]),
    "one line of 10 MB": (b"model.name: " + b"x" * 10_000_000, ["larger than 4096 KiB"]),
    "one JSON line of 10 MB": (b'{"a": "' + b"x" * 10_000_000 + b'"}', ["larger than 4096 KiB"]),
    "nested JSON objects": ('{"a":' * DEPTH + "1" + "}" * DEPTH, ["nested too deeply"]),
    "nested JSON lists": ('{"a":' + "[" * DEPTH + "]" * DEPTH + "}", ["nested too deeply"]),
    "nested YAML lists": ("a: " + "[" * DEPTH + "]" * DEPTH, ["nested deeper than 32", "line 1"]),
    "nested YAML mappings": ("a: " + "{a: " * DEPTH + "}" * DEPTH, ["nested deeper than 32"]),
    "an alias bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        ["anchors and aliases", "line 1"],
    ),
    "a Python tag": ("a: !!python/object/apply:os.system [ls]\n", ["tag", "line 1"]),
    "a duplicate YAML key": ("task.type: code\ntask.type: code\n", ["stands twice", "line 2"]),
    "a duplicate JSON key": ('{"task.type": "code", "task.type": "code"}', ["stands twice"]),
    "a flat and a nested key": (
        "task.type: code\ntask:\n  type: code\n",
        ["task.type is stated twice", "line 3", "line 1"],
    ),
    "two documents": ("task.type: code\n---\ntask.type: code\n", ["second document", "line 2"]),
    "a list": ("- task.type\n", ["a mapping from fact to value"]),
    "a number": ("5\n", ["a mapping from fact to value"]),
    "broken YAML": ("task.type: [code\n", ["not valid YAML", "bad, line"]),
    "broken JSON": ('{"task.type": "code",}', ["not valid JSON", "column 22"]),
    "two JSON objects": ('{"task.type": "code"}{}', ["not valid JSON"]),
    "YAML NaN": ("data.train_examples: .nan\n", [".nan is not a usable number", "line 1"]),
    "YAML infinity": ("data.train_examples: -.inf\n", ["not a usable number"]),
    "JSON NaN": ('{"data.train_examples": NaN}', ["NaN is not a number in JSON"]),
    "JSON infinity": ('{"data.train_examples": -Infinity}', ["not a number in JSON"]),
    "a JSON number beyond floats": ('{"data.train_examples": 1e999}', ["where: bad"]),
    "a YAML number of 5000 digits": ("data.train_examples: " + "9" * 5000, ["not a number"]),
    "a JSON number of 5000 digits": ('{"data.train_examples": ' + "9" * 5000 + "}", ["too long"]),
    "the word nan": ('data.train_examples: "nan"\n', ["'nan' is not a number"]),
    "a negative count": ("data.train_examples: -5\n", ["-5 is impossible", "line 1", "for exampl"]),
    "a huge count": ("data.train_examples: 1e300\n", ["is impossible", "1e+12"]),
    "half an example": ("data.train_examples: 0.5\n", ["not a whole number"]),
    "a share above one": ("data.duplicate_share: 1.5\n", ["impossible"]),
    "a wrong unit": ("hardware.accelerator_memory_gib: 24 hours\n", ["suffix", "gib"]),
    "a boolean for a number": ("data.train_examples: true\n", ["not a number"]),
    "a mapping for a number": ("data.train_examples: {a: 1}\n", ["not a number"]),
    "a list for a text": ("model.name: [a, b]\n", ["plain text"]),
    "an endless text": ("model.name: " + "x" * 5000, ["longer than 300"]),
    "control characters": ('model.name: "a\\e[31mb"\n', ["control characters"]),
    "an unknown fact": (
        "data.train_exmples: 5\n",
        ["there is no fact named 'data.train_exmples'", "line 1", "did you mean data.train_exam"],
    ),
    "an unknown nested fact": ("data:\n  train_exmples: 5\n", ["'data.train_exmples'", "line 2"]),
    "an unknown group": ("dta:\n  train_examples: 5\n", ["no group of facts named 'dta'", "data"]),
    "an unknown choice": (
        "task.type: clasification\n",
        ["'clasification'", "did you mean classification?", "line 1"],
    ),
    "neither yes nor no": ("deployment.latency_sensitive: maybe\n", ["neither yes nor no"]),
    "a computed fact": ("estimate.lora.memory_headroom: 2\n", ["is computed from other facts"]),
    "a median above the 95th percentile": (
        "data.median_tokens: 500\ndata.p95_tokens: 100\n",
        ["contradict each other", "data.median_tokens = 500", "data.p95_tokens = 100"],
    ),
    "memory of no accelerator": (
        "hardware.accelerator: none\nhardware.accelerator_memory_gib: 24\n",
        ["contradict each other", "has no accelerator memory"],
    ),
    "count of no accelerator": (
        "hardware.accelerator: none\nhardware.accelerator_count: 2\n",
        ["contradict each other", "has no accelerators"],
    ),
    "a largest label below its share": (
        "data.label_count: 2\ndata.largest_label_share: 0.2\n",
        ["contradict each other", "at least 1/N"],
    ),
    "a sequence beyond the positions": (
        "train.sequence_length: 4096\nmodel.context_length: 512\n",
        ["contradict each other", "positions"],
    ),
    "a newer run": (run_with(schema_version="2"), ["schema version 2", "reads version 1"]),
    "a run of no version": (run_with(schema_version=None), ["cannot be read"]),
    "a run with a list as version": (run_with(schema_version=[1]), ["cannot be read"]),
    "a run without facts": ('{"schema_version": "1"}', ["the run file has no facts"]),
    "a run with listed facts": (run_with(facts=[1]), ["the run file has no facts"]),
    "a run with a bare value": (run_with(facts={"task.type": "code"}), ["a value and a source"]),
    "a run with an unknown source": (
        run_with(facts={"task.type": {"value": "code", "source": "rumour"}}),
        ["'rumour' is not a source", "one of flag, measured", "task.type"],
    ),
    "a run with a mapping as source": (
        run_with(facts={"task.type": {"value": "code", "source": {}}}),
        ["is not a source"],
    ),
    "a run with an unknown fact": (
        run_with(facts={"task.typ": {"value": "code", "source": "flag"}}),
        ["'task.typ'", "did you mean task.type"],
    ),
    "a run with an impossible value": (
        run_with(facts={"data.train_examples": {"value": -1, "source": "flag"}}),
        ["impossible", "data.train_examples"],
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("words", [["advise", "--facts"], ["check"]], ids=["advise", "check"])
def test_a_bad_facts_file_is_refused(advisor, file, words, name):
    content, parts = FILES[name]
    refused(advisor(*words, file("bad", content), "--no-detect"), *parts)


@pytest.mark.parametrize("name", ["empty", "NUL bytes", "invalid UTF-8", "nested JSON lists"])
def test_bad_facts_on_standard_input_are_refused_alike(advisor, name):
    content, _ = FILES[name]
    refused(advisor("advise", "--facts", "-", "--no-detect", stdin=content), "standard input")


@pytest.mark.parametrize("option", [["advise", "--facts"], ["advise", "--batch"], ["check"]])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing", "does not exist"),
        ("missing/file", "does not exist"),
        ("folder", "is a directory"),
        ("/dev/zero", "not a regular file"),
        ("/dev/null", "not a regular file"),
        ("pipe", "not a regular file"),
        ("x" * 5000, "cannot be opened"),
    ],
)
def test_what_is_no_file_is_refused_without_waiting(advisor, tmp_path, option, name, message):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    refused(advisor(*option, tmp_path / name, "--no-detect"), message)


def test_no_input_reads_devices_without_end(command):
    for option in ("--facts", "--data", "--model", "--batch", "--rules"):
        refused(command("advise", option, "/dev/zero", "--no-detect", "--offline"), "/dev/zero")


SETTINGS = {
    "data.train_examples": ["the form key=value", "--set data.train_examples=5k"],
    "": ["the form key=value"],
    "=5": ["there is no fact named ''"],
    "data.train_exmples=5": ["'data.train_exmples'", "did you mean data.train_examples"],
    "task.type=clasification": ["did you mean classification?"],
    "data.train_examples=-5": ["is impossible"],
    "data.train_examples=nan": ["'nan' is not a number"],
    "data.train_examples=inf": ["'inf' is not a number"],
    "data.train_examples=1e400": ["--set data.train_examples"],
    "data.train_examples=" + "9" * 5000: ["not a number"],
    "data.train_examples=10 to 5": ["ends below its start"],
    "estimate.lora.memory_headroom=3": ["is computed from other facts"],
    "model.name=a\x1b[31mb": ["control characters"],
}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda text: text[:30])
def test_a_bad_setting_is_refused_by_name(advisor, setting):
    result = advisor("advise", "--no-detect", "--set", setting)
    refused(result, "--set", *SETTINGS[setting])
    assert "\x1b" not in result.err


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("data.median_tokens=500", "data.p95_tokens=100"),
        ("hardware.accelerator=none", "hardware.accelerator_memory_gib=8"),
        ("data.label_count=2", "data.largest_label_share=0.2"),
        ("train.sequence_length=4096", "model.context_length=512"),
    ],
)
def test_contradicting_settings_are_refused_and_both_are_named(advisor, first, second):
    result = advisor("advise", "--no-detect", "--set", first, "--set", second)
    refused(result, "contradict each other", first.split("=")[0], second.split("=")[0])


def test_two_settings_of_one_fact_that_differ_are_not_passed_over_in_silence(advisor):
    result = advisor(
        "advise", "--no-detect", "--set", "task.type=code", "--set", "task.type=nli_pair"
    )
    assert result.code == 2 or "nli_pair" in result.out


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("./missing", "there is no such model on disk"),
        ("/missing/model", "there is no such model on disk"),
        ("gpt2", "org/gpt2"),
        ("", "not the name of a model"),
        ("x" * 5000, "not the name of a model"),
        ("weights.safetensors", "there is no such model on disk"),
        ("org/some-model", "neither on disk nor in the local cache"),
    ],
)
def test_a_model_that_is_not_there_is_refused(advisor, model, message):
    refused(advisor("advise", "--offline", "--no-detect", "--model", model), message)


@pytest.mark.parametrize(
    ("name", "content", "parts"),
    [
        ("config.json", "{", ["JSON"]),
        ("config.json", "[]", ["config"]),
        ("config.json", '{"model_type": 5}', ["config"]),
        ("model.bin", "x", ["pickle"]),
        ("model.safetensors", b"\xff" * 64, ["model.safetensors"]),
        ("model.gguf", b"GGUF", ["model.gguf"]),
        ("model.onnx", "x", ["no model format"]),
    ],
)
def test_a_broken_model_file_is_refused(advisor, file, name, content, parts):
    refused(advisor("advise", "--offline", "--no-detect", "--model", file(name, content)), *parts)


def test_an_empty_model_folder_is_refused(advisor, tmp_path):
    (tmp_path / "model").mkdir()
    refused(advisor("advise", "--offline", "--no-detect", "--model", tmp_path / "model"))


@pytest.mark.parametrize(
    ("name", "content", "parts"),
    [
        ("d.jsonl", '{"text": "a", "label": "x"}\n{"text": }\n', ["d.jsonl, line 2"]),
        ("d.jsonl", '{"text": "a"}\n[1]\n', ["d.jsonl, line 2"]),
        ("d.jsonl", b'{"text": "a"}\n{"text": "\xff"}\n', ["d.jsonl, line 2"]),
        ("d.jsonl", "", ["d.jsonl"]),
        ("d.csv", 'text,label\na,x\n"b,y\n', ["d.csv"]),
        ("d.parquet", "no parquet", ["d.parquet"]),
        ("d.pkl", "x", ["d.pkl"]),
    ],
)
def test_a_malformed_data_file_is_refused_by_file_and_line(advisor, file, name, content, parts):
    refused(advisor("advise", "--no-detect", "--data", file(name, content)), *parts)


def test_an_unknown_column_is_refused(advisor, file):
    data = file("d.csv", "text,label\na,x\nb,y\n")
    for option in ("--text-column", "--label-column"):
        result = advisor("advise", "--no-detect", "--data", data, option, "lable")
        refused(result, "lable", "label")


def test_evaluation_data_without_training_data_is_refused(advisor, file):
    data = file("d.csv", "text,label\na,x\nb,y\n")
    refused(advisor("advise", "--no-detect", "--eval-data", data), "--eval-data needs --data")


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--gpu", "RTX 409"], ["no device named 'RTX 409'", "did you mean RTX 4090"]),
        (["--gpu", "A100 80GB"], ["2 devices", "'A100 80GB SXM'"]),
        (["--gpu", "zzzzzz"], ["no device named", "state hardware.accelerator"]),
        (["--gpu", ""], ["no device named"]),
        (["--gpu", "x" * 10_000], ["no device named"]),
        (["--gpus", "2"], ["--gpus needs --gpu"]),
        (["--gpus", "0"], ["--gpus"]),
        (["--gpu", "RTX 4090", "--gpus", "0"], ["0 devices", "1 or more"]),
        (["--gpu", "RTX 4090", "--gpus", "-1"], ["-1 devices"]),
        (["--gpu", "RTX 4090", "--gpus", "9" * 30], ["--gpus"]),
        (["--gpu", "RTX 4090", "--gpus", "1000000"], ["hardware.accelerator_count"]),
    ],
)
@pytest.mark.parametrize("words", [["advise"], ["check", "-"]], ids=["advise", "check"])
def test_a_device_that_cannot_be_planned_is_refused(advisor, words, options, parts):
    refused(advisor(*words, *options, "--no-detect", stdin="task.type: code\n"), *parts)


def test_a_lone_surrogate_in_a_text_is_refused(advisor, file):
    path = file("f.json", '{"model.name": "a\\ud800"}')
    for format_ in ("terminal", "json"):
        refused(advisor("advise", "--no-detect", "--facts", path, "--format", format_))


def test_a_file_name_that_is_no_text_is_no_internal_error(command, tmp_path):
    path = os.fsencode(tmp_path / "plan") + b"\xff.json"
    with open(path, "wb") as stream:  # noqa: PTH123 - the name is bytes
        stream.write(json.dumps(PLAN).encode())
    result = command("advise", "--facts", os.fsdecode(path), env={"PYTHONIOENCODING": "utf-8"})
    assert "internal error" not in result.err
    assert result.code in (0, 2)


def test_an_error_is_one_message_with_place_and_hint(command, file):
    path = file("bad.yaml", "task.type: code\ndata.train_exmples: 5\n")
    result = command("advise", "--facts", path)
    refused(result)
    assert result.err.splitlines()[:2] == [
        "error: there is no fact named 'data.train_exmples'",
        "  where: bad.yaml, line 2",
    ]
    assert result.err.splitlines()[2].startswith("  hint: did you mean data.train_examples")


# What is not the user's fault


def test_a_defect_gives_one_line_and_a_hint_but_no_traceback(advisor, monkeypatch):
    def broken(*_):
        raise RuntimeError("a wire came loose")

    monkeypatch.setattr("advisor.rules.load_engine", broken)
    result = advisor("advise", "--no-detect")
    assert result.code == 1
    assert "error: internal error: RuntimeError: a wire came loose" in result.err
    assert "hint:" in result.err
    assert "Traceback" not in result.err


def test_the_traceback_of_a_defect_can_be_had(advisor, monkeypatch):
    def broken(*_):
        raise RuntimeError("a wire came loose")

    monkeypatch.setattr("advisor.rules.load_engine", broken)
    monkeypatch.setenv("ADVISOR_TRACEBACK", "1")
    with pytest.raises(RuntimeError, match="a wire came loose"):
        advisor("advise", "--no-detect")


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [(MemoryError(), 1, "out of memory"), (KeyboardInterrupt(), 130, "")],
)
def test_running_out_of_memory_and_being_interrupted_have_codes(
    advisor, monkeypatch, raised, code, message
):
    def broken(*_):
        raise raised

    monkeypatch.setattr("advisor.rules.load_engine", broken)
    result = advisor("advise", "--no-detect")
    assert result.code == code
    assert message in result.err
    assert "Traceback" not in result.err


def test_the_command_is_installed_and_the_example_model_is_there():
    assert COMMAND
    assert (GPT2 / "config.json").is_file()


def test_the_guard_catches_a_hang_that_the_command_would_take_for_a_defect(advisor, monkeypatch):
    read, write = os.pipe()

    def wait(*_):
        os.read(read, 1)

    monkeypatch.setattr("advisor.rules.load_engine", wait)
    monkeypatch.setattr("command_line.guard", lambda: guard(1))
    try:
        with pytest.raises(BaseException, match="not done after 1 s"):
            advisor("advise", "--no-detect")
    finally:
        os.close(read)
        os.close(write)
