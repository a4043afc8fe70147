"""Fit how much of each authored weight the evidence supports."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from advisor.calibration.samples import Array, Samples


def fitted_shares(samples: Samples, counted: Array, strength: float, prior: float = 1.0) -> Array:
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

    def loss(share: Array) -> tuple[float, Array]:
        odds = effects @ share
        off = share - prior
        value = weight @ (np.logaddexp(0.0, odds) - near * odds) + pull @ np.square(off)
        slope = effects.T @ (weight * (expit(odds) - near)) + 2.0 * pull * off
        return float(value), slope

    start = np.full(effects.shape[1], 0.5)
    bounds = [(0.0, None)] * len(start)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def studies_of(samples: Samples, counted: Array) -> Array:
    """How many studies speak of each weight, among the pairs that count."""
    held = counted > 0
    speaks = samples.effects[held] != 0
    studies = samples.study[held]
    return np.array([len(np.unique(studies[column])) for column in speaks.T])


def _weights(samples: Samples, counted: Array) -> Array:
    """The weight of each pair: every study counts the same, and so does each of its rows."""
    # A study that is drawn twice counts twice, however many rows it has.
    rows = np.bincount(samples.study, counted > 0, len(samples.studies))
    weight = 1.0 / np.maximum(rows, 1)[samples.study]
    # On the whole a comparison weighs one; it is asked at several tolerances.
    tolerances = len(np.unique(samples.tolerance))
    return np.asarray(weight * counted.sum() / (counted @ weight) / tolerances)
