"""The engine and the verdict against a judge that shares no code with them."""

from __future__ import annotations

import random

import oracle
import oracle_verdict
import pytest
from naive_judge import VOCABULARY, keys_in_play, shipped, some_facts, some_number

from advisor.decide.decision import decision_of
from advisor.facts import Fact, FactBase, Interval, Source
from advisor.methods import load_methods
from advisor.rules.rule import Outcome

RULES, TABLES = oracle.read_rules(), oracle.read_tables()
SETTLED = range(10_000, 12_000)
"""Seeds of scenarios in which all is known, so that more is settled."""


def told(facts: dict) -> dict:
    """The facts in the oracle's own form: a range is four plain values."""
    return {
        key: (value.low, value.high, value.low_closed, value.high_closed)
        if isinstance(value, Interval)
        else value
        for key, value in facts.items()
    }


def ours(facts: dict) -> dict:
    engine = shipped()
    findings = engine.assess(facts).findings
    known = FactBase(Fact(key, value, Source.ANSWERED) for key, value in facts.items())
    made = decision_of(findings, known, engine.base)
    return {
        "fired": sorted(f.rule.label for f in findings if f.outcome is Outcome.FIRES),
        "score": {method: entry.score for method, entry in made.tallies.items()},
        "vetoed": {method for method, entry in made.tallies.items() if entry.vetoes},
        "variant": made.variant,
        "margin": made.state.margin,
        "leaning": made.state.leaning.value,
        "status": made.status.value,
        "recommendation": made.recommendation,
        "alternative": made.alternative,
    }


def probing(seed: int) -> dict:
    """Random facts with unknowns, but for the seeds of settled ones."""
    facts = some_facts(seed)
    if seed not in SETTLED:
        return facts
    chance = random.Random(-seed)
    for key in keys_in_play():
        value = facts.get(key)
        if value is None or isinstance(value, (Interval, frozenset)):
            facts[key] = mild(chance, key)
    return facts


def mild(chance: random.Random, key: str):
    """A definite value, mostly one that rules nothing out."""
    if key == "model.weights_access":
        return "open"
    if "headroom" in key and chance.random() < 0.95:
        return 2.0
    if VOCABULARY[key].numeric:
        return some_number(chance, key)
    choices = VOCABULARY[key].choices or (False, True)
    return "mit" if key == "model.licence" else chance.choice(choices)


@pytest.mark.long
@pytest.mark.cases
@pytest.mark.parametrize("part", range(4))
def test_the_oracle_agrees_on_random_scenarios_with_unknowns(part, cases):
    for seed in (*range(part, cases(1000), 4), *SETTLED[part : cases(200) : 4]):
        facts = probing(seed)
        assert ours(facts) == oracle_verdict.judge(told(facts), RULES, TABLES), seed


def test_the_scenarios_reach_every_answer_and_leave_rules_open():
    found = [ours(probing(seed)) for seed in range(9000, 12_000)]
    assert {one["status"] for one in found} == {
        "decided", "too_close", "undetermined", "infeasible", "do_not_train",
    }  # fmt: skip
    assert {one["leaning"] for one in found} == {
        "prompt_tuning", "full_fine_tuning", "do_not_train", "infeasible",
    }  # fmt: skip
    others = {id_ for id_, method in load_methods().items() if not method.side}
    assert {one["alternative"] for one in found} == others | {None}
    assert len({one["variant"] for one in found}) == 4
    assert {label for one in found for label in one["fired"]} == {rule["label"] for rule in RULES}
