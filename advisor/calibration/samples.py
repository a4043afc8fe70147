"""Published comparisons as the rules see them: what each rule says of each row, and the outcome."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.catalogue.evidence import Comparison
from advisor.catalogue.tables import load_table
from advisor.rules.engine import Engine
from advisor.rules.rule import Kind, Rule
from advisor.verdict.tally import contributions, settled

Array = NDArray[Any]
_TOLERANCE = "quality.tolerance_points"
NATS_PER_DECIBAN = math.log(10.0) / 10.0


@dataclass(frozen=True, slots=True, order=True)
class Weight:
    """One weight that is fitted: a rule's effect on the methods that share it."""

    rule: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Samples:
    """Comparisons by tolerances, as arrays with one entry for each of their pairs.

    Attributes:
        comparisons: the comparisons; `comparison` counts them.
        weights: the columns of `effects`.
        base: (weights,) whether the weight is part of the base rate of a method: its rule reads
            nothing but the tolerance.
        effects: (pairs, weights), nats that the authored weight adds to the log-odds.
        near: whether the method ended within the tolerance.
        comparison, tolerance, study: of each pair; studies by their number in `studies`.
        unseen: (pairs,) whether the authors of the weights had not read the row.
    """

    comparisons: tuple[Comparison, ...]
    weights: tuple[Weight, ...]
    base: Array
    effects: Array
    near: Array
    comparison: Array
    tolerance: Array
    study: Array
    unseen: Array
    studies: tuple[str, ...]

    def at(self, tolerance: float) -> Array:
        """Which pairs are at one tolerance."""
        return np.asarray(self.tolerance == tolerance)


def samples_of(found: Sequence[Comparison], engine: Engine) -> Samples:
    """Ask the rules about every comparison at every tolerance of calibration.yaml.

    Args:
        found: the comparisons.
        engine: a rule base with authored weights.
    """
    asked = load_table("calibration.yaml")["tolerances"]
    rows = [
        (number, float(tolerance), dict(_said(engine, one, tolerance)))
        for number, one in enumerate(found)
        for tolerance in asked
    ]
    weights = tuple(sorted({weight for *_, said in rows for weight in said}))
    column = {weight: number for number, weight in enumerate(weights)}
    effects = np.zeros((len(rows), len(weights)))
    for place, (*_, said) in enumerate(rows):
        for weight, decibans in said.items():
            effects[place, column[weight]] = decibans * NATS_PER_DECIBAN
    numbers = np.array([number for number, *_ in rows], dtype=int)
    limits = np.array([tolerance for _, tolerance, _ in rows])
    gaps = np.array([one.gap for one in found])[numbers]
    studies = tuple(dict.fromkeys(one.row.study for one in found))
    study = np.array([studies.index(one.row.study) for one in found])[numbers]
    unseen = np.array([one.row.unseen for one in found])[numbers]
    # Gaps are differences of printed decimals: 88.8 - 87.8 is a little more than one point.
    near = gaps <= limits + 1e-9
    reads = {rule.label: set(rule.reads) - {_TOLERANCE} for rule in engine.base.rules}
    base = np.array([not reads[weight.rule] for weight in weights])
    return Samples(
        tuple(found), weights, base, effects, near, numbers, limits, study, unseen, studies
    )  # fmt: skip


def _said(engine: Engine, one: Comparison, tolerance: float) -> Iterator[tuple[Weight, int]]:
    facts = {**one.facts, _TOLERANCE: tolerance}
    for finding in engine.assess(facts).findings:
        if finding.rule.kind is not Kind.QUALITY:
            continue
        decibans = settled(*contributions(finding).get(one.method, (0, 0)))
        if decibans:
            yield Weight(finding.rule.label, _sharing(finding.rule, one.method)), decibans


def _sharing(rule: Rule, method: str) -> tuple[str, ...]:
    """The methods on which a rule has the same effect as on this one; they share one weight."""
    own = rule.effects[method]
    return tuple(other for other, effect in rule.effects.items() if effect == own)
