"""What was measured belongs to the model that it was measured with."""

from __future__ import annotations

import pytest

from advisor.facts.factsfile import facts_from
from advisor.reasoning.case import Case
from advisor.rules.engine import load_engine
from advisor.support.strictyaml import YamlDocument

MEASURED = "measured.prompt_tuning.points_below_full"
PROJECT = {
    "task.type": "classification",
    "model.parameters": 22_000_000,
    "model.architecture": "encoder",
    "data.train_examples": 500,
    MEASURED: 6.0,
}


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, True),
        ({"data.train_examples": 5000}, True),
        ({"deployment.latency_sensitive": True}, True),
        ({"model.parameters": 22_000_000}, True),
        ({"model.parameters": 110_000_000}, False),
    ],
)
def test_another_model_forgets_what_was_measured_with_this_one(changes, kept):
    case = Case(facts_from(YamlDocument(PROJECT, {}, "a test")), load_engine())
    assert (case.values(changes).get(MEASURED) == 6.0) == kept
