"""Every project of a portfolio gets the answer that it gets alone from the scalar engine."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_projects import VOCABULARY, portfolio, some_values

from advisor.decide.decide import Status
from advisor.decide.decision import decision_of
from advisor.facts import Fact, FactBase, Source
from advisor_portfolio.judging import Portfolio

PARTS = 4


def alone(judge: Portfolio, values: dict[str, Any]) -> dict[str, Any]:
    facts = FactBase(Fact(key, value, Source.ANSWERED) for key, value in values.items())
    found = decision_of(judge.engine.assess(values).findings, facts, judge.engine.base)
    return {
        "status": found.status.value,
        "advice": found.advice.method,
        "recommendation": found.recommendation,
        "variant": found.variant,
        "alternative": found.alternative,
        "confidence": found.confidence,
        "scores": {method: entry.score for method, entry in found.tallies.items()},
    }


def together(judge: Portfolio, projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [answer for block in judge.judge(judge.encode(projects)) for answer in block]


def draw(seeds: range, judge: Portfolio | None = None) -> list[dict[str, Any]]:
    judge = judge or portfolio()
    return [some_values(seed, judge.engine, judge.facts) for seed in seeds]


@pytest.mark.long
@pytest.mark.cases
@pytest.mark.parametrize("part", range(PARTS))
def test_answers_on_random_projects_with_unknowns_are_those_of_the_engine(part, cases):
    seeds = range(part, cases(1200), PARTS)
    projects = draw(seeds)
    answers = together(portfolio(), projects)
    for seed, values, answer in zip(seeds, projects, answers, strict=True):
        assert answer == alone(portfolio(), values), seed


def test_the_random_projects_reach_every_status_and_leave_rules_open():
    projects = draw(range(1500))
    found = Counter(answer["status"] for answer in together(portfolio(), projects))
    assert set(found) == {status.value for status in Status}
    encoded = portfolio().encode(projects)
    assert 0 < len(encoded.apart) < len(projects) / 2
    assert any(column.ranges is not None for column in encoded.columns.values())


@settings(max_examples=30)
@given(st.lists(st.integers(0, 10_000), max_size=20))
def test_an_answer_does_not_hang_on_the_other_projects(seeds):
    judge = portfolio()
    projects = [some_values(seed, judge.engine, judge.facts) for seed in seeds]
    assert together(judge, projects) == [together(judge, [one])[0] for one in projects]


def test_blocks_are_in_the_order_of_the_projects():
    judge = portfolio()
    projects = draw(range(30))
    many = projects * 300  # more than one block
    assert together(judge, many) == together(judge, projects) * 300


def test_no_projects_give_no_answers():
    assert together(portfolio(), []) == []


def test_every_whole_number_that_a_fact_can_be_is_exact_in_a_column():
    for kind in VOCABULARY.values():
        if kind.integer:
            assert kind.range is not None
            assert kind.range[1] <= 2**53, kind.key
