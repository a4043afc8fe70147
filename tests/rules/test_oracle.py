"""The engine and the verdict against a judge that shares no code with them."""

from __future__ import annotations

import oracle
import pytest
from naive_judge import shipped, some_facts

from advisor.facts import Interval
from advisor.facts.vocabulary import load_vocabulary
from advisor.rules.rule import Outcome
from advisor.verdict.headline import contest
from advisor.verdict.tally import tally

RULES, TABLES = oracle.read_rules(), oracle.read_tables()
SCENARIOS = 10_000


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
    tallies = tally(findings, load_vocabulary().methods)
    state = contest(tallies, findings, engine.base.settings)
    return {
        "fired": sorted(f.rule.label for f in findings if f.outcome is Outcome.FIRES),
        "score": {method: entry.score for method, entry in tallies.items()},
        "vetoed": {method for method, entry in tallies.items() if entry.vetoes},
        "variant": state.variant,
        "margin": state.margin,
        "leaning": state.leaning.value,
    }


@pytest.mark.parametrize("part", range(10))
def test_the_oracle_agrees_on_random_scenarios_with_unknowns(part):
    size = SCENARIOS // 10
    for seed in range(part * size, (part + 1) * size):
        facts = some_facts(seed)
        assert ours(facts) == oracle.judge(told(facts), RULES, TABLES), seed


def test_the_scenarios_reach_every_answer_and_leave_rules_open():
    found = [ours(some_facts(seed)) for seed in range(1000)]
    assert {one["leaning"] for one in found} == {
        "prompt_tuning", "full_fine_tuning", "do_not_train", "infeasible",
    }  # fmt: skip
    assert {label for one in found for label in one["fired"]} == {rule["label"] for rule in RULES}
