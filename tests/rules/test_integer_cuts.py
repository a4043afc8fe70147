"""For whole numbers "> 5" and ">= 6" are one boundary, in the engine and in the checks."""

from __future__ import annotations

import itertools

import pytest
from rule_texts import rule, rules

from advisor.facts import load_vocabulary
from advisor.rules.checking.space import Space
from advisor.rules.engine import Engine
from advisor.rules.rule import Ramp

SAME = ["> 5", ">= 6", "not(<= 5)", "> 5.5", ">= 5.2"]
ROWS = "data.train_examples"


def both(load, one: str, other: str, fact: str = ROWS):
    texts = [rule(c, when=f'{{{fact}: "{t}"}}') for c, t in (("Q901", one), ("Q902", other))]
    return load(rules(*texts))


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(SAME, 2)))
def test_two_ways_to_write_a_bound_make_one_cut(load, one, other):
    base = both(load, one, other)
    assert Engine(base).numbers_of(ROWS) == (6,)
    assert Space(base).cells[ROWS] == (0, 6)


def test_of_other_numbers_they_are_two(load):
    base = both(load, "> 5", ">= 6", "budget.hours")
    assert len(Space(base).cells["budget.hours"]) == 3
    assert len(Engine(base).numbers_of("budget.hours")) == 2


def test_a_test_that_lies_between_two_whole_numbers_has_no_cell_of_its_own(load):
    base = both(load, "<= 5", ">= 6")
    assert Space(base).cells[ROWS] == (0, 6)


def test_a_ramp_steps_from_one_whole_number_to_the_next(load):
    ramp = f"{{lora: {{ramp: {ROWS}, points: {{2: 0, 4: 9}}}}}}"
    base = load(rules(rule(effects=ramp), rule("Q902", when=f'{{{ROWS}: "> 2"}}')))
    cells = Space(base).cells[ROWS]
    assert cells == (0, 3, 4)
    assert Engine(base).numbers_of(ROWS) == (3, 4)
    (effect,) = base.rules[0].effects.values()
    assert isinstance(effect, Ramp)
    assert effect.cuts(load_vocabulary()[ROWS]) == (3, 4)
    assert len(effect.steps[0]) == 9


def test_the_rounded_cuts_give_the_effects_of_the_ramp(load):
    ramp = f"{{lora: {{ramp: {ROWS}, points: {{2: 0, 7: 4, 40: -3}}}}}}"
    base = load(rules(rule(effects=ramp)))
    engine, (effect,) = Engine(base), base.rules[0].effects.values()
    for rows in range(60):
        (finding,) = engine.assess({ROWS: rows}).findings
        assert dict(finding.effects) == {"lora": effect.at(rows)}
