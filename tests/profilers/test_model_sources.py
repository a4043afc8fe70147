"""What a model argument may be, folders, names and licences."""

import os

import pytest
from model_files import (
    LLAMA_PAIRS,
    LLAMA_TENSORS,
    TINY_LLAMA,
    TINY_LLAMA_PARAMETERS,
    facts,
    gguf_bytes,
    refuse,
    write_config,
)

from advisor.profilers.model import profile_model
from advisor.profilers.model.licence import licence_of_card, licence_of_text
from advisor.support.errors import AdvisorError


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.mark.parametrize(
    ("spec", "match"),
    [
        ("nowhere/at/all", "no such model on disk"),
        ("./missing", "no such model on disk"),
        ("/missing/config.json", "no such model on disk"),
        ("org/model.gguf", "no such model on disk"),
        ("gpt2", "no such model on disk"),
        ("..", "neither a config.json"),
        ("a\0b", "not the name of a model"),
        ("x" * 5000, "not the name of a model"),
        ("x" * 4000, "cannot be opened"),
        ("org/../../etc", "no such model|neither"),
        ("org/\x1b[2J", "no such model on disk"),
        ("/dev/null", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("/etc/passwd/x", "cannot be opened"),
    ],
)
def test_arguments_that_name_nothing(tmp_path, monkeypatch, spec, match):
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    refuse(spec, match)


@pytest.mark.parametrize("spec", ["", "   "])
def test_an_empty_argument(spec):
    with pytest.raises(AdvisorError, match="not the name of a model"):
        profile_model(spec)


def test_a_bare_name_is_explained():
    assert "org/gpt2" in refuse("gpt2", "no such model").hint


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "a.pth", "x.ckpt", "y.pkl"])
def test_pickle_files_are_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'touch /tmp/owned'\ntR.")
    assert "safetensors" in refuse(tmp_path / name, "pickle file is never opened").hint
    if name != "y.pkl":
        refuse(tmp_path, "pickle files, which are never opened")


def test_a_folder_with_pickled_weights_works_from_its_configuration(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"anything")
    write_config(tmp_path, TINY_LLAMA)
    assert facts(tmp_path)["parameters"].value == TINY_LLAMA_PARAMETERS


def test_folders_without_a_model(tmp_path):
    refuse(tmp_path, "neither a config.json nor model weights")
    (tmp_path / "adapter_config.json").write_text("{}", encoding="utf-8")
    refuse(tmp_path, "an adapter, not a model")


def test_a_folder_with_one_gguf_and_with_two(tmp_path):
    content = gguf_bytes(LLAMA_PAIRS, LLAMA_TENSORS)
    (tmp_path / "a.gguf").write_bytes(content)
    assert facts(tmp_path)["name"].value == "Tiny"
    (tmp_path / "b.gguf").write_bytes(content)
    refuse(tmp_path, "several GGUF models")


def test_pipes_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.gguf")
    refuse(tmp_path / "pipe.gguf", "not a regular file")
    os.mkfifo(tmp_path / "config.json")
    refuse(tmp_path, "not a regular file")
    os.mkfifo(tmp_path / "model.safetensors")
    (tmp_path / "config.json").unlink()
    refuse(tmp_path, "not a regular file")


def test_a_link_to_nothing(tmp_path):
    (tmp_path / "a.gguf").symlink_to(tmp_path / "gone.gguf")
    refuse(tmp_path / "a.gguf", "link to nothing")


def test_a_file_of_no_model_format(tmp_path):
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    refuse(tmp_path / "notes.txt", "no model format")


def test_any_json_file_may_be_the_configuration(tmp_path):
    path = write_config(tmp_path, TINY_LLAMA, "my-llama.json")
    assert facts(path)["name"].value == "my-llama"


def test_names_never_hold_a_path(tmp_path, monkeypatch):
    write_config(tmp_path / "my model", TINY_LLAMA)
    for spec in (tmp_path / "my model", tmp_path / "my model" / "config.json"):
        assert facts(spec)["name"].value == "my model"
    monkeypatch.chdir(tmp_path / "my model")
    assert [facts(spec)["name"].value for spec in (".", "config.json")] == ["my model"] * 2


@pytest.mark.parametrize("name", [b"bad\x1b[31m", b"bad\xff\xfe", "bad\u202e".encode(), b"a\nb"])
def test_hostile_folder_names_are_made_harmless(tmp_path, name):
    folder = os.fsdecode(os.path.join(os.fsencode(tmp_path), name))  # noqa: PTH118 - bytes
    os.mkdir(folder)  # noqa: PTH102 - the same
    refuse(folder, "neither")
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as stream:  # noqa: PTH118, PTH123
        stream.write('{"model_type": "gpt2"}')
    shown = facts(folder)["name"].value
    assert shown.isprintable()
    assert "\\" in shown


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("---\nlicense: apache-2.0\n---\n", "apache-2.0"),
        ("---\r\nlanguage: en\r\nlicense: 'mit'\r\n---\r\n", "mit"),
        ('---\nlicense: "cc-by-4.0" # comment\n---\n', "cc-by-4.0"),
        ("---\nlicense: other\nlicense_name: gemma-terms\n---\n", "gemma-terms"),
        ("---\nlicense: other\n---\n", "other"),
        ("license: mit\n", None),
        ("---\ntags: [a]\n---\nlicense: mit\n", None),
        ("---\nlicense: mit\x1b[31m\n---\n", None),
        ("---\nlicense: {a: b}\n---\n", None),
        ("", None),
    ],
)
def test_the_licence_of_a_card(card, expected):
    assert licence_of_card(card) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Apache License\n  Version 2.0, January 2004\n", "apache-2.0"),
        ("MIT License\n\nCopyright (c)", "mit"),
        ("GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007", "gpl-3.0"),
        ("LLAMA 3.1 COMMUNITY LICENSE AGREEMENT", "llama3.1"),
        ("MIT License, except parts under the Apache License Version 2.0", None),
        ("All rights reserved.", None),
        ("", None),
    ],
)
def test_the_licence_of_a_text(text, expected):
    assert licence_of_text(text) == expected


def test_licences_in_a_folder(tmp_path):
    path = write_config(tmp_path, TINY_LLAMA)
    assert "licence" not in facts(tmp_path)
    (tmp_path / "LICENSE").write_text("MIT License\n", encoding="utf-8")
    assert facts(tmp_path)["licence"].detail == "first lines of LICENSE"
    assert "licence" not in facts(path)
    (tmp_path / "README.md").write_text("---\nlicense: gemma\n---\n", encoding="utf-8")
    assert [facts(spec)["licence"].value for spec in (tmp_path, path)] == ["gemma"] * 2
    (tmp_path / "README.md").write_bytes(b"\xff\xfe")
    assert facts(tmp_path)["licence"].value == "mit"
