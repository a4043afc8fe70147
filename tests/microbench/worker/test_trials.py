"""Whole trials on tiny models."""

from __future__ import annotations

import pytest
from tiny_benches import METHODS, bench_of
from trial_settings import a_trial

from advisor.microbench.records import Route, TrialStatus
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import load_workbench

CASES = [
    (family, route, method)
    for family, route in (
        ("bert", Route.HEAD),
        ("llama", Route.HEAD),
        ("llama", Route.LABEL_WORDS),
        ("gpt2", Route.LABEL_WORDS),
        ("t5", Route.LABEL_WORDS),
    )
    for method in METHODS
]


@pytest.mark.parametrize(("family", "route", "method"), CASES)
def test_a_trial_runs_from_beginning_to_end(model_folder, family, route, method):
    bench = bench_of(model_folder(family), family, route)
    reports = []
    result = run_trial(load_workbench(bench), a_trial(method), reports.append)
    assert result.status is TrialStatus.FINISHED
    assert [point.step for point in result.curve] == [4, 8, 12]
    assert len(result.test) == len(bench.splits.test)
    assert set(result.predicted) <= set(bench.task.labels)
    assert result.trainable_parameters > 0
    assert result.artefact_bytes > 0
    assert reports[-1]["step"] == 12
