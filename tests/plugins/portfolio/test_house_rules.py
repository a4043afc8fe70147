"""House rules and other settings reach a portfolio as they reach the engine."""

from __future__ import annotations

import dataclasses

from test_against_the_engine import alone, draw, together

from advisor.facts import load_vocabulary
from advisor.rules.engine import Engine, load_engine
from advisor.rules.loading import load_rules
from advisor_portfolio.judging import Portfolio

_RULE = """\
  - code: {code}
    name: a-rule-of-the-house
    kind: {kind}
    since: "0.1"
    when: {{data.eval_examples: ">= 1k", model.name: [house-model]}}
    {does}
    claim: A claim of the house.
    why: A reason of the house.
    wrong_when: The house is wrong.
    source: [{{title: A report of the house, says: Something., read: 2026-11}}]
    cases: [{{name: silent, facts: {{model.name: other}}, expect: silent}}]
"""
_EFFECTS = """\
effects:
      lora: {ramp: data.eval_examples, points: {1k: 2, 1M: 9}}
      full_fine_tuning: -4
"""


def test_a_house_rule_on_facts_that_no_shipped_rule_reads_is_judged(tmp_path):
    rules = [
        _RULE.format(code="H901", kind="quality", does=_EFFECTS),
        _RULE.format(code="H902", kind="feasibility", does="veto: [qlora]"),
    ]
    (tmp_path / "own.yaml").write_text("rules:\n" + "".join(rules), encoding="utf-8")
    judge = Portfolio(load_engine([tmp_path]))
    assert {"model.name", "data.eval_examples"} <= set(judge.facts)
    projects = draw(range(400), judge)
    for project in projects[::2]:
        project["model.name"] = "House-Model"
    answers = together(judge, projects)
    assert answers == [alone(judge, values) for values in projects]
    assert answers != together(Portfolio(load_engine()), projects)


def test_the_thresholds_of_the_settings_decide():
    base = load_rules()
    settings = dataclasses.replace(
        base.settings, too_close_decibans=9, alternative_decibans=0, do_not_train_decibans=-3,
        kept_without_study=0.1, enough_studies=7, neighbourhood_decades=0.2,
    )  # fmt: skip
    judge = Portfolio(Engine(dataclasses.replace(base, settings=settings)))
    projects = draw(range(1000), judge)
    answers = together(judge, projects)
    assert answers == [alone(judge, values) for values in projects]
    assert answers != together(Portfolio(Engine(base)), projects)


def test_rules_and_tables_in_another_order_give_the_same_answers():
    base = load_rules()
    turned = dataclasses.replace(base, rules=base.rules[::-1], tables=base.tables[::-1])
    judge = Portfolio(Engine(turned), load_vocabulary())
    projects = draw(range(300))
    assert together(judge, projects) == together(Portfolio(Engine(base)), projects)
