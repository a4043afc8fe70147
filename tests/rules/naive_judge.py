"""A judge beside the engine that goes rule by rule, with no cells or masks; and random facts."""

from __future__ import annotations

import itertools
import math
import random
from functools import cache

from hypothesis import strategies as st

from advisor.facts import Interval, load_vocabulary
from advisor.rules.engine import Engine
from advisor.rules.loading import load_rules
from advisor.rules.rule import Ramp
from advisor.rules.unary import NumberTest

VOCABULARY = load_vocabulary()
ROWS = "data.train_examples"


@cache
def shipped() -> Engine:
    return Engine(load_rules())


def outcomes(engine: Engine, facts: dict) -> dict[str, tuple]:
    """By rule, all that the engine says of it; silent rules are left out."""
    return {
        f.rule.label: (f.outcome.value, sorted(f.effects), sorted(f.bounds))
        for f in engine.assess(facts).findings
    }


# A judge that goes rule by rule and fact by fact, with no cells and no masks.


def passes(test, value) -> bool:
    if isinstance(test, NumberTest):
        return any(low <= value < high for low, high in test.spans)
    plain = value.lower() if isinstance(value, str) else value
    return (plain in test.members) is not test.negated


def bounds_of(fact_type, interval) -> tuple[float, float]:
    """The least value of a range, and the first number above it."""
    low, high = interval.low, interval.high
    if fact_type.integer:
        start = math.floor(low) + 1 if low != math.floor(low) or not interval.low_closed else low
        end = math.ceil(high) if high != math.floor(high) or not interval.high_closed else high + 1
        return start, end
    start = low if interval.low_closed else math.nextafter(low, math.inf)
    return start, math.nextafter(high, math.inf) if interval.high_closed else high


def members(fact_type, test, value) -> list:
    """Values that stand for all that the fact can still be, as far as the test can tell."""
    if value is None and fact_type.numeric:
        value = Interval(*fact_type.range)
    if isinstance(value, Interval):
        start, end = bounds_of(fact_type, value)
        inside = [x for span in test.spans for x in span if start < x < end]
        return [start, *inside]
    if value is None and fact_type.type == "boolean":
        return [True, False]
    if value is None and fact_type.choices:
        return list(fact_type.choices)
    if value is None:
        return [*test.members, "no text that a test names"]
    return list(value) if isinstance(value, frozenset) else [value]


def naive_all(when, facts) -> bool | None:
    verdicts = set()
    for key, test in when.items():
        fact_type, value = VOCABULARY[key], facts.get(key)
        if value is None and fact_type.silent_if_absent:
            return False
        found = {passes(test, member) for member in members(fact_type, test, value)}
        verdicts.add(found.pop() if len(found) == 1 else None)
    if False in verdicts:
        return False
    return None if None in verdicts else True


def naive_levels(tables, facts) -> dict:
    levels = {}
    for one in tables:
        possible = []
        for row in one.rows:
            verdict = naive_all(row.when, facts)
            if verdict is not False:
                possible.append(row.level)
            if verdict is True:
                break
        levels[one.decides] = frozenset(possible) if len(set(possible)) > 1 else possible[0]
    return levels


def naive_effect(effect, facts) -> tuple[int, int]:
    if not isinstance(effect, Ramp):
        return effect, effect
    value = facts.get(effect.fact)
    low, high = (value, value)
    if value is None:
        low, high = 0, math.inf
    elif isinstance(value, Interval):
        low, high = value.low, value.high
    found = [naive_ramp(effect.points, low), naive_ramp(effect.points, high)]
    found += [y for x, y in effect.points if low <= x <= high]
    return min(found), max(found)


def naive_ramp(points, number) -> int:
    if number <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if x0 < number <= x1:
            return round(y0 + (y1 - y0) * math.log10(number / x0) / math.log10(x1 / x0))
    return points[-1][1]


def naive_outcomes(base, facts) -> dict[str, tuple]:
    facts = naive_levels(base.tables, facts) | facts
    result = {}
    for one in base.rules:
        verdict = naive_all(one.when, facts)
        if verdict is False:
            continue
        spans = {m: naive_effect(effect, facts) for m, effect in one.effects.items()}
        if verdict is True and all(low == high for low, high in spans.values()):
            fixed = sorted((m, low) for m, (low, _) in spans.items())
            result[one.label] = ("fires", fixed, [])
        else:
            wide = spans if verdict else {m: (min(0, a), max(0, b)) for m, (a, b) in spans.items()}
            result[one.label] = ("undetermined", [], sorted((m, *w) for m, w in wide.items()))
    return result


@cache
def keys_in_play() -> tuple[str, ...]:
    base = shipped().base
    keys = {key for one in base.rules for key in one.reads}
    keys |= {key for one in base.tables for row in one.rows for key in row.when}
    return tuple(sorted(keys - {one.decides for one in base.tables}))


@cache
def interesting(key: str) -> tuple[float, ...]:
    """Numbers at, just below and just above every number that a rule speaks of."""
    base = shipped().base
    tests = [one.when[key] for one in base.rules if key in one.when]
    tests += [row.when[key] for one in base.tables for row in one.rows if key in row.when]
    cuts = {cut for test in tests for cut in test.cuts}
    ramps = [e for one in base.rules for e in one.effects.values() if isinstance(e, Ramp)]
    cuts |= {x for ramp in ramps if ramp.fact == key for x, _ in ramp.points}
    fact_type = VOCABULARY[key]
    low, high = fact_type.range
    if fact_type.integer:
        near = {int(c) + step for c in cuts for step in (-1, 0, 1)}
        return tuple(sorted(n for n in near | {int(low), int(high)} if low <= n <= high))
    near = {math.nextafter(c, end) for c in cuts for end in (c, -math.inf, math.inf)}
    return tuple(sorted(n for n in near | {low, high, (low + high) / 2} if low <= n <= high))


def some_number(chance: random.Random, key: str) -> float:
    return chance.choice(interesting(key))


def some_value(chance: random.Random, key: str):
    fact_type = VOCABULARY[key]
    partial = chance.random() < 0.3
    if fact_type.numeric:
        if not partial:
            return some_number(chance, key)
        low, high = sorted((some_number(chance, key), some_number(chance, key)))
        ends = (chance.random() < 0.5, chance.random() < 0.5) if low < high else (True, True)
        interval = Interval(low, high, *ends)
        start, end = bounds_of(fact_type, interval)
        return interval if start < end else low
    if fact_type.type == "boolean":
        return chance.random() < 0.5
    if not fact_type.choices:
        return chance.choice(["CC-BY-ND-4.0", "cc-by-nc-nd-3.0", "apache-2.0", "", "\ufffd"])
    several = chance.sample(fact_type.choices, chance.randint(2, len(fact_type.choices)))
    return frozenset(several) if partial else several[0]


def some_facts(seed: int) -> dict:
    chance = random.Random(seed)
    known = chance.random()
    return {key: some_value(chance, key) for key in keys_in_play() if chance.random() < known}


SEEDS = st.integers(0, 2**32)
