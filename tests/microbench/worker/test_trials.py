"""Whole trials on tiny models."""

from __future__ import annotations

import pytest
from tiny_benches import bench_of

from advisor.microbench.spec import Purpose, Route, Status, Trial
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import load_workbench


def a_trial(method, **changes):
    settings = {
        "id": "one",
        "purpose": Purpose.SEARCH,
        "method": method,
        "learning_rate": 3e-2 if method == "prompt_tuning" else 3e-3,
        "head_rate": 1e-2,
        "seed": 0,
        "train_size": 32,
        "steps": 12,
        "dev_every": 4,
        "patience": 9,
        "test": True,
    }
    return Trial(**{**settings, **changes})


CASES = [
    ("bert", Route.HEAD, "full_fine_tuning"),
    ("bert", Route.HEAD, "prompt_tuning"),
    ("bert", Route.HEAD, "lora"),
    ("llama", Route.LABEL_WORDS, "full_fine_tuning"),
    ("llama", Route.LABEL_WORDS, "prompt_tuning"),
    ("llama", Route.LABEL_WORDS, "lora"),
]


@pytest.mark.parametrize(("family", "route", "method"), CASES)
def test_a_trial_runs_from_beginning_to_end(model_folder, family, route, method):
    bench = bench_of(model_folder(family), family, route)
    reports = []
    result = run_trial(load_workbench(bench), a_trial(method), reports.append)
    assert result.status is Status.FINISHED
    assert [point.step for point in result.curve] == [4, 8, 12]
    assert len(result.test) == len(bench.splits.test)
    assert set(result.predicted) <= set(bench.task.labels)
    assert result.trainable_parameters > 0
    assert result.artefact_bytes > 0
    assert reports[-1]["step"] == 12
