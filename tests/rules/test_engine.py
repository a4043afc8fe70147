"""Facts about the engine: three outcomes, sub-decisions, ramps, and a naive judge beside it."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import rule, rules, table

from advisor.facts import Interval, load_vocabulary
from advisor.rules.engine import Engine
from advisor.rules.loading import load_rules
from advisor.rules.rule import Outcome, Ramp
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
    chance = random.Random(seed)  # noqa: S311 - reproducible by the seed that a failure prints
    known = chance.random()
    return {key: some_value(chance, key) for key in keys_in_play() if chance.random() < known}


SEEDS = st.integers(0, 2**32)


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
    chance = random.Random(more)  # noqa: S311
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
    random.Random(order).shuffle(mixed)  # noqa: S311
    other = Engine(dataclasses.replace(base, rules=tuple(mixed), tables=base.tables[::-1]))
    facts = some_facts(seed)
    assert outcomes(other, facts) == outcomes(shipped(), facts)


def test_a_fact_that_no_rule_reads_changes_nothing():
    facts = {ROWS: 500, "model.name": "any", "hardware.cpu_cores": 4}
    assert outcomes(shipped(), facts) == outcomes(shipped(), {ROWS: 500})


def test_an_absent_fact_and_an_unknown_one_are_the_same():
    unknown = dict.fromkeys(keys_in_play())
    assert outcomes(shipped(), unknown) == outcomes(shipped(), {})


# Small bases, for one thing at a time.


def outcome(load, when: str, facts: dict) -> str:
    engine = Engine(load(rules(rule(when=when))))
    return outcomes(engine, facts).get("Q901", ("silent",))[0]


def test_a_rule_without_tests_always_fires(load):
    assert outcome(load, "{}", {}) == "fires"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10, "fires"),
        (9, "silent"),
        (None, "undetermined"),
        (Interval(10, 20), "fires"),
        (Interval(9, 10, False, True), "fires"),
        (Interval(5, 10, True, False), "silent"),
        (Interval(5, 10), "undetermined"),
    ],
)
def test_a_number_makes_a_rule_fire_stay_silent_or_wait(load, value, expected):
    assert outcome(load, '{data.train_examples: ">= 10"}', {ROWS: value}) == expected


def test_one_false_clause_silences_a_rule_whatever_is_unknown(load):
    when = '{data.train_examples: ">= 10", task.type: code}'
    assert outcome(load, when, {ROWS: 5}) == "silent"
    assert outcome(load, when, {ROWS: 50}) == "undetermined"


def test_a_test_that_all_possible_values_pass_needs_no_value(load):
    assert outcome(load, '{data.train_examples: ">= 0"}', {}) == "fires"
    assert outcome(load, '{data.train_examples: "< 0"}', {}) == "silent"
    assert outcome(load, '{task.type: "-"}', {}) == "fires"


def test_a_benchmark_that_was_not_run_leaves_its_rules_silent(load):
    when = '{measured.lora.score: "> 0"}'
    assert outcome(load, when, {}) == "silent"
    assert outcome(load, when, {"measured.lora.score": Interval(-5, 5)}) == "undetermined"
    assert outcome(load, when, {"measured.lora.score": 5}) == "fires"


def test_a_text_is_compared_without_case_and_others_are_told_apart(load):
    when = "{model.name: [Llama-3, gpt2]}"
    assert outcome(load, when, {"model.name": "LLAMA-3"}) == "fires"
    assert outcome(load, when, {"model.name": "llama"}) == "silent"
    assert outcome(load, when, {}) == "undetermined"
    assert outcome(load, "{model.name: not(gpt2)}", {"model.name": "llama"}) == "fires"


def test_an_undetermined_rule_gives_bounds_that_include_no_effect(load):
    engine = Engine(load(rules(rule(when="{task.type: code}", effects="{lora: 3, ia3: -4}"))))
    (finding,) = engine.assess({}).findings
    assert finding.outcome is Outcome.UNDETERMINED
    assert finding.effects == ()
    assert sorted(finding.bounds) == [("ia3", -4, 0), ("lora", 0, 3)]


def test_a_ramp_over_an_unknown_fact_is_bounded_by_its_points(load):
    effects = "{lora: {ramp: data.train_examples, points: {10: -5, 1k: 7}}}"
    engine = Engine(load(rules(rule(effects=effects))))
    (finding,) = engine.assess({}).findings
    assert finding.bounds == (("lora", -5, 7),)
    (finding,) = engine.assess({ROWS: 100}).findings
    assert finding.effects == (("lora", 1),)
    (finding,) = engine.assess({ROWS: Interval(2000, 3000)}).findings
    assert finding.effects == (("lora", 7),)


def two_files(when: str) -> dict[str, str]:
    return {"own.yaml": rules(rule(when=when)), "table.yaml": table()}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({ROWS: 9}, "fires"),
        ({ROWS: 10}, "silent"),
        ({}, "undetermined"),
        ({"decision.data_adequacy": "none"}, "fires"),
        ({"decision.data_adequacy": "ample", ROWS: 9}, "silent"),
    ],
)
def test_a_rule_reads_the_level_that_a_table_decides_unless_it_is_stated(load, facts, expected):
    engine = Engine(load(two_files("{decision.data_adequacy: none}")))
    assert outcomes(engine, facts).get("Q901", ("silent",))[0] == expected


def test_an_unsettled_table_names_the_levels_and_rows_that_are_possible(load):
    engine = Engine(load(two_files("{}")))
    assert engine.assess({}).levels == {
        "decision.data_adequacy": (frozenset({"none", "ample"}), (0, 1))
    }
    assert engine.assess({ROWS: 4}).levels == {"decision.data_adequacy": ("none", (0,))}
    assert engine.assess({ROWS: 40}).levels == {"decision.data_adequacy": ("ample", (1,))}


def test_rows_that_agree_settle_a_table_that_is_not_settled_row_by_row(load):
    rows = (
        '  - {when: {data.train_examples: "< 10"}, level: ample, why: Too few to train on.}\n'
        "  - {when: {}, level: ample, why: Enough to train on.}\n"
    )
    engine = Engine(load({"own.yaml": rules(rule()), "table.yaml": table(rows=rows)}))
    assert engine.assess({}).levels == {"decision.data_adequacy": ("ample", (0, 1))}


RAMP = Ramp(ROWS, ((10.0, -5), (1000.0, 7), (10_000.0, 0)))


@pytest.mark.parametrize(
    ("number", "effect"),
    [(0, -5), (10, -5), (100, 1), (1000, 7), (10_000, 0), (10**9, 0), (math.inf, 0), (-3, -5)],
)
def test_a_ramp_is_linear_in_the_logarithm_and_flat_outside(number, effect):
    assert RAMP.at(number) == effect


@pytest.mark.parametrize(
    ("points", "effect"), [((0, 1), 0), ((0, 3), 2), ((0, 5), 2), ((-1, 0), 0)]
)
def test_halves_are_rounded_to_the_even_decibans(points, effect):
    low, high = points
    assert Ramp(ROWS, ((1.0, low), (100.0, high))).at(10) == effect


RAMPS = st.builds(
    lambda xs, ys: Ramp(ROWS, tuple(zip(sorted(xs), ys, strict=True))),
    st.sets(st.floats(0.001, 1e9), min_size=4, max_size=4),
    st.lists(st.integers(-100, 100), min_size=4, max_size=4),
)
VALUES = st.floats(0, 1e10)


@given(RAMPS, st.lists(VALUES, min_size=3, max_size=3).map(sorted))
def test_the_bounds_of_a_ramp_hold_every_effect_in_the_range(ramp, numbers):
    low, number, high = numbers
    least, greatest = ramp.bounds(Interval(low, high))
    assert least <= ramp.at(number) <= greatest
    assert ramp.bounds(number) == (ramp.at(number), ramp.at(number))
    assert ramp.bounds(None)[0] <= least <= greatest <= ramp.bounds(None)[1]


@given(RAMPS)
def test_a_ramp_passes_through_its_points(ramp):
    assert [ramp.at(x) for x, _ in ramp.points] == [y for _, y in ramp.points]


@given(RAMPS, VALUES)
def test_a_ramp_stays_between_its_neighbouring_points(ramp, number):
    below = [y for x, y in ramp.points if x <= number][-1:]
    above = [y for x, y in ramp.points if x >= number][:1]
    assert min(below + above) <= ramp.at(number) <= max(below + above)
