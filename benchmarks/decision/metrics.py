"""What a choice between a soft prompt and full fine-tuning is worth on published rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Array = NDArray[Any]
TIE = 1.0
"""Points within which two scores count as level."""
_LEAST = 0.01
"""Probabilities are clipped here for log-loss, so that a sure claim costs much and not all."""
_BINS = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule's claims on rows: the probability of parity, and whether it takes the soft prompt."""

    probability: Array
    soft: Array

    def of(self, rows: Array) -> Judged:
        """The claims on some rows."""
        return Judged(self.probability[rows], self.soft[rows])


def by_probability(probability: Array) -> Judged:
    """Take the soft prompt where parity is more likely than not."""
    return Judged(probability, probability > 0.5)


def by_rule(soft: Array) -> Judged:
    """A rule that chooses and says nothing of how sure it is."""
    return Judged(soft.astype(float), soft)


def decided_accuracy(said: Judged, gap: Array) -> float:
    """The share of right choices where one side is ahead by more than a tie."""
    decided = np.abs(gap) > TIE
    return float((said.soft == (gap < 0))[decided].mean())


def regret(said: Judged, gap: Array) -> float:
    """Mean points lost against the better of the two."""
    return float(np.where(said.soft, gap, -gap).clip(0).mean())


def brier(said: Judged, gap: Array) -> float:
    """Mean squared error of the probability of parity."""
    return float(np.square(said.probability - near_full(gap)).mean())


def log_loss(said: Judged, gap: Array) -> float:
    """Mean logarithmic loss in nats, clipped."""
    clipped = said.probability.clip(_LEAST, 1 - _LEAST)
    return float(-np.log(np.where(near_full(gap), clipped, 1 - clipped)).mean())


def area(said: Judged, gap: Array) -> float:
    """Area under the ROC curve; not a number where one outcome is missing."""
    near = near_full(gap)
    if near.all() or not near.any():
        return float("nan")
    return float(roc_auc_score(near, said.probability))


def calibration_error(said: Judged, gap: Array) -> float:
    """Mean distance of claim and outcome over fifths of the rows, by rising claim."""
    parts = reliability(said, gap)
    return sum(n * abs(claim - seen) for claim, seen, n in parts) / len(gap)


def reliability(said: Judged, gap: Array) -> list[tuple[float, float, int]]:
    """Mean claim, share that came true, and number of rows, for each fifth by rising claim."""
    order = np.argsort(said.probability, kind="stable")
    near = near_full(gap)
    return [
        (float(said.probability[part].mean()), float(near[part].mean()), len(part))
        for part in np.array_split(order, _BINS)
        if len(part)
    ]


def chosen(said: Judged, gap: Array) -> float:
    """The share of rows in which the soft prompt is taken."""
    del gap
    return float(said.soft.mean())


METRICS: Mapping[str, Callable[[Judged, Array], float]] = {
    "decided": decided_accuracy,
    "AUC": area,
    "Brier": brier,
    "log-loss": log_loss,
    "calibration": calibration_error,
    "regret": regret,
    "soft chosen": chosen,
}


def interval(values: list[float], share: float = 0.9) -> tuple[float, float]:
    """The middle share of some draws; those that are not a number are left out."""
    outside = (1 - share) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        low, high = np.nanquantile(np.array(values), [outside, 1 - outside])
    return float(low), float(high)


def draws(study: Array, count: int, seed: int) -> Iterator[Array]:
    """Rows of studies that are drawn with replacement, as many studies as there are."""
    chance = np.random.default_rng(seed)
    rows = {name: np.flatnonzero(study == name) for name in np.unique(study)}
    names = list(rows)
    for _ in range(count):
        picked = chance.integers(len(names), size=len(names))
        yield np.concatenate([rows[names[number]] for number in picked])


def near_full(gap: Array) -> Array:
    """Which rows ended within a tie of full fine-tuning, or ahead of it."""
    return np.asarray(gap <= TIE + 1e-9)
