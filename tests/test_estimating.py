"""The estimate on its own and inside an answer: what is traced, what falls back, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import advisor
from advisor.app import gather
from advisor.app.advise import advise_project
from advisor.estimate.settings import Settings
from advisor.estimate.shape import ModelShape
from advisor.estimate.subject import Subject
from advisor.profilers.request import Request
from advisor.rules.engine import load_engine
from advisor.support.errors import AdvisorError

MODELS = Path(__file__).parents[1] / "examples" / "models"
PROJECT = ("task.type=classification", "data.train_examples=5k", "train.sequence_length=64")
SHAPE = ModelShape("llama", 5e6, 2, 64, 64, 160, 64, 4, 300, tied=False)


def fact(candidate, key: str):
    return candidate.answer.facts.get(f"estimate.lora.{key}")


@pytest.mark.filterwarnings("ignore")
def test_an_answer_traces_memory_where_it_is_asked_to():
    request = Request(
        settings=PROJECT, models=(str(MODELS / "gpt2"),), gpu="RTX 4090", offline=True
    )
    engine = load_engine()
    (traced,), _ = advise_project(request, engine, traced=True)
    (formula,), _ = advise_project(request, engine)
    assert fact(traced, "memory_gib").detail.startswith("traced")
    assert fact(formula, "memory_gib").detail.startswith("closed form")
    assert fact(traced, "memory_gib").value == pytest.approx(
        fact(formula, "memory_gib").value, rel=0.1
    )
    # Vetoes rest on the optimistic bound, which no trace moves.
    assert fact(traced, "memory_optimistic_gib") == fact(formula, "memory_optimistic_gib")


def test_a_trace_without_a_model_is_remarked():
    request = Request(settings=(*PROJECT, "model.parameters=1B"), gpu="RTX 4090")
    _, gathered = advise_project(request, load_engine(), traced=True)
    assert any("--trace needs --model" in note for note in gathered.notes)


def test_without_the_libraries_the_closed_form_is_used_and_said_so(monkeypatch):
    monkeypatch.setattr(gather, "find_spec", lambda _: None)
    found = advisor.estimate_model(
        str(MODELS / "gpt2"), methods=["lora"], gpu="RTX 4090", offline=True
    )
    assert found["methods"]["lora"]["basis"] == "closed form"
    assert any("not installed" in note for note in found["notes"])


@pytest.mark.filterwarnings("ignore")
def test_a_model_type_that_cannot_be_traced_falls_back_with_the_reason():
    subject = Subject("a model", "nosuch", SHAPE, {"model_type": "nosuch"})
    profile = subject.profile("lora", Settings(1, 32))
    assert profile.basis == "closed form"
    assert "no model type 'nosuch'" in subject.notes[0]


def test_the_python_call_and_the_command_give_the_same(tmp_path):
    found = advisor.estimate_model(
        str(MODELS / "gpt2"), gpu="RTX 4090", examples=1000, quick=True, offline=True
    )
    assert json.loads(json.dumps(found)) == found
    assert found["run"]["examples"] == 1000
    assert found["methods"]["full_fine_tuning"]["total_hours"] > 0


def test_further_facts_are_those_of_set():
    found = advisor.estimate_model(
        str(MODELS / "gpt2"), methods=["lora"], gpu="RTX 4090", examples=1000, quick=True,
        offline=True, facts={"price.per_hour": "2", "data.median_tokens": "64"},
    )  # fmt: skip
    assert found["run"]["price_per_hour"] == [2, 2]
    assert found["run"]["mean_tokens"] == 64


def test_a_stated_size_alone_has_no_model_to_read():
    with pytest.raises(AdvisorError, match="no such model"):
        advisor.estimate_model("./nowhere", quick=True, offline=True)
