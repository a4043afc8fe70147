"""Leave one study out: choose on the other studies alone, and predict the one left out."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from advisor.calibration.fitting import AnyArray, Samples, fitted_shares, studies_of
from advisor.catalogue import load_table

_LEAST = 1e-6
"""Probability below which log-loss is not counted any higher."""


@dataclass(frozen=True, slots=True)
class FitChoice:
    """Everything about the fit that is chosen rather than fitted.

    Attributes:
        strength: how firmly weights are held to their prior.
        lone_study: what a rule adds to a base rate keeps n / (n + this), n studies speaking of it.
        loss: mean log-loss on left-out studies.
    """

    strength: float
    lone_study: float
    loss: float = float("nan")


@dataclass(frozen=True, slots=True)
class Predictions:
    """What was predicted of each study by what the others taught.

    Attributes:
        probability: (pairs,) of ending within the tolerance.
        choices: by study, what was chosen without it.
    """

    probability: AnyArray
    choices: dict[str, FitChoice]


class Validation:
    """Fits and predictions of one set of samples; a fit without the same studies is made once."""

    def __init__(self, samples: Samples, prior: float = 1.0) -> None:
        """Prepare.

        Args:
            samples: the comparisons.
            prior: the share of the authored weights that fits are held to.
        """
        self._samples = samples
        self._prior = prior
        self._candidates = load_table("calibration.yaml")
        self._fit = functools.cache(self._shares)

    def predict(self) -> Predictions:
        """Predict every study by the others, everything chosen among those others (nested)."""
        samples = self._samples
        probability = np.zeros(len(samples.near))
        choices = {}
        for study, name in enumerate(samples.studies):
            choice = self.choose(without=study)
            held = samples.study == study
            probability[held] = expit(self._odds(choice, frozenset({study}))[held])
            choices[name] = choice
        return Predictions(probability, choices)

    def choose(self, without: int | None = None) -> FitChoice:
        """The candidate that predicts left-out studies best.

        Args:
            without: a study that must have no say; None lets all of them speak.
        """
        outside = frozenset() if without is None else frozenset({without})
        judged = self._judged(outside)
        pairs = itertools.product(self._candidates["strengths"], self._candidates["lone_study"])
        candidates = (FitChoice(strength, lone_study) for strength, lone_study in pairs)
        found = [self._judge(candidate, outside, judged) for candidate in candidates]
        return min(found, key=lambda choice: choice.loss)

    def shares(self, choice: FitChoice) -> AnyArray:
        """The shares of the authored weights that all studies together give."""
        return self._tempered(choice, frozenset())

    def _judge(self, choice: FitChoice, outside: frozenset[int], judged: AnyArray) -> FitChoice:
        """The candidate with its loss."""
        samples = self._samples
        odds = np.zeros(len(samples.near))
        for study in set(samples.study[judged]):
            held = samples.study == study
            odds[held] = self._odds(choice, outside | {study})[held]
        return replace(choice, loss=float(log_loss(expit(odds), samples.near)[judged].mean()))

    def _judged(self, outside: frozenset[int]) -> AnyArray:
        """The pairs on which candidates are judged.

        Held to authored weights, a fit looks good on rows that those were written from, so rows
        that the authors had not read decide, if there are any.
        """
        samples = self._samples
        inside = ~np.isin(samples.study, list(outside))
        unseen = inside & samples.unseen
        return np.asarray(unseen if self._prior and unseen.any() else inside)

    def _odds(self, choice: FitChoice, outside: frozenset[int]) -> AnyArray:
        return np.asarray(self._samples.effects @ self._tempered(choice, outside))

    def _tempered(self, choice: FitChoice, outside: frozenset[int]) -> AnyArray:
        shares, studies = self._fit(choice.strength, outside)
        return tempered(self._samples, shares, studies, choice)

    def _shares(self, strength: float, outside: frozenset[int]) -> tuple[AnyArray, AnyArray]:
        counted = (~np.isin(self._samples.study, list(outside))).astype(float)
        shares = fitted_shares(self._samples, counted, strength, self._prior)
        return shares, studies_of(self._samples, counted)


def tempered(samples: Samples, shares: AnyArray, studies: AnyArray, choice: FitChoice) -> AnyArray:
    """Shares drawn towards nothing where few studies speak, but for those of the base rates.

    Args:
        samples: says which weights are base rates.
        shares: as fitted.
        studies: how many speak of each weight.
        choice: how much is kept.
    """
    kept = studies / np.maximum(studies + choice.lone_study, 1)
    return np.asarray(np.where(samples.base, shares, shares * kept))


def study_draws(samples: Samples, draws: int, seed: int) -> Iterable[AnyArray]:
    """How often each pair counts when as many studies as there are get drawn with replacement."""
    chance = np.random.default_rng(seed)
    count = len(samples.studies)
    for _ in range(draws):
        drawn = np.bincount(chance.integers(count, size=count), minlength=count)
        yield drawn[samples.study].astype(float)


def log_loss(probability: AnyArray, near: AnyArray) -> AnyArray:
    """The logarithmic loss of each prediction, in nats."""
    said = np.where(near, probability, 1.0 - probability)
    return np.asarray(-np.log(np.clip(said, _LEAST, None)))
