"""The quick outcome is that of the program's own decision, on thousands of scenarios."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from advisor.decide.decision import decision_of
from advisor.methods import load_methods
from advisor.rules.checking.space import Space
from advisor.rules.engine import Engine
from advisor.rules.loading import load_rules
from advisor.verification.compiled import Compiled
from advisor.verification.search import Scenarios

SCENARIOS = 4_000


@cache
def compiled() -> Compiled:
    base = load_rules()
    return Compiled(base, Space(base))


def decided(findings, facts):
    return decision_of(findings, facts, compiled().base).advice


@cache
def points() -> tuple:
    scenarios = Scenarios(compiled(), seed=1)
    return tuple(point for _ in range(SCENARIOS) if (point := scenarios.draw()))


@pytest.mark.parametrize("part", range(4))
def test_the_quick_outcome_is_the_decision(part):
    engine = Engine(compiled().base)
    for point in points()[part::4]:
        facts = compiled().facts(point)
        findings = engine.assess(facts.values()).findings
        total, mask = compiled().sum(point)
        assert compiled().advice(total, point) == decided(findings, facts)
        # Leaving out one rule that fires, another one each time.
        left_out = findings[sum(point) % len(findings)].rule.label
        rest = [finding for finding in findings if finding.rule.label != left_out]
        share = compiled().share(left_out, point, mask)
        assert compiled().advice(total - share, point) == decided(rest, facts), left_out


def test_the_scenarios_reach_every_definite_answer():
    outcomes = [compiled().advice(compiled().sum(point).total, point) for point in points()]
    statuses = Counter(outcome.status.value for outcome in outcomes)
    assert set(statuses) == {"decided", "too_close", "infeasible", "do_not_train"}
    assert {outcome.variant for outcome in outcomes} == {
        "prompt_tuning", "p_tuning", "prefix_tuning", None,
    }  # fmt: skip
    others = {id_ for id_, method in load_methods().items() if not method.side}
    assert {outcome.alternative for outcome in outcomes} == others | {None}


def test_the_facts_of_a_point_lie_in_its_cells():
    for point in points()[::40]:
        values = compiled().facts(point).values()
        for key, cell in compiled().cells(point).items():
            cells = compiled().space.cells[key]
            if key in values and compiled().space.vocabulary[key].numeric:
                numbers = [c for c in cells if isinstance(c, (int, float))]
                assert max(c for c in numbers if c <= values[key]) == cell
            elif key in values:
                assert values[key] == cell


def test_the_packed_sum_is_that_of_the_shares_of_all_rules():
    for point in points()[::20]:
        total, mask = compiled().sum(point)
        shares = sum(compiled().share(rule.label, point, mask) for rule in compiled().base.rules)
        scores, quality, vetoes = compiled().numbers(total)
        assert compiled().lanes(shares) == (*scores, *quality, *vetoes)
