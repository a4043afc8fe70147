"""What ``advisor confirm`` refuses before it loads a model: one message, and nothing is left."""

from __future__ import annotations

import json
import shutil
import struct

import pytest
from command_line import GPT2, refused


def rows(count, labels=("good", "bad")):
    """Lines of JSON with a text and a label each."""
    return "".join(
        json.dumps({"text": f"sentence {i}", "label": labels[i % len(labels)]}) + "\n"
        for i in range(count)
    )


@pytest.fixture
def model(tmp_path):
    """A folder with the header of safetensors and one tensor, which nobody gets to load."""
    folder = tmp_path / "model"
    folder.mkdir()
    shutil.copy(GPT2 / "config.json", folder)
    tensor = {"dtype": "F32", "shape": [40, 50], "data_offsets": [0, 8000]}
    header = json.dumps({"wte.weight": tensor})
    raw = struct.pack("<Q", len(header)) + header.encode() + bytes(8000)
    (folder / "model.safetensors").write_bytes(raw)
    return folder


@pytest.fixture
def data(file):
    return file("train.jsonl", rows(200))


@pytest.fixture
def state(tmp_path):
    """Nothing may be left here."""
    yield tmp_path / "state"
    assert not [path for path in (tmp_path / "state").rglob("*") if path.is_file()]


OPTIONS = [
    (["--budget", "0"], ["no time at all"]),
    (["--budget", "-5s"], ["no time at all"]),
    (["--budget", "soon"], ["no duration", "'soon'"]),
    (["--budget", "nan"], ["no duration"]),
    (["--budget", "100w"], ["no duration"]),
    (["--memory", "much"], ["no size", "--memory", "'much'"]),
    (["--memory", "0"], ["without memory"]),
    (["--memory", "-1GB"], ["without memory"]),
    (["--memory", "1e999GB"], ["no size"]),
    (["--slots", "0"], ["--slots", "1<=x<=1024"]),
    (["--seed", "-1"], ["--seed"]),
    (["--method", "magic"], ["no method 'magic'"]),
    (["--method", "few_shot_prompting"], ["no method 'few_shot_prompting'"]),
    (["--method", "qlora"], ["does not train QLoRA", "--method lora"]),
    (["--address", "here"], ["--executor ray"]),
    (["--executor", "mars"], ["--executor"]),
    (["--prompts", "nowhere.yaml"], ["nowhere.yaml", "does not exist"]),
    (["--set", "no.such=1"], ["no fact named 'no.such'"]),
    (["--resume"], ["no interrupted run", "without --resume"]),
    (["-o", "report.zzz"], ["suffix '.zzz'"]),
    (["-o", "nowhere/run.json"], ["cannot be written there"]),
    (["-o", "."], ["suffix"]),
    (["--keep", "/proc/nowhere"], ["cannot be used", "--keep DIR"]),
]


@pytest.mark.parametrize(("words", "parts"), OPTIONS, ids=lambda words: " ".join(words)[:30])
def test_options_that_make_no_sense(advisor, model, data, state, words, parts):
    refused(advisor("confirm", "--model", model, "--data", data, *words), *parts)


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (rows(3), ["3 examples", "too few"]),
        (rows(200, ("good",)), ["one class only", "label 'good'"]),
        (
            rows(150, [str(i / 3) for i in range(149)] + ["n/a"]),
            ["all labels are numbers", "1 of 150", "'n/a'", "line 150", "--set task.type"],
        ),
        ("".join(json.dumps({"text": f"t {i}"}) + "\n" for i in range(200)), ["--label-column"]),
        (rows(100) + '{"text": "t", "label": NaN}\n', ["line 101", "NaN"]),
        (rows(100) + '{"text": "t", "label"\n', ["line 101"]),
        ("", ["train.jsonl"]),
    ],
    ids=["three", "one class", "stray word", "no label", "NaN", "torn", "empty"],
)
def test_data_that_cannot_be_used(advisor, model, file, state, content, parts):
    refused(advisor("confirm", "--model", model, "--data", file("train.jsonl", content)), *parts)


def test_regression_targets_that_are_no_numbers(advisor, model, file, state):
    content = rows(150, [str(i / 3) for i in range(150)]) + '{"text": "t", "label": "nan"}\n'
    words = ["--model", model, "--data", file("train.jsonl", content)]
    refused(advisor("confirm", *words, "--set", "task.type=regression"), "finite number")


def test_an_evaluation_file_without_labels(advisor, model, data, file, state):
    other = file("eval.jsonl", "".join(f'{{"text": "other {i}"}}\n' for i in range(60)))
    words = ["--model", model, "--data", data, "--eval-data", other]
    refused(advisor("confirm", *words), "no column 'label'", "eval.jsonl")


@pytest.mark.parametrize("missing", ["--model", "--data"])
def test_model_and_data_are_both_needed(advisor, model, data, state, missing):
    words = {"--model": model, "--data": data}
    del words[missing]
    [(option, value)] = words.items()
    refused(advisor("confirm", option, value), "needs both", f"where: {missing}")


def test_more_classes_than_can_be_compared(advisor, model, file, state):
    content = rows(900, [f"label {i}" for i in range(300)])
    words = ["--model", model, "--data", file("train.jsonl", content)]
    refused(advisor("confirm", *words, "--set", "task.type=classification"), "300 classes")


def test_pickled_weights_are_not_read(advisor, data, state, tmp_path):
    folder = tmp_path / "pickled"
    shutil.copytree(GPT2, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    refused(advisor("confirm", "--model", folder, "--data", data), "pickled weights are not read")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_a_file_of_a_model_is_no_model(advisor, data, state, name):
    result = advisor("confirm", "--model", GPT2 / name, "--data", data)
    assert result.code == 2
    assert "Traceback" not in result.err
    assert str(GPT2 / name) in result.err


def test_a_folder_for_runs_that_cannot_be_made(advisor, model, data, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    refused(advisor("confirm", "--model", model, "--data", data), "cannot be used", "Not a direct")


def test_a_kept_folder_must_be_empty_and_its_journal_whole(advisor, model, data, tmp_path):
    keep = tmp_path / "kept"
    keep.mkdir()
    (keep / "journal.jsonl").write_text('{"frozen": {"plan": 3}}\n', encoding="utf-8")
    words = ["confirm", "--model", model, "--data", data, "--keep", keep]
    refused(advisor(*words), "not empty", "--resume")
    refused(advisor(*words, "--resume"), "asked for something else")
    (keep / "journal.jsonl").write_text('{"begun": 3}\n', encoding="utf-8")
    refused(advisor(*words, "--resume"), "damaged", "without --resume")
    assert [path.name for path in keep.iterdir()] == ["journal.jsonl"]
