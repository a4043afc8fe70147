"""The questionnaire stops early, and never at another answer than that of all questions."""

from __future__ import annotations

import random

import pytest

from advisor.decide.answer import answer_for
from advisor.decide.decide import Status
from advisor.facts import Fact, FactBase, Source, load_vocabulary
from advisor.facts.reading import read_value
from advisor.questionnaire.questions import open_questions
from advisor.reasoning.asking import Agenda
from advisor.rules.engine import load_engine

ENGINE = load_engine()
VOCABULARY = load_vocabulary()
AGENDA = Agenda(ENGINE)
POOL = {
    "task.type": ("classification", "nli_pair", "generation_long", "code", "regression"),
    "model.name": ("a model",),
    "model.parameters": ("110M", "1B", "8B", "13B", "70B"),
    "model.architecture": ("encoder", "decoder", "encoder_decoder"),
    "model.weights_access": ("open", "open", "open", "api_only"),
    "data.train_examples": (5, 12, 60, 500, "5k", "200k", "unknown"),
    "data.label_count": (2, 5, 51, 150),
    "deployment.tasks_per_base": (1, 1, 1, 4, 20, 500),
    "prompt.transfer_available": (True, False),
    "quality.tolerance_points": (0.5, 1, 3, 10, "unknown"),
    "data.domain_shift": ("low", "high", "unknown"),
    "model.pretraining_match": ("low", "medium", "high", "unknown"),
    "deployment.base_must_stay_unchanged": (True, False),
    "deployment.latency_sensitive": (True, False),
    "budget.hours": ("unknown", "unknown", 0.01, 10),
    "budget.cost": ("unknown", "unknown", 0.01, 100),
    "hardware.accelerator": ("cuda", "cuda", "none"),
    "hardware.accelerator_memory_gib": (4, 16, 24, 80),
    "hardware.accelerator_count": (1, 1, 4),
    "hardware.accelerator_name": ("RTX 4090", "H100 80GB SXM"),
    "hardware.ram_available_gib": (4, 32, 256),
    "hardware.cpu_cores": (2, 16),
}


# Close calls on large machines, where what thin evidence leaves of a lead decides.
CLOSE = {
    **POOL,
    "model.parameters": ("60M", "355M", "2B", "6B", "9B", "40B"),
    "model.weights_access": ("open",),
    "data.train_examples": (150, 191, 900, "3k", "1M", "30M"),
    "deployment.tasks_per_base": (1, 2, 3, 4, 5, 6, 10),
    "quality.tolerance_points": (0.5, 1, 1.2, 2, 3, 4, 5, 7),
    "budget.hours": ("unknown",),
    "budget.cost": ("unknown",),
    "hardware.accelerator": ("cuda",),
    "hardware.accelerator_memory_gib": (400, 900, 9000),
}


def person(seed: int, pools: dict = POOL) -> dict:
    dice = random.Random(seed)
    return {
        key: read_value(VOCABULARY[key], dice.choice(pool), where="a test")
        for key, pool in pools.items()
    }


def asked(truth: dict, agenda) -> tuple[FactBase, list[str]]:
    facts, keys = FactBase([]), []
    while worth := agenda(facts, list(open_questions(facts))):
        key = worth[0].key
        facts.replace(Fact(key, truth[key], Source.ANSWERED))
        keys.append(key)
    return facts, keys


def answer(facts: FactBase):
    verdict = answer_for(facts.statements(), ENGINE).verdict
    return verdict.status, verdict.recommendation, verdict.variant, verdict.alternative


PARTS = 4


@pytest.mark.long
@pytest.mark.cases
@pytest.mark.parametrize("part", range(PARTS))
def test_stopping_early_gives_the_answer_of_the_full_questionnaire(part, cases):
    spared = 0
    for seed in range(part, cases(80), PARTS):
        truth = person(seed)
        short, put = asked(truth, AGENDA)
        whole, every = asked(truth, lambda _, questions: questions)
        assert answer(short) == answer(whole), seed
        assert set(put) <= set(every)
        spared += len(every) - len(put)
    assert spared > 40


@pytest.mark.parametrize("seed", [*range(40), 316, 342, 2311, 2419, 2610, 2628])
def test_a_lead_that_only_thin_evidence_widens_is_asked_on(seed):
    truth = person(seed, CLOSE)
    short, _ = asked(truth, AGENDA)
    whole, _ = asked(truth, lambda _, questions: questions)
    assert answer(short) == answer(whole)


def test_an_api_alone_leaves_little_to_ask():
    truth = {**person(0), "model.weights_access": "api_only"}
    facts, keys = asked(truth, AGENDA)
    assert answer(facts)[0] is Status.INFEASIBLE
    assert len(keys) < len(asked(truth, lambda _, questions: questions)[1]) / 2


def test_a_limit_is_asked_for_before_anything_is_settled():
    # A budget that nobody has named does not bind, and could still rule everything out.
    truth = {**person(3), "model.weights_access": "open", "data.train_examples": 5000}
    _, keys = asked(truth, AGENDA)
    assert {"budget.hours", "budget.cost"} <= set(keys)


def test_facts_that_contradict_each_other_are_asked_on():
    facts = FactBase([
        Fact("data.median_tokens", 900, Source.ANSWERED),
        Fact("data.p95_tokens", 100, Source.ANSWERED),
    ])  # fmt: skip
    questions = list(open_questions(facts))
    read = [one for one in questions if one.key != "model.name"]  # which nothing reads
    assert AGENDA(facts, questions) == read
