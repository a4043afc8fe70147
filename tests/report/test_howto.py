"""The steps of every method, filled in for full and for bare facts."""

from __future__ import annotations

import re

import pytest
from report_cases import PERSONAS, VOCABULARY, engine, stated

from advisor.decide.answer import answer_for
from advisor.facts import FactBase
from advisor.report.methods import how_to

FULL_FACTS = {
    **PERSONAS["newcomer_with_bert_on_a_cpu"],
    "train.batch_size": 32,
    "deployment.tasks_per_base": 3,
}
BASES = {
    "nothing": {},
    "everything": FULL_FACTS,
    "ranges": {
        **FULL_FACTS,
        "model.parameters": "1B to 10B",
        "data.train_examples": "500 to 2k",
        "data.eval_examples": "100 to 200",
        "model.context_length": "512 to 2048",
        "train.batch_size": "8 to 16",
        "deployment.tasks_per_base": "1 to 10",
    },
    "zeros": {**FULL_FACTS, "data.train_examples": 0, "data.eval_examples": 0},
}
EMPTY_SLOT = re.compile(r"  |\(\)|\( |,\s*,| ,| \.|: ?[;.]|\b0 to 0\b|\bNone\b|from  ?to|unknown")


def base(name: str) -> FactBase:
    return answer_for(stated(BASES[name]), engine()).facts


@pytest.mark.parametrize("facts", BASES)
@pytest.mark.parametrize("method", VOCABULARY.methods)
def test_no_step_has_a_leftover_brace_or_an_empty_slot(method, facts):
    steps = how_to(method, base(facts))
    assert steps
    for step in steps:
        assert "{" not in step
        assert "}" not in step
        assert not EMPTY_SLOT.search(step), step


@pytest.mark.parametrize("method", VOCABULARY.methods)
def test_every_step_is_a_sentence(method):
    for step in how_to(method, base("everything")):
        assert step[0].isupper()
        assert step.endswith(".")


@pytest.mark.parametrize("method", VOCABULARY.methods)
def test_the_steps_measure_before_and_after_training(method):
    text = " ".join(how_to(method, base("everything")))
    assert "200 held-out evaluation examples" in text
    if method != "few_shot_prompting":
        assert "Measure before training" in text
        assert "three seeds" in text


@pytest.mark.parametrize("method", VOCABULARY.methods)
def test_the_users_own_model_is_named(method):
    if method != "few_shot_prompting":
        assert any("bert-base-uncased" in step for step in how_to(method, base("everything")))


def test_a_stated_batch_size_is_used_in_place_of_the_recipes():
    assert any("batch 32" in step for step in how_to("lora", base("everything")))
    assert any("batch 16" in step for step in how_to("lora", base("nothing")))


def test_an_encoder_decoder_gets_its_own_rates():
    facts = stated({**FULL_FACTS, "model.architecture": "encoder_decoder"})
    text = " ".join(how_to("prompt_tuning", answer_for(facts, engine()).facts))
    assert "from 0.01 to 0.3 (AdamW; start with 0.3)" in text
    assert "from 0.001 to 0.3 (AdamW; start with 0.03)" in " ".join(
        how_to("prompt_tuning", base("everything"))
    )


def test_a_lora_recipe_says_its_rank_and_qlora_also_the_quantisation():
    assert any("rank 16" in step for step in how_to("lora", base("nothing")))
    assert any("NF4" in step for step in how_to("qlora", base("nothing")))


def test_the_size_of_the_artefact_is_that_of_one_task():
    one = how_to("full_fine_tuning", base("everything"))
    many = answer_for(stated({**FULL_FACTS, "deployment.tasks_per_base": 50}), engine()).facts
    assert one[-1] == how_to("full_fine_tuning", many)[-1]
    assert "219 MB" in one[-1]
