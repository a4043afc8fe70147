"""Rules that repeat, oppose, cancel or stack with another one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from advisor.rules.checking.remark import Remark
from advisor.rules.checking.space import Box, within
from advisor.rules.rule import Effect, Ramp, Rule


def pairs(living: Sequence[tuple[Rule, Box]]) -> Iterator[Remark]:
    """What can be said of two rules together."""
    for (rule, box), (other, other_box) in itertools.combinations(living, 2):
        equal = box == other_box
        if equal and rule.effects == other.effects and set(rule.veto) == set(other.veto):
            text = f"it repeats {other.label}: the conditions and the effects are the same"
            yield Remark("error", "repeated", rule.label, text, f"{rule.where}; {other.where}")
            continue
        opposed = _opposed(rule, other) if equal else ()
        if opposed:
            text = (
                f"it opposes {other.label}: the conditions are the same, and the effects on "
                f"{', '.join(opposed)} have opposite signs"
            )
            yield Remark("warning", "opposed", rule.label, text, f"{rule.where}; {other.where}")
        yield from _stacks(rule, box, other, other_box)


def _opposed(rule: Rule, other: Rule) -> tuple[str, ...]:
    """The methods on which two fixed effects pull opposite ways; a ramp hangs on its fact, too."""
    return tuple(
        method
        for method in _shared(rule, other)
        if isinstance(rule.effects[method], int)
        and isinstance(other.effects[method], int)
        and _sign(rule.effects[method]) * _sign(other.effects[method]) < 0
    )


def _stacks(rule: Rule, box: Box, other: Rule, other_box: Box) -> Iterator[Remark]:
    """Say if one rule never fires without the other; of one that always fires it is no news."""
    if not (box and other_box and _same_way(rule, other)):
        return
    if within(box, other_box):
        yield _stack(rule, other)
    elif within(other_box, box):
        yield _stack(other, rule)


def _stack(rule: Rule, other: Rule) -> Remark:
    text = f"it stacks with {other.label}, which fires whenever it does and pulls the same way"
    return Remark("note", "stacked", rule.label, text, f"{rule.where}; {other.where}")


def _same_way(rule: Rule, other: Rule) -> bool:
    """Whether two rules veto one method, or give every method that they share the same sign."""
    if set(rule.veto) & set(other.veto):
        return True
    products = [
        _sign(rule.effects[method]) * _sign(other.effects[method])
        for method in _shared(rule, other)
    ]
    return any(product > 0 for product in products) and not any(p < 0 for p in products)


def _shared(rule: Rule, other: Rule) -> list[str]:
    return [method for method in rule.effects if method in other.effects]


def _sign(effect: Effect) -> int:
    """-1 or 1 if the effect can only lower or raise a score, else 0."""
    values = [y for _, y in effect.points] if isinstance(effect, Ramp) else [effect]
    if min(values) >= 0:
        return int(max(values) > 0)
    return -1 if max(values) <= 0 else 0
