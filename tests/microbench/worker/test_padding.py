"""A row's scores do not depend on the rows that it shares a batch with."""

from __future__ import annotations

import pytest
import torch
from tiny_benches import METHODS, bench_of, writing_bench

from advisor.microbench.records import Route
from advisor.microbench.worker.methods import equip
from advisor.microbench.worker.workbench import load_workbench

CASES = [
    (family, route, method)
    for family, route in (
        ("bert", Route.HEAD),
        ("roberta", Route.HEAD),
        ("llama", Route.HEAD),
        ("gpt2", Route.HEAD),
        ("llama", Route.LABEL_WORDS),
        ("gpt2", Route.LABEL_WORDS),
        ("t5", Route.LABEL_WORDS),
        ("bart", Route.LABEL_WORDS),
    )
    for method in METHODS
]


@pytest.mark.parametrize(("family", "route", "method"), CASES)
def test_scores_padded_and_alone(model_folder, family, route, method):
    workbench = load_workbench(bench_of(model_folder(family), family, route))
    learner = equip(workbench, method, seed=3)
    stir(learner)
    learner.model.eval()
    answering = workbench.answering(learner)
    rows = sorted(workbench.dev, key=lambda row: row.length)
    rows = [rows[0], rows[-1], rows[len(rows) // 2]]
    assert len({row.length for row in rows}) == 3
    with torch.no_grad():
        together = answering.scores(answering.collate(rows))
        alone = torch.cat([answering.scores(answering.collate([row])) for row in rows])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=0)
    assert together.std() > 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", ["llama", "gpt2", "t5", "bart"])
def test_losses_of_written_answers_padded_and_alone(model_folder, family, method):
    workbench = load_workbench(writing_bench(model_folder(family), family))
    learner = equip(workbench, method, seed=3)
    stir(learner)
    learner.model.eval()
    answering = workbench.answering(learner)
    rows = sorted(workbench.dev, key=lambda row: row.length)[::7]
    with torch.no_grad():
        together = answering.losses(answering.collate(rows))
        alone = torch.cat([answering.losses(answering.collate([row])) for row in rows])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=0)
    assert together.std() > 0


def stir(learner):
    """Move what is trained away from a start that has no effect yet, such as LoRA's zeros."""
    torch.manual_seed(5)
    with torch.no_grad():
        for parameter in learner.trained().values():
            parameter.add_(torch.randn_like(parameter) * 0.05)
