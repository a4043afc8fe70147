"""A tiny model and a file of examples for it, shared by the tests of whole runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

for folder in ("worker", "running", "planning", "../support"):
    sys.path.insert(0, str(Path(__file__).parent / folder))


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory):
    """The folder of a BERT with two layers of 32, random weights."""
    from tiny_benches import write_model

    return write_model(tmp_path_factory.mktemp("tiny") / "bert", "bert")


@pytest.fixture(scope="session")
def review_file(tmp_path_factory):
    """300 sentences of which one word tells the label."""
    from tiny_benches import reviews

    path = tmp_path_factory.mktemp("data") / "reviews.jsonl"
    rows = [{"text": one.inputs[0], "label": one.target} for one in distinct(reviews(600))][:300]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def own_state_folder(tmp_path, monkeypatch):
    """Interrupted runs of a test are no other's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def distinct(examples):
    """The first example of each input."""
    return list({example.inputs: example for example in examples}.values())
