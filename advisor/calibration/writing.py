"""From a fit to rules/fitted.yaml: integer decibans with their evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

import numpy as np

from advisor.calibration.fitting import (
    AnyArray,
    Samples,
    Weight,
    fitted_shares,
    samples_of,
    studies_of,
)
from advisor.calibration.validation import FitChoice, Validation, study_draws, tempered
from advisor.catalogue import Published, comparisons, load_table
from advisor.rules import Calibration, Engine, FittedWeight, RuleBase, decibans_of, digest


def calibrate(rows: Sequence[Published], base: RuleBase) -> tuple[Calibration, FitChoice]:
    """Fit the weights of a rule base to published comparisons.

    Args:
        rows: the evidence.
        base: rules with authored weights.

    Returns:
        what was fitted, and what was chosen for it by leave-one-study-out.
    """
    samples = samples_of(comparisons(rows), Engine(base))
    validation = Validation(samples)
    choice = validation.choose()
    shares = validation.shares(choice)
    low, high = _interval(samples, choice)
    weights = tuple(
        _fitted(weight, base, samples, number, (shares[number], low[number], high[number]))
        for number, weight in enumerate(samples.weights)
    )
    methods = tuple(sorted({one.method for one in samples.comparisons}))
    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    calibration = Calibration(
        today, len(samples.comparisons), len(samples.studies), methods, weights
    )
    return calibration, choice


def _interval(samples: Samples, choice: FitChoice) -> tuple[AnyArray, AnyArray]:
    table = load_table("calibration.yaml")
    # A draw holds two thirds of the studies; how many speak of a weight is known all the same.
    studies = studies_of(samples, np.ones(len(samples.near)))
    shares = [
        tempered(
            samples,
            fitted_shares(samples, counted, choice.strength),
            studies,
            choice,
        )
        for counted in study_draws(samples, table["draws"], table["seed"])
    ]
    outside = (1.0 - table["interval"]) / 2.0
    low, high = np.quantile(np.array(shares), [outside, 1.0 - outside], axis=0)
    return np.asarray(low), np.asarray(high)


def _fitted(
    weight: Weight,
    base: RuleBase,
    samples: Samples,
    column: int,
    shares: tuple[float, float, float],
) -> FittedWeight:
    rule = next(rule for rule in base.rules if rule.label == weight.rule)
    authored = decibans_of(rule.effects[weight.methods[0]])
    share, low, high = shares
    widest = max(authored, key=abs)
    ends = sorted((round(widest * low), round(widest * high)))
    spoken = np.unique(samples.comparison[samples.effects[:, column] != 0])
    studies = {samples.comparisons[number].row.study for number in spoken}
    return FittedWeight(
        rule=weight.rule,
        methods=weight.methods,
        authored=authored,
        fitted=tuple(round(decibans * share) for decibans in authored),
        states=digest(rule, weight.methods[0]),
        low=ends[0],
        high=ends[1],
        rows=len(spoken),
        studies=len(studies),
    )


def fitted_yaml(calibration: Calibration, choice: FitChoice) -> str:
    """The text of rules/fitted.yaml."""
    return "\n".join(_lines(calibration, choice)) + "\n"


def _lines(calibration: Calibration, choice: FitChoice) -> Iterator[str]:
    share = load_table("calibration.yaml")["interval"]
    yield "# Written by `advisor evidence fit`; accepted by its diff and not edited by hand."
    yield "# authored and fitted: decibans, one number for each point of a ramp. interval: of"
    yield f"# the number that lies furthest from zero, {share:.0%} of draws of studies."
    yield "# states: digest of the conditions and the effect that it was fitted from."
    yield f"as_of: {calibration.as_of}"
    yield f"rows: {calibration.rows}"
    yield f"studies: {calibration.studies}"
    yield f"methods: [{', '.join(calibration.methods)}]"
    yield "chosen:"
    yield f"  strength: {choice.strength:g}"
    yield f"  lone_study: {choice.lone_study:g}"
    yield "weights:"
    for weight in calibration.weights:
        yield f"  - rule: {weight.rule}"
        yield f"    methods: [{', '.join(weight.methods)}]"
        yield f"    authored: {list(weight.authored)}"
        yield f"    fitted: {list(weight.fitted)}"
        yield f"    states: '{weight.states}'"
        yield f"    interval: [{weight.low}, {weight.high}]"
        yield f"    rows: {weight.rows}"
        yield f"    studies: {weight.studies}"
