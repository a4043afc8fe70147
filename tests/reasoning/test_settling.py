"""Questions are called settled only where every reply gives one answer, and often where it does."""

from __future__ import annotations

import itertools
import random

import pytest
from test_asking import ENGINE, POOL, VOCABULARY, answer, person

from advisor.decide.decide import Status
from advisor.facts import Fact, FactBase, Source
from advisor.facts.reading import read_value
from advisor.reasoning.asking import OpenQuestions

OPEN = (
    "data.label_count", "model.architecture", "quality.tolerance_points", "data.domain_shift",
    "model.pretraining_match", "prompt.transfer_available", "deployment.latency_sensitive",
    "deployment.base_must_stay_unchanged", "budget.hours", "data.train_examples", "task.type",
)  # fmt: skip


def replies(key: str) -> list:
    """The values of the pool, and "unknown"."""
    values = dict.fromkeys([*POOL[key], "unknown"])
    return [read_value(VOCABULARY[key], raw, where="a test") for raw in values]


def state(truth: dict, open_: list[str]) -> FactBase:
    known = {key: value for key, value in truth.items() if key not in open_}
    facts = FactBase([Fact(key, value, Source.ANSWERED) for key, value in known.items()])
    for key in known:
        if not facts.applies(VOCABULARY[key]):
            facts.forget(key, Source.ANSWERED)
    return facts


def answers(facts: FactBase, open_: list[str]) -> set:
    found = set()
    for values in itertools.product(*map(replies, open_)):
        told = FactBase(facts.statements())
        for key, value in zip(open_, values, strict=True):
            told.replace(Fact(key, value, Source.ANSWERED))
        found.add(answer(told))
    return found


@pytest.mark.long
@pytest.mark.cases
@pytest.mark.parametrize("part", range(2))
def test_what_is_called_settled_has_one_answer_for_all_replies(part, cases):
    settled = missed = 0
    for seed in range(part, cases(30), 2):
        dice = random.Random(seed)
        truth = {**person(seed), "model.weights_access": "open"}
        open_ = dice.sample(OPEN, dice.choice((1, 2)))
        facts = state(truth, open_)
        told = not OpenQuestions(facts, [VOCABULARY[key] for key in open_], ENGINE).matter()
        found = answers(facts, open_)
        assert len(found) == 1 or not told, (seed, open_)
        one = len(found) == 1 and next(iter(found))[0] is not Status.UNDETERMINED
        settled, missed = settled + told, missed + (one and not told)
    assert settled > 2
    # A pool of values can agree where others would not; most of the time it shows what is so.
    assert missed <= settled
