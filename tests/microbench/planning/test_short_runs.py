"""Runs too short for a method decide nothing about it, neither a loss nor that it is as good."""

from __future__ import annotations

import pytest
from plan_cases import BOTH, bench, plan, probe

from advisor.confirmation.record import difference_of
from advisor.methods import load_methods
from advisor.microbench.judging.alarms import AlarmLevel
from advisor.microbench.judging.outcome import ComparisonOutcome
from advisor.microbench.planning.schedule import due
from advisor.microbench.records import Baselines, Point, TrialResult, TrialStatus
from advisor.microbench.run import RunFindings
from advisor.microbench.summary import JudgedRun

SOFT, FULL = BOTH
LEAST = load_methods()[SOFT].recipe["least_steps"]


def judged(right, *, steps, losses=()):
    """Final runs with so many of 400 test examples right, after so many steps and losses."""
    frozen = plan(3600, test=400)
    methods = {
        method: own.model_copy(
            update={"pairs": own.pairs[:1], "curve_steps": (), "steps": steps[method], "looks": 1}
        )
        for method, own in frozen.methods.items()
    }
    frozen = frozen.model_copy(update={"methods": methods, "curve_sizes": (), "seeds": 3})
    curve = tuple(
        Point(step=place, train_loss=loss, dev_loss=loss, dev_score=50.0)
        for place, loss in enumerate(losses)
    )
    results = {}
    for trial in due(frozen, {}):
        hits = right[trial.method]
        test = (1.0,) * hits + (0.0,) * (frozen.test_size - hits)
        results[trial.id] = TrialResult(
            trial=trial.id, status=TrialStatus.FINISHED, test=test, curve=curve
        )
    findings = RunFindings(frozen, probe(), {}, results=results)
    return JudgedRun(bench(test=400), findings, FULL, tolerance=5.0, full_size=300)


@pytest.mark.parametrize(
    ("right", "steps", "outcome"),
    [
        (
            {SOFT: 100, FULL: 390},
            {SOFT: LEAST, FULL: LEAST},
            ComparisonOutcome.FULL_FINE_TUNING_BETTER,
        ),
        ({SOFT: 100, FULL: 390}, {SOFT: LEAST - 1, FULL: LEAST}, ComparisonOutcome.INCONCLUSIVE),
        (
            {SOFT: 390, FULL: 100},
            {SOFT: LEAST - 1, FULL: LEAST},
            ComparisonOutcome.PROMPT_TUNING_BETTER,
        ),
        ({SOFT: 300, FULL: 300}, {SOFT: LEAST, FULL: LEAST}, ComparisonOutcome.EQUIVALENT),
        ({SOFT: 300, FULL: 300}, {SOFT: LEAST - 1, FULL: LEAST}, ComparisonOutcome.INCONCLUSIVE),
        ({SOFT: 300, FULL: 300}, {SOFT: LEAST, FULL: 1}, ComparisonOutcome.INCONCLUSIVE),
    ],
)
def test_what_short_runs_may_decide(right, steps, outcome):
    found = judged(right, steps=steps)
    comparison = found.comparisons[SOFT]
    assert comparison.outcome is outcome
    withheld = outcome is ComparisonOutcome.INCONCLUSIVE
    assert (SOFT in found.withheld) == withheld
    assert ("this settles nothing: give it" in comparison.sentence) == withheld
    told = difference_of(comparison, withheld=withheld)
    assert (told.points_below is None) == withheld
    assert (told.within_tolerance is None) == withheld


FALLING, LEVEL = (1.0, 0.8, 0.6), (0.6, 0.6, 0.6)


@pytest.mark.parametrize(
    ("right", "steps", "losses", "outcome"),
    [
        # Recipes have 480 and 160 steps here: 50 % against 100 %, then 50 % for both.
        ({SOFT: 100, FULL: 390}, {SOFT: 240, FULL: 160}, FALLING, ComparisonOutcome.INCONCLUSIVE),
        (
            {SOFT: 100, FULL: 390},
            {SOFT: 240, FULL: 160},
            LEVEL,
            ComparisonOutcome.FULL_FINE_TUNING_BETTER,
        ),
        (
            {SOFT: 100, FULL: 390},
            {SOFT: 240, FULL: 80},
            FALLING,
            ComparisonOutcome.FULL_FINE_TUNING_BETTER,
        ),
        (
            {SOFT: 390, FULL: 100},
            {SOFT: 240, FULL: 160},
            FALLING,
            ComparisonOutcome.PROMPT_TUNING_BETTER,
        ),
        ({SOFT: 390, FULL: 100}, {SOFT: 480, FULL: 80}, FALLING, ComparisonOutcome.INCONCLUSIVE),
    ],
)
def test_less_of_the_recipe_loses_only_where_more_would_not_have_helped(
    right, steps, losses, outcome
):
    found = judged(right, steps=steps, losses=losses)
    assert {m: own.recipe_steps for m, own in found.findings.plan.methods.items()} == {
        SOFT: 480, FULL: 160,
    }  # fmt: skip
    comparison = found.comparisons[SOFT]
    assert comparison.outcome is outcome
    withheld = outcome is ComparisonOutcome.INCONCLUSIVE
    assert (SOFT in found.withheld) == withheld
    assert ("50% of its recipe's steps against 100%" in comparison.sentence) == withheld


def test_a_method_that_was_left_out_raises_an_alarm():
    frozen, found = plan(180, failed=(FULL,)), probe(failed=(FULL,))
    baselines = Baselines(majority=50.0)
    judged = JudgedRun(bench(), RunFindings(frozen, found, {}, baselines), FULL, 1.0, 300)
    alarm = judged.alarms()[0]
    assert (alarm.id, alarm.method, alarm.level) == ("left_out", FULL, AlarmLevel.SERIOUS)
    assert "does not fit into the memory here (it needs more than 2 GiB)" in alarm.sentence
