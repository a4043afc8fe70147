"""Rules against each other: vetoes that leave no way out, useless favours, pairs that stack.

* A method that is ruled out whatever the facts.
* A rule that favours a method which a veto rules out whenever the rule fires.
* Rules with the same conditions whose effects add up to nothing for every method.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from advisor.rules.checking.remark import Remark
from advisor.rules.checking.space import Box, Space, uncovered, vetoes_on, within
from advisor.rules.rule import Effect, Ramp, Rule, decibans_of


def contradictions(living: Sequence[tuple[Rule, Box]], space: Space) -> Iterator[Remark]:
    """Return the remarks on rules that contradict each other.

    Args:
        living: the rules that can fire, each with the facts that it narrows.
        space: the cells of the facts.
    """
    rules = [rule for rule, _ in living]
    never = set()
    for method in space.vocabulary.methods:
        if uncovered({}, vetoes_on(method, rules, space), space) is None:
            never.add(method)
            text = "its vetoes leave no facts on which it is feasible"
            yield Remark("error", "contradictory", method, text, places_of(method, rules))
    yield from _favours(living, never)
    yield from _cancelling(living)


def places_of(method: str, rules: Sequence[Rule]) -> str:
    """Where the vetoes on a method stand."""
    return "; ".join(dict.fromkeys(rule.where for rule in rules if method in rule.veto))


def _favours(living: Sequence[tuple[Rule, Box]], never: set[str]) -> Iterator[Remark]:
    """Rules that raise a method where another one always rules it out."""
    vetoing = [(rule, box) for rule, box in living if rule.veto]
    for rule, box in living:
        raised = [m for m, effect in rule.effects.items() if m not in never and _raises(effect)]
        for other, other_box in vetoing:
            idle = [method for method in raised if method in other.veto]
            if idle and within(box, other_box):
                text = f"it favours {', '.join(idle)}, which {other.label} rules out where it fires"
                where = f"{rule.where}; {other.where}"
                yield Remark("warning", "contradictory", rule.label, text, where)


def _raises(effect: Effect) -> bool:
    return max(_heights(effect)) > 0


def _cancelling(living: Sequence[tuple[Rule, Box]]) -> Iterator[Remark]:
    """Two rules of the same conditions, or all of them together, that add up to nothing."""
    groups: list[tuple[Box, list[Rule]]] = []
    for rule, box in living:
        if rule.veto or not any(any(_heights(effect)) for effect in rule.effects.values()):
            continue
        same = next((rules for other, rules in groups if other == box), None)
        if same is None:
            groups.append((box, [rule]))
        else:
            same.append(rule)
    for _, rules in groups:
        sets = [list(pair) for pair in itertools.combinations(rules, 2)]
        for some in [*sets, rules] if len(rules) > 2 else sets:  # noqa: PLR2004 - more than a pair
            if _cancel([rule.effects for rule in some]):
                others = " and ".join(rule.label for rule in some[1:])
                text = f"with {others} it comes to nothing: they fire together and cancel exactly"
                where = "; ".join(rule.where for rule in some)
                yield Remark("warning", "contradictory", some[0].label, text, where)


def _cancel(effects: Sequence[Mapping[str, Effect]]) -> bool:
    """Whether the effects add up to zero for every method, at every number that ramps read."""
    methods = {method for own in effects for method in own}
    return all(_sum_is_zero([own[m] for own in effects if m in own]) for m in methods)


def _sum_is_zero(effects: Sequence[Effect]) -> bool:
    ramps = [effect for effect in effects if isinstance(effect, Ramp)]
    fixed = sum(effect for effect in effects if isinstance(effect, int))
    if len({ramp.fact for ramp in ramps}) > 1:
        # Ramps over different facts move apart, unless each of them is flat.
        return all(len(ramp.steps[1]) == 1 for ramp in ramps) and (
            fixed + sum(ramp.steps[1][0] for ramp in ramps) == 0
        )
    numbers = [0.0, *(step for ramp in ramps for step in ramp.steps[0])]
    return all(fixed + sum(ramp.at(number) for ramp in ramps) == 0 for number in numbers)


def _heights(effect: Effect) -> tuple[int, ...]:
    return effect.steps[1] if isinstance(effect, Ramp) else (effect,)


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
    values = decibans_of(effect)
    if min(values) >= 0:
        return int(max(values) > 0)
    return -1 if max(values) <= 0 else 0
