"""Marks, plans and runs for the tests with Ray."""

from __future__ import annotations

import sys

import plan_cases
import pytest

from advisor.app.confirm import Silent
from advisor.microbench.allowance import Allowance
from advisor.microbench.planning.plan import TrialPlan
from advisor.microbench.records import TrialPrecision
from advisor.microbench.run import Conductor, RunFindings
from advisor.microbench.running.journal import Journal

MARKS = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]
ENDLESS = {"steps": 10**6, "dev_every": 10**6}


def plan(steps=6, **changes):
    """A plan of few and short trials; what it does not say is that of a plan as it is made."""
    made = plan_cases.plan(900)
    trained = {
        "pairs": ((0.01, 0.01),),
        "recipe_steps": steps,
        "steps": steps,
        "search_steps": 0,
        "curve_steps": (),
        "looks": 2,
        "patience": 9,
    }
    fields = {
        "slots": 2,
        "precision": TrialPrecision.FP32,
        "batch_size": 8,
        "max_tokens": 32,
        "virtual_tokens": 4,
        "train_size": 32,
        "dev_size": 16,
        "test_size": 16,
        "seeds": 2,
        "spare_seeds": 0,
        "curve_sizes": (),
        "methods": {id_: own.model_copy(update=trained) for id_, own in made.methods.items()},
        "memory_limit": 2**30,
        "time_limits": dict.fromkeys(made.methods, 300.0),
    }
    return TrialPlan.model_validate({**made.model_dump(), **fields, **changes})


def run(frozen, executor, bench, journal, progress=None):
    """The findings of a frozen plan."""
    conductor = Conductor(
        bench, [], Allowance(900), executor, Journal(journal), progress or Silent()
    )
    return conductor.run(RunFindings(frozen, plan_cases.probe(), {}))
