"""Damaged copies of a rule: a threshold shifted, a sign turned round, a clause left out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from advisor.facts import load_vocabulary
from advisor.rules.rule import Effect, Ramp, Rule
from advisor.rules.unary import MemberTest, NumberTest, Test

Mutant = tuple[str, Rule]
HUGE = 1e300
TINY = 1e-300


def mutants(rule: Rule) -> Iterator[Mutant]:
    """What was done to the rule, and the rule with it."""
    for key, test in rule.when.items():
        without = {other: kept for other, kept in rule.when.items() if other != key}
        yield f"clause on {key} left out", replace(rule, when=without)
        for what, changed in changed_tests(key, test):
            yield f"{key}: {what}", replace(rule, when={**rule.when, key: changed})
    if any(decibans(effect) for effect in rule.effects.values()):
        turned = {method: flipped(effect) for method, effect in rule.effects.items()}
        yield "signs turned round", replace(rule, effects=turned)


def changed_tests(key: str, test: Test) -> Iterator[tuple[str, Test]]:
    if isinstance(test, MemberTest):
        yield "negated", replace(test, negated=not test.negated)
        return
    for cut in test.cuts:
        if abs(cut) > HUGE:  # the least float stands for "everything below"
            continue
        for factor in (0.5, 2.0):
            moved = shifted(key, cut, factor)
            yield f"{cut:g} shifted to {moved:g}", moved_test(test, cut, moved)


def shifted(key: str, cut: float, factor: float) -> float:
    """Half or double; one integer further where that is no other integer, or the number is 0."""
    moved = cut * factor if abs(cut) > TINY else factor - 1.25
    if load_vocabulary()[key].integer:
        moved = math.floor(moved) if factor < 1 else math.ceil(moved)
        moved = moved if moved != cut else cut + (1 if factor > 1 else -1)
    return moved


def moved_test(test: NumberTest, cut: float, moved: float) -> NumberTest:
    spans = tuple(
        (moved if low == cut else low, moved if high == cut else high) for low, high in test.spans
    )
    return replace(test, spans=tuple((low, high) for low, high in spans if low < high))


def decibans(effect: Effect) -> bool:
    return any(y for _, y in effect.points) if isinstance(effect, Ramp) else bool(effect)


def flipped(effect: Effect) -> Effect:
    if isinstance(effect, Ramp):
        return Ramp(effect.fact, tuple((x, -y) for x, y in effect.points))
    return -effect
