"""No proof speaks against what facts show, and bounds hold at every point."""

from __future__ import annotations

import itertools
from functools import cache

import pytest
from hypothesis import given, settings
from seeded import defect
from test_verify_by_brute_force import entries, every_outcome, load  # noqa: F401 - a fixture

from advisor.rules.checking.space import Space
from advisor.rules.loading import load_rules
from advisor.verification.compiled import Compiled, Margins
from advisor.verification.search import Scenarios
from advisor.verification.verify import Unreachable, proof_against, reachable_answers, verify_rules


def compiled_of(base) -> tuple[Compiled, Margins]:
    compiled = Compiled(base, Space(base))
    return compiled, Margins(compiled)


@cache
def shipped() -> tuple[Compiled, Margins]:
    return compiled_of(load_rules())


@settings(max_examples=300)
@given(entries())
def test_no_rule_that_decides_is_proved_not_to(load, texts):  # noqa: F811
    base = load(texts)
    compiled, bounds = compiled_of(base)
    outcomes = every_outcome(base)
    for rule in base.rules:
        if any(without[rule.label] != outcome for outcome, without in outcomes):
            assert proof_against(rule, compiled, bounds) is None, rule.label


@settings(max_examples=300)
@given(entries())
def test_no_answer_that_is_reached_is_proved_out_of_reach(load, texts):  # noqa: F811
    base = load(texts)
    compiled, bounds = compiled_of(base)
    unreachable = Unreachable(compiled, bounds)
    reached = {
        (field, getattr(value, "value", value))
        for outcome, _ in every_outcome(base) for field, value in outcome._asdict().items()
    }  # fmt: skip
    for answer in reachable_answers(base, compiled.methods):
        if answer in reached:
            assert unreachable.proof(answer) == "", answer


@pytest.mark.parametrize(
    ("effect", "answer", "most"),
    [
        ("{{prompt_tuning: {0}}}", ("recommendation", "prompt_tuning"), 0),
        ("{{few_shot_prompting: {0}}}", ("status", "do_not_train"), 2),
    ],
)
def test_an_answer_is_out_of_reach_up_to_its_threshold(load, effect, answer, most):  # noqa: F811
    for decibans in range(most - 2, most + 3):
        base = load([defect("P901", "{}", effect.format(decibans))])
        compiled, bounds = compiled_of(base)
        out_of_reach = bool(Unreachable(compiled, bounds).proof(answer))
        assert out_of_reach == (decibans <= most)
        assert (answer in verify_rules(base).reached) != out_of_reach


def test_no_shipped_rule_with_a_witness_and_no_reached_answer_has_a_proof_against_it():
    compiled, bounds = shipped()
    verified = verify_rules(compiled.base)
    for rule in compiled.base.rules:
        proof = proof_against(rule, compiled, bounds)
        assert (proof is None) == (rule.label in verified.decisive), rule.label
    unreachable = Unreachable(compiled, bounds)
    assert not any(unreachable.proof(answer) for answer in verified.reached)


@pytest.mark.parametrize("label", ["", "Q113", "P312", "Q119", "P321[lora]"])
def test_the_lead_of_one_method_over_another_lies_within_its_bounds(label):
    compiled, bounds = shipped()
    box = compiled.boxes[label] if label else {}
    scenarios = Scenarios(compiled, seed=2)
    points = [point for _ in range(150) if (point := scenarios.draw(box))]
    assert len(points) > 50
    pairs = list(itertools.permutations(range(len(compiled.methods)), 2))
    leads: dict = {pair: [] for pair in pairs}
    for point in points:
        scores, *_ = compiled.numbers(compiled.sum(point).total)
        for own, other in pairs:
            leads[own, other].append(scores[own] - scores[other])
    for (own, other), found in leads.items():
        span = bounds.lead(compiled.methods[own], compiled.methods[other], box)
        assert span.low <= min(found) <= max(found) <= span.high
