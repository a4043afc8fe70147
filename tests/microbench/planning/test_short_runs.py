"""Runs too short for a method decide nothing about it, neither a loss nor that it is as good."""

from __future__ import annotations

import pytest
from plan_cases import BOTH, bench, plan, probe

from advisor.catalogue.tables import load_methods
from advisor.confirmation.record import difference_of
from advisor.microbench.conduct import Findings
from advisor.microbench.judging.outcome import Outcome
from advisor.microbench.planning.schedule import due
from advisor.microbench.spec import Status, TrialResult
from advisor.microbench.summary import Judged

SOFT, FULL = BOTH
LEAST = load_methods()[SOFT].recipe["least_steps"]


def judged(right, *, steps):
    """Final runs with so many of 400 test examples right, after so many steps."""
    frozen = plan(3600, test=400)
    methods = {
        method: own.model_copy(
            update={"pairs": own.pairs[:1], "curve_steps": (), "steps": steps[method], "looks": 1}
        )
        for method, own in frozen.methods.items()
    }
    frozen = frozen.model_copy(update={"methods": methods, "curve_sizes": (), "seeds": 3})
    results = {}
    for trial in due(frozen, {}):
        hits = right[trial.method]
        test = (1.0,) * hits + (0.0,) * (frozen.test_size - hits)
        results[trial.id] = TrialResult(trial=trial.id, status=Status.FINISHED, test=test)
    findings = Findings(frozen, probe(), {}, results=results)
    return Judged(bench(test=400), findings, FULL, tolerance=5.0, full_size=300)


@pytest.mark.parametrize(
    ("right", "steps", "outcome"),
    [
        ({SOFT: 100, FULL: 390}, {SOFT: LEAST, FULL: LEAST}, Outcome.FULL_FINE_TUNING_BETTER),
        ({SOFT: 100, FULL: 390}, {SOFT: LEAST - 1, FULL: LEAST}, Outcome.INCONCLUSIVE),
        ({SOFT: 390, FULL: 100}, {SOFT: LEAST - 1, FULL: LEAST}, Outcome.PROMPT_TUNING_BETTER),
        ({SOFT: 300, FULL: 300}, {SOFT: LEAST, FULL: LEAST}, Outcome.EQUIVALENT),
        ({SOFT: 300, FULL: 300}, {SOFT: LEAST - 1, FULL: LEAST}, Outcome.INCONCLUSIVE),
        ({SOFT: 300, FULL: 300}, {SOFT: LEAST, FULL: 1}, Outcome.INCONCLUSIVE),
    ],
)
def test_what_short_runs_may_decide(right, steps, outcome):
    found = judged(right, steps=steps)
    comparison = found.comparisons[SOFT]
    assert comparison.outcome is outcome
    withheld = outcome is Outcome.INCONCLUSIVE
    assert (SOFT in found.withheld) == withheld
    assert ("this settles nothing: give it" in comparison.sentence) == withheld
    told = difference_of(comparison, withheld=withheld)
    assert (told["points_below"] is None) == withheld
    assert (told["within_tolerance"] is None) == withheld
