"""What was trained is saved, and answers the same when it is loaded again."""

from __future__ import annotations

import dataclasses

import peft
import pytest
import torch
from test_padding import stir
from tiny_benches import METHODS, bench_of, writing_bench
from trial_settings import a_trial

from advisor.microbench.records import Route, TrialPrecision
from advisor.microbench.worker.artefact import artefact_bytes, save_artefact
from advisor.microbench.worker.environment import without_known_warnings
from advisor.microbench.worker.evaluation import answers
from advisor.microbench.worker.methods import equip
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import load_workbench
from advisor.tuning.prefix import PrefixForward

CASES = [
    (family, route, method)
    for family, route in (
        ("bert", Route.HEAD),
        ("roberta", Route.HEAD),
        ("gpt2", Route.HEAD),
        ("llama", Route.LABEL_WORDS),
        ("t5", Route.TEXT),
    )
    for method in METHODS
]


def load(model_folder, family, route):
    make = writing_bench if route is Route.TEXT else bench_of
    more = () if route is Route.TEXT else (route,)
    return load_workbench(make(model_folder(family), family, *more))


@pytest.mark.parametrize(("family", "route", "method"), CASES)
def test_saved_and_loaded_again(model_folder, tmp_path, family, route, method):
    workbench = load(model_folder, family, route)
    learner = equip(workbench, method, seed=3)
    stir(learner)
    expected = losses(workbench, learner)
    save_artefact(learner, workbench.encoder.tokenizer, tmp_path)
    weights = sum(file.stat().st_size for file in tmp_path.glob("*.safetensors"))
    assert weights == pytest.approx(artefact_bytes(learner), abs=16000)
    again = loaded(model_folder, family, route, method, tmp_path)
    torch.testing.assert_close(losses(*again), expected, atol=1e-6, rtol=0)


def loaded(model_folder, family, route, method, folder):
    """A fresh workbench, and a learner with what was saved."""
    if method == "full_fine_tuning":
        workbench = load(lambda _: folder, family, route)
        saved = {name: tensor.clone() for name, tensor in workbench.model.named_parameters()}
        learner = equip(workbench, method, seed=0)
        # A new trial would start from a new head; here it is the saved one that is wanted.
        with torch.no_grad():
            for name, parameter in workbench.model.named_parameters():
                parameter.copy_(saved[name])
        return workbench, learner
    workbench = load(model_folder, family, route)
    with without_known_warnings():
        model = peft.PeftModel.from_pretrained(workbench.model, folder)
    prefix = method == "prefix_tuning"
    blank = equip(load(model_folder, family, route), method, seed=0)
    forward = PrefixForward(model) if prefix else model
    return workbench, dataclasses.replace(blank, model=model, base=workbench.model, forward=forward)


def losses(workbench, learner):
    learner.model.eval()
    answering = workbench.answering(learner)
    with torch.no_grad():
        return answering.losses(answering.collate(workbench.dev[:5]))


def test_a_trial_saves_the_state_that_it_evaluated(model_folder, tmp_path):
    trial = a_trial("lora", learning_rate=0.1, head_rate=3e-2, steps=10, dev_every=1)
    result = run_trial(load(model_folder, "bert", Route.HEAD), trial, lambda _: None, keep=tmp_path)
    assert result.dev_score > result.curve[-1].dev_score  # the last state is another one
    assert len(set(result.predicted)) == 2
    workbench, learner = loaded(model_folder, "bert", Route.HEAD, "lora", tmp_path)
    learner.model.eval()
    found = answers(
        workbench.answering(learner), workbench.test, workbench.bench, TrialPrecision.FP32
    )
    assert (found.predicted, found.outcomes) == (result.predicted, result.test)
