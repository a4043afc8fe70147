"""Marks, plans and runs for the tests with Ray."""

from __future__ import annotations

import sys

import pytest

from advisor.confirmation.silent import Silent
from advisor.microbench.allowance import Allowance
from advisor.microbench.conduct import Conductor, Findings
from advisor.microbench.planning.plan import MethodPlan, Plan
from advisor.microbench.running.journal import Journal
from advisor.microbench.spec import MethodProbe, Precision, Probe, Status

MARKS = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]
ENDLESS = {"steps": 10**6, "dev_every": 10**6}
METHODS = ("prompt_tuning", "full_fine_tuning")


def plan(steps=6, **changes):
    method = MethodPlan(
        pairs=((0.01, 0.01),),
        recipe_steps=steps,
        steps=steps,
        looks=2,
        patience=9,
        seconds_per_step=0.01,
        evaluation_seconds=0.001,
    )
    fields = {
        "budget_seconds": 900,
        "expected_seconds": 60,
        "slots": 2,
        "precision": Precision.FP32,
        "device": "cpu",
        "batch_size": 8,
        "max_tokens": 32,
        "virtual_tokens": 4,
        "train_size": 32,
        "dev_size": 16,
        "test_size": 16,
        "seeds": 2,
        "curve_sizes": (),
        "step_share": 1.0,
        "methods": dict.fromkeys(METHODS, method),
        "left_out": {},
        "dropped": (),
        "memory_limit": 2**30,
        "time_limits": dict.fromkeys(METHODS, 300.0),
    }
    return Plan(**{**fields, **changes})


def run(frozen, executor, bench, journal, progress=None):
    """The findings of a frozen plan."""
    conductor = Conductor(
        bench, [], Allowance(900), executor, Journal(journal), progress or Silent()
    )
    fast = MethodProbe(status=Status.FINISHED, seconds_per_step=0.01)
    probe = Probe(
        precision=Precision.FP32,
        batch_size=8,
        methods=dict.fromkeys(METHODS, fast),
        token_lengths=(8, 12, 13),
    )
    return conductor.run(Findings(frozen, probe, {}))
