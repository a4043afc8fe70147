"""Ways to foretell a gap in points as a distribution, each fitted to other studies' gaps."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from rows import DEEP, INPUT, LORA, TRANSFERRED, Array, Gap, by_study

from advisor.decide import contributions, settled
from advisor.rules import Engine, RuleKind, load_rules

_METHODS = {
    INPUT: "prompt_tuning",
    TRANSFERRED: "prompt_tuning",
    DEEP: "prefix_tuning",
    LORA: "lora",
}
_TASKS = (
    "nli_pair", "classification", "multiple_choice_qa", "generation_short", "generation_long",
    "sequence_labeling", "math_reasoning", "code", "regression",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Distribution:
    """Gaps with weights."""

    points: Array
    weights: Array

    def quantiles(self, at: Sequence[float]) -> Array:
        """The gaps at some shares, between those that there are in proportion."""
        order = np.argsort(self.points)
        weights = self.weights[order]
        places = (np.cumsum(weights) - weights / 2) / weights.sum()
        found: Array = np.interp(at, places, self.points[order])
        return found

    def chance_within(self, tolerance: float) -> float:
        """The share of gaps of at most so many points."""
        return float(self.weights[self.points <= tolerance].sum() / self.weights.sum())


Foretold: TypeAlias = Callable[[Gap], Distribution]
Candidate: TypeAlias = Callable[[Sequence[Gap]], Foretold]


def constant(known: Sequence[Gap]) -> Foretold:
    """All gaps, whatever the method."""
    found = Distribution(_points(known), by_study(known))
    return lambda _: found


def kind_alone(known: Sequence[Gap]) -> Foretold:
    """The gaps of the same kind of method."""
    found = {kind: constant(own)(own[0]) for kind, own in _by_kind(known).items()}
    anything = constant(known)(known[0])
    return lambda gap: found.get(gap.kind, anything)


def nearest(known: Sequence[Gap], count: int = 15) -> Foretold:
    """The gaps of the same kind nearest in size of model and data."""
    kinds = _by_kind(known)

    def foretold(gap: Gap) -> Distribution:
        own = kinds.get(gap.kind, list(known))
        apart = [
            _apart(gap.parameters, o.parameters) + _apart(gap.examples, o.examples) for o in own
        ]
        near = np.argsort(apart, kind="stable")[:count]
        return Distribution(_points(own)[near], np.ones(len(near)))

    return foretold


def likeness(known: Sequence[Gap], pull: float = 3.0) -> Foretold:
    """The gaps of the same kind, weighted by likeness in sizes, task and architecture.

    ``pull`` studies' worth of the kind's own gaps is added, so that few like ones decide little.
    """
    kinds = _by_kind(known)

    def foretold(gap: Gap) -> Distribution:
        own = kinds.get(gap.kind, list(known))
        even = by_study(own)
        like = even * np.array([_alike(gap, other) for other in own])
        share = like.sum() / (like.sum() + pull)
        weights = share * like / max(like.sum(), 1e-9) + (1 - share) * even / even.sum()
        return Distribution(_points(own), weights)

    return foretold


def ramps(ridge: float, *, curved: bool) -> Candidate:
    """A line in the logarithms of both sizes for each kind, task and architecture; kind's spread.

    Args:
        ridge: of the pull of every slope towards none.
        curved: whether the line is in the inverse hyperbolic sine of the gap, which holds far gaps
            in check; without it effects add up in points.
    """
    return lambda known: _fitted(known, _features, ridge, curved=curved)


def rules_alone(known: Sequence[Gap]) -> Foretold:
    """Points in proportion to the score of the authored rules, with a start for each kind."""
    return _fitted(known, _score, 0.2, curved=False)


def mixed(one: Candidate, other: Candidate) -> Candidate:
    """Half the weight to each of two."""

    def candidate(known: Sequence[Gap]) -> Foretold:
        first, second = one(known), other(known)

        def foretold(gap: Gap) -> Distribution:
            a, b = first(gap), second(gap)
            points = np.concatenate([a.points, b.points])
            weights = [a.weights / a.weights.sum(), b.weights / b.weights.sum()]
            return Distribution(points, np.concatenate(weights))

        return foretold

    return candidate


CANDIDATES: Mapping[str, Candidate] = {
    "constant": constant,
    "kind alone": kind_alone,
    "15 nearest of the kind": nearest,
    "likeness": likeness,
    "fitted ramps, in points": ramps(15.0, curved=False),
    "fitted ramps, curved": ramps(15.0, curved=True),
    "authored rules, one slope": rules_alone,
    "likeness and fitted ramps": mixed(likeness, ramps(15.0, curved=True)),
}


def _fitted(
    known: Sequence[Gap], features: Callable[[Gap], Array], ridge: float, *, curved: bool
) -> Foretold:
    """A robust line (Huber's weights) with a start for each kind, and the kind's residuals."""
    kinds = sorted({gap.kind for gap in known})

    def row(gap: Gap) -> Array:
        return np.concatenate([[float(gap.kind == kind) for kind in kinds], features(gap)])

    rows = np.array([row(gap) for gap in known])
    goal = _bent(_points(known), curved=curved)
    even = by_study(known)
    pull = np.diag([0.2] * len(kinds) + [ridge] * (rows.shape[1] - len(kinds)))
    weights = even
    for _ in range(30):
        slopes = np.linalg.solve(
            rows.T @ (rows * weights[:, None]) + pull, rows.T @ (weights * goal)
        )
        left = np.abs(goal - rows @ slopes)
        weights = even / np.maximum(1.0, left / (1.5 * 1.48 * np.median(left) + 1e-9))
    residuals = goal - rows @ slopes
    own = {kind: np.array([gap.kind == kind for gap in known]) for kind in kinds}
    everything = np.ones(len(known), dtype=bool)

    def foretold(gap: Gap) -> Distribution:
        of = own.get(gap.kind, everything)
        points = _bent(float(row(gap) @ slopes) + residuals[of], curved=curved, back=True)
        return Distribution(points, even[of])

    return foretold


_FAR = 3.0
"""Points from which on a curved line counts gaps by their logarithm."""


def _bent(points: Array, *, curved: bool, back: bool = False) -> Array:
    if not curved:
        return points
    bent: Array = np.sinh(points) * _FAR if back else np.arcsinh(points / _FAR)
    return bent


def _features(gap: Gap) -> Array:
    size = math.log10(gap.parameters) - 9.0
    rows = math.log10(gap.examples) - 4.0 if gap.examples else 0.0
    soft = float(gap.kind != LORA)
    return np.array(
        [
            *(size * (gap.kind == kind) for kind in _METHODS),
            *(rows * soft, rows * (1 - soft), size * rows * soft),
            *(soft * (gap.architecture == each) for each in ("encoder", "decoder")),
            *(soft * (gap.task == task) for task in _TASKS),
        ]
    )


_ENGINE = Engine(load_rules(authored=True))


def _score(gap: Gap) -> Array:
    """(1,) minus the decibans of the rules that read more than the tolerance."""
    facts = {
        "model.parameters": gap.parameters,
        "model.architecture": gap.architecture,
        "task.type": gap.task,
        "prompt.transfer_available": gap.kind == TRANSFERRED,
    }
    if gap.examples:
        facts["data.train_examples"] = gap.examples
    found = [
        settled(*contributions(finding).get(_METHODS[gap.kind], (0, 0)))
        for finding in _ENGINE.assess(facts).findings
        if finding.rule.kind is RuleKind.QUALITY and finding.rule.reads != (_TOLERANCE,)
    ]
    return np.array([-float(sum(found))])


_TOLERANCE = "quality.tolerance_points"


def _points(gaps: Sequence[Gap]) -> Array:
    return np.array([gap.points for gap in gaps])


def _by_kind(gaps: Sequence[Gap]) -> dict[str, list[Gap]]:
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        found.setdefault(gap.kind, []).append(gap)
    return found


def _apart(one: float | None, other: float | None) -> float:
    """Factors of ten between two numbers; one where either is unknown."""
    return abs(math.log10(one / other)) if one and other else 1.0


def _alike(gap: Gap, other: Gap) -> float:
    sizes = (
        _apart(gap.parameters, other.parameters) ** 2
        + (_apart(gap.examples, other.examples) / 1.5) ** 2
    )
    task = 1.0 if gap.task == other.task else 0.5
    return math.exp(-sizes / 2) * task * (1.0 if gap.architecture == other.architecture else 0.7)
