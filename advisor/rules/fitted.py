"""Weights that were fitted to published comparisons, laid over those that the rules state.

``rules/fitted.yaml`` is generated, by ``advisor evidence fit``, and accepted by its diff. A fitted
weight holds only as long as the author has not changed the one that it was fitted from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from advisor.rules.rule import Calibration, Effect, FittedWeight, Ramp, Rule

_DIGITS = 12


def calibration_from(raw: Mapping[str, Any]) -> Calibration:
    """The content of fitted.yaml."""
    weights = tuple(
        FittedWeight(
            rule=entry["rule"],
            methods=tuple(entry["methods"]),
            authored=tuple(entry["authored"]),
            fitted=tuple(entry["fitted"]),
            states=entry["states"],
            low=entry["interval"][0],
            high=entry["interval"][1],
            rows=entry["rows"],
            studies=entry["studies"],
        )
        for entry in raw["weights"]
    )
    return Calibration(raw["as_of"], raw["rows"], raw["studies"], tuple(raw["methods"]), weights)


def with_fitted(
    rules: Mapping[str, list[Rule]], weights: Sequence[FittedWeight]
) -> dict[str, list[Rule]]:
    """The rules with fitted effects where the authored ones are those that were fitted."""
    by_rule: dict[str, list[FittedWeight]] = {}
    for weight in weights:
        by_rule.setdefault(weight.rule, []).append(weight)
    return {
        code: [_refitted(rule, by_rule.get(rule.label, [])) for rule in instances]
        for code, instances in rules.items()
    }


def _refitted(rule: Rule, weights: Sequence[FittedWeight]) -> Rule:
    current = [weight for weight in weights if not stale(weight, rule)]
    if not current:
        return rule
    effects = dict(rule.effects)
    for weight in current:
        for method in weight.methods:
            effects[method] = _rewritten(effects[method], weight.fitted)
    return replace(rule, effects=effects, fitted=tuple(current))


def stale(weight: FittedWeight, rule: Rule) -> bool:
    """Whether the rule no longer states what the weight was fitted from.

    Args:
        weight: a fitted weight.
        rule: its rule, as the author wrote it.
    """
    return any(
        method not in rule.effects or digest(rule, method) != weight.states
        for method in weight.methods
    )


def methods_left_out(weight: FittedWeight, rule: Rule) -> list[str]:
    """Methods on which the rule has the effect that was fitted, and keeps what was authored."""
    return [
        method
        for method in rule.effects
        if method not in weight.methods and digest(rule, method) == weight.states
    ]


def digest(rule: Rule, method: str) -> str:
    """A short digest of the conditions of a rule and of its effect on a method."""
    effect = rule.effects[method]
    said = [
        sorted((key, test.text) for key, test in rule.when.items()),
        [effect.fact, effect.points] if isinstance(effect, Ramp) else effect,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:_DIGITS]


def _rewritten(effect: Effect, decibans: Sequence[int]) -> Effect:
    if isinstance(effect, Ramp):
        numbers = (number for number, _ in effect.points)
        return Ramp(effect.fact, tuple(zip(numbers, decibans, strict=True)))
    return decibans[0]
