"""The engine on the shipped rules: as the naive judge has it, in any order."""

from __future__ import annotations

import dataclasses
import random

from hypothesis import given, settings
from naive_judge import (
    ROWS,
    SEEDS,
    VOCABULARY,
    bounds_of,
    interesting,
    keys_in_play,
    naive_levels,
    naive_outcomes,
    outcomes,
    shipped,
    some_facts,
    some_value,
)

from advisor.facts import Interval
from advisor.rules.engine import Engine


@settings(max_examples=300)
@given(SEEDS)
def test_the_engine_agrees_with_a_judge_that_goes_rule_by_rule(seed):
    facts = some_facts(seed)
    assert outcomes(shipped(), facts) == naive_outcomes(shipped().base, facts)


@given(SEEDS)
def test_the_levels_agree_with_tables_read_row_by_row(seed):
    facts = some_facts(seed)
    found = {key: level for key, (level, _) in shipped().assess(facts).levels.items()}
    assert found == naive_levels(shipped().base.tables, facts)


def learned(chance: random.Random, key: str, value):
    """A definite value among those that a partial or unknown one leaves open."""
    fact_type = VOCABULARY[key]
    if isinstance(value, frozenset):
        return chance.choice(sorted(value))
    if isinstance(value, Interval):
        start, end = bounds_of(fact_type, value)
        inside = [n for n in interesting(key) if start <= n < end]
        return chance.choice([start, *inside])
    if value is not None or fact_type.silent_if_absent:
        return value
    definite = some_value(chance, key)
    while isinstance(definite, (Interval, frozenset)):
        definite = some_value(chance, key)
    return definite


@settings(max_examples=200)
@given(SEEDS, SEEDS)
def test_learning_a_fact_never_flips_a_rule_that_is_determined(seed, more):
    facts = some_facts(seed)
    chance = random.Random(more)
    now = {k: learned(chance, k, facts.get(k)) for k in keys_in_play() if chance.random() < 0.5}
    before, after = outcomes(shipped(), facts), outcomes(shipped(), facts | now)
    assert set(after) <= set(before)
    for label, (outcome, effects, bounds) in before.items():
        if outcome == "fires":
            assert after[label] == (outcome, effects, bounds)
            continue
        settled = dict(after.get(label, ("silent", [], []))[1])
        open_still = {m: (a, b) for m, a, b in after.get(label, ("silent", [], []))[2]}
        for method, low, high in bounds:
            value = settled.get(method, 0)
            least, greatest = open_still.get(method, (value, value))
            assert low <= least <= greatest <= high


@settings(max_examples=30)
@given(SEEDS, SEEDS)
def test_the_order_of_the_rules_changes_nothing(seed, order):
    base = shipped().base
    mixed = list(base.rules)
    random.Random(order).shuffle(mixed)
    other = Engine(dataclasses.replace(base, rules=tuple(mixed), tables=base.tables[::-1]))
    facts = some_facts(seed)
    assert outcomes(other, facts) == outcomes(shipped(), facts)


def test_a_fact_that_no_rule_reads_changes_nothing():
    facts = {ROWS: 500, "model.name": "any", "hardware.cpu_cores": 4}
    assert outcomes(shipped(), facts) == outcomes(shipped(), {ROWS: 500})


def test_an_absent_fact_and_an_unknown_one_are_the_same():
    unknown = dict.fromkeys(keys_in_play())
    assert outcomes(shipped(), unknown) == outcomes(shipped(), {})
