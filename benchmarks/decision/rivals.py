"""The rules of thumb and the plain model that the advisor has to beat."""

from __future__ import annotations

import numpy as np
from metrics import Array, Judged, by_probability, by_rule, near_full
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from advisor.catalogue.evidence import PublishedComparison

_STRENGTH = 0.1
"""C of the logistic regression, as in the first analysis of these rows."""


def rivals(found: list[PublishedComparison], gap: Array, study: Array) -> dict[str, Judged]:
    """What each rival says of every comparison, having seen the other studies alone."""
    size = np.array([one.row.parameters for one in found])
    examples = np.array([one.row.train_examples for one in found])
    transferred = np.array([one.row.transferred for one in found])
    near = near_full(gap)
    return {
        "always full fine-tuning": by_rule(np.zeros(len(found), dtype=bool)),
        "transferred prompt, else full": by_rule(transferred),
        "under 1k examples, so prompt-tuning": by_rule(examples < 1e3),
        "under 10k examples, so prompt-tuning": by_rule(examples < 1e4),
        "10B or more, so prompt-tuning": by_rule(size >= 1e10),
        "base rate of the other studies": by_probability(_base_rate(near, study)),
        "logistic regression, 3 interactions": by_probability(
            _logistic(features(found), near, study)
        ),
    }


def _base_rate(near: Array, study: Array) -> Array:
    return np.array([near[study != own].mean() for own in study])


def features(found: list[PublishedComparison]) -> Array:
    """Size, examples, kind of prompt and task, with three interactions."""
    tasks = sorted({one.row.task_type for one in found})
    rows = []
    for one in found:
        size, examples = np.log10(one.row.parameters), np.log10(one.row.train_examples)
        deep = float(one.method == "prefix_tuning")
        shallow = float(not deep and not one.row.transferred)
        rows.append(
            [
                size,
                examples,
                deep,
                shallow,
                *(float(one.row.task_type == task) for task in tasks),
                size * shallow,
                examples * shallow,
                size * examples,
            ]
        )
    return np.array(rows)


def fitted_logistic(given: Array, near: Array, held: Array) -> Array:
    """What the regression claims of the held rows, having seen the others."""
    scaler = StandardScaler().fit(given[~held])
    model = LogisticRegression(C=_STRENGTH, max_iter=5000)
    model.fit(scaler.transform(given[~held]), near[~held])
    claims: Array = model.predict_proba(scaler.transform(given[held]))[:, 1]
    return claims


def _logistic(given: Array, near: Array, study: Array) -> Array:
    claims = np.zeros(len(near))
    for own in np.unique(study):
        held = study == own
        claims[held] = fitted_logistic(given, near, held)
    return claims
