"""The script of a report judges as the engine does, unknown facts and ranges included."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from random_projects import VOCABULARY, portfolio, some_values

from advisor.decide.verdict import Verdict, judge
from advisor.facts import Fact, FactBase, Source
from advisor.report import inpage
from advisor.report.inpage.rules_as_data import rules_as_data, value_as_data
from advisor.report.part import plain

PARTS = 4
SCRIPT = (Path(inpage.__file__).parent / "judge.js").read_text(encoding="utf-8")
JUDGE = """({ rules, cases }) => {
  const loaded = AdvisorJudge.load(rules);
  return cases.map((values) => AdvisorJudge.judge(loaded, values));
}"""


@cache
def rules() -> dict[str, Any]:
    return plain(rules_as_data(portfolio().engine, VOCABULARY))


def in_the_page(cases: list[dict[str, Any]], page: Any) -> list[dict[str, Any]]:
    page.add_script_tag(content=SCRIPT)
    data = [
        {key: value_as_data(v, integer=VOCABULARY[key].integer) for key, v in values.items()}
        for values in cases
    ]
    answers: list[dict[str, Any]] = page.evaluate(JUDGE, {"rules": rules(), "cases": data})
    return answers


def by_the_engine(values: dict[str, Any]) -> dict[str, Any]:
    engine = portfolio().engine
    facts = FactBase(Fact(key, value, Source.ANSWERED) for key, value in values.items())
    return shown(judge(facts, engine, lambda _: {}))


def shown(verdict: Verdict) -> dict[str, Any]:
    effects = [reason for reason in verdict.reasons if reason.effect is not None]
    return {
        "status": verdict.status.value,
        "recommendation": verdict.recommendation,
        "variant": verdict.variant,
        "confidence": verdict.confidence,
        "alternative": verdict.alternative,
        "compared": list(verdict.compared) if verdict.compared else None,
        "margin": verdict.margin,
        "scores": {method: entry.score for method, entry in verdict.tallies.items()},
        "feasible": {method: entry.feasible for method, entry in verdict.tallies.items()},
        "reasons": [{"rule": r.finding.rule.label, "effect": r.effect} for r in effects],
        "vetoes": [r.finding.rule.label for r in verdict.reasons if r.effect is None],
    }


@pytest.mark.cases
@pytest.mark.parametrize("part", range(PARTS))
def test_the_page_gives_the_verdict_scores_and_reasons_of_the_engine(part, browser, cases):
    seeds = range(part, cases(1000), PARTS)
    cases = [some_values(seed, portfolio().engine, portfolio().facts) for seed in seeds]
    page = browser.new_page()
    answers = in_the_page(cases, page)
    page.close()
    for seed, values, answer in zip(seeds, cases, answers, strict=True):
        expected = by_the_engine(values)
        confidence = expected.pop("confidence")
        assert {key: answer[key] for key in expected} == expected, seed
        if confidence is None:
            assert answer["confidence"] is None, seed
        else:
            # Powers of ten may differ in their last place.
            assert math.isclose(answer["confidence"], confidence, rel_tol=1e-12), seed


def test_the_rules_as_data_are_small_enough_to_travel_with_every_report():
    assert len(json.dumps(rules(), separators=(",", ":"))) < 38_000
