"""Facts about what is loaded on the way to an answer, and about what is parsed ahead of time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.support.compiled import compile_shipped, package_folder

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {
    "datasets", "gguf", "huggingface_hub", "jinja2", "markupsafe", "numpy", "pandas",
    "peft", "pyarrow", "pydantic",
    "pydantic_core", "safetensors", "sklearn", "tokenizers", "torch", "transformers",
}  # fmt: skip
# rich draws on terminals and asks questions; neither happens here.
TALK = {"rich", "markdown_it", "pygments"}
CODE = """
import contextlib, io, json, sys
from advisor.cli.main import run
sys.argv = ["advisor", *sys.argv[1:]]
code, out = 0, io.StringIO()
try:
    with contextlib.redirect_stdout(out):
        run()
except SystemExit as stop:
    code = stop.code or 0
loaded = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps({"code": code, "length": len(out.getvalue()), "loaded": loaded}))
"""
EXAMPLE = ["advise", "--facts", str(ROOT / "examples" / "project.yaml")]
COMMANDS = [
    ["--help"],
    ["--version"],
    ["advise", "--help"],
    EXAMPLE,
    [*EXAMPLE, "--format", "json"],
    [*EXAMPLE, "--format", "markdown"],
    ["advise", "--model", str(ROOT / "examples" / "models" / "gpt2"), "--offline"],
    ["check", EXAMPLE[-1]],
    ["recipe", "--help"],
    ["estimate", str(ROOT / "examples" / "models" / "gpt2"), "--quick", "--gpu", "RTX 4090"],
    ["estimate", str(ROOT / "examples" / "models" / "gpt2"), "--quick", "--format", "json"],
]


def loaded_by(words, folder) -> dict:
    """The exit code, the length of the output and the loaded modules of a run of the command."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words],
        capture_output=True,
        cwd=folder,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(w[-20:] for w in words))
def test_an_answer_needs_no_library_that_trains_or_validates(words, tmp_path):
    told = loaded_by(words, tmp_path)
    assert told["code"] in (0, 3, 8)
    assert told["length"] > 0
    assert sorted(set(told["loaded"]) & (HEAVY | TALK)) == []


def test_help_reads_no_table_and_no_facts(tmp_path):
    assert not {"yaml", "html"} & set(loaded_by(["--help"], tmp_path)["loaded"])


@pytest.mark.parametrize(
    ("brief", "needed"), [([], set()), (["--brief"], {"numpy", "pydantic_core"})]
)
def test_a_batch_needs_numpy_and_a_quick_parser_for_short_answers_alone(brief, needed, tmp_path):
    (tmp_path / "p.jsonl").write_text('{"hardware.accelerator": "none"}\n', encoding="utf-8")
    told = loaded_by(["advise", "--batch", "p.jsonl", *brief], tmp_path)
    assert (told["code"], told["length"] > 0) == (0, True)
    assert set(told["loaded"]) & HEAVY == needed


def test_a_page_needs_its_templates_and_nothing_else_that_is_heavy(tmp_path):
    (tmp_path / "p.json").write_text('{"hardware.accelerator": "none"}', encoding="utf-8")
    told = loaded_by(["advise", "--facts", "p.json", "--format", "html"], tmp_path)
    assert told["code"] in (0, 3)
    assert told["length"] > 0
    assert set(told["loaded"]) & (HEAVY | TALK) == {"jinja2", "markupsafe"}


def test_what_is_parsed_ahead_is_up_to_date():
    path = package_folder() / "compiled.json"
    assert path.read_text(encoding="utf-8") == compile_shipped(), (
        "write it anew: python -m advisor.support.compiled"
    )
