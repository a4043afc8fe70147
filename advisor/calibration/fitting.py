"""Published comparisons as the rules see them, and the weights fitted to them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from advisor.catalogue import PublishedComparison, load_table
from advisor.decide import contributions, settled
from advisor.rules import Engine, Rule, RuleKind

AnyArray = NDArray[Any]
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

    comparisons: tuple[PublishedComparison, ...]
    weights: tuple[Weight, ...]
    base: AnyArray
    effects: AnyArray
    near: AnyArray
    comparison: AnyArray
    tolerance: AnyArray
    study: AnyArray
    unseen: AnyArray
    studies: tuple[str, ...]

    def at(self, tolerance: float) -> AnyArray:
        """Which pairs are at one tolerance."""
        return np.asarray(self.tolerance == tolerance)


def samples_of(found: Sequence[PublishedComparison], engine: Engine) -> Samples:
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


def _said(
    engine: Engine, one: PublishedComparison, tolerance: float
) -> Iterator[tuple[Weight, int]]:
    facts = {**one.facts, _TOLERANCE: tolerance}
    for finding in engine.assess(facts).findings:
        if finding.rule.kind is not RuleKind.QUALITY:
            continue
        decibans = settled(*contributions(finding).get(one.method, (0, 0)))
        if decibans:
            yield Weight(finding.rule.label, _sharing(finding.rule, one.method)), decibans


def _sharing(rule: Rule, method: str) -> tuple[str, ...]:
    """The methods on which a rule has the same effect as on this one; they share one weight."""
    own = rule.effects[method]
    return tuple(other for other, effect in rule.effects.items() if effect == own)


def fitted_shares(
    samples: Samples, counted: AnyArray, strength: float, prior: float = 1.0
) -> AnyArray:
    """The share of every authored weight, at least 0, that fits best.

    The penalised likelihood of a logistic regression whose features are the rules' own effects: a
    share of 1 leaves a weight as authored, and no share is negative, so no claim is turned round.

    Args:
        samples: effects and outcomes.
        counted: (pairs,) how often each pair counts; 0 leaves it out.
        strength: of the pull towards the prior, in squared nats.
        prior: the share that is held to: 1 for the authored weight, 0 for a prior that knows the
            sign and the shape of each rule and no size.

    Returns:
        (weights,) shares.
    """
    weight = counted * _weights(samples, counted)
    held = weight > 0
    effects, near, weight = samples.effects[held], samples.near[held], weight[held]
    # A weight is as large as the greatest effect that it has in any row.
    pull = strength * np.square(np.abs(samples.effects).max(axis=0))

    def loss(share: AnyArray) -> tuple[float, AnyArray]:
        odds = effects @ share
        off = share - prior
        value = weight @ (np.logaddexp(0.0, odds) - near * odds) + pull @ np.square(off)
        slope = effects.T @ (weight * (expit(odds) - near)) + 2.0 * pull * off
        return float(value), slope

    start = np.full(effects.shape[1], 0.5)
    bounds = [(0.0, None)] * len(start)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def studies_of(samples: Samples, counted: AnyArray) -> AnyArray:
    """How many studies speak of each weight, among the pairs that count."""
    held = counted > 0
    speaks = samples.effects[held] != 0
    studies = samples.study[held]
    return np.array([len(np.unique(studies[column])) for column in speaks.T])


def _weights(samples: Samples, counted: AnyArray) -> AnyArray:
    """The weight of each pair: every study counts the same, and so does each of its rows."""
    # A study that is drawn twice counts twice, however many rows it has.
    rows = np.bincount(samples.study, counted > 0, len(samples.studies))
    weight = 1.0 / np.maximum(rows, 1)[samples.study]
    # On the whole a comparison weighs one; it is asked at several tolerances.
    tolerances = len(np.unique(samples.tolerance))
    return np.asarray(weight * counted.sum() / (counted @ weight) / tolerances)
