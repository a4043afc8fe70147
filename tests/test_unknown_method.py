"""Every place that tells methods or families apart refuses one that it does not know."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from half_added import FAKE

from advisor.app.confirm import _methods
from advisor.catalogue.evidence import rows_on
from advisor.estimate.closed import closed_form_profile, forward_activations, work_of
from advisor.estimate.estimator import optimistic_gib
from advisor.estimate.job import TrainingJob
from advisor.estimate.settings import Settings
from advisor.estimate.shape import ModelShape, stored_bytes, trained_parameters
from advisor.facts import FactBase
from advisor.methods import UnknownMethodError, load_methods
from advisor.microbench.judging.alarms.training import over_adaptation
from advisor.recipe.choosing import Choice
from advisor.recipe.folder import python_files
from advisor.report.methods import how_to

SHAPE = ModelShape("llama", 8030261248, 32, 4096, 4096, 14336, 1024, 32, 128256, tied=False)
JOB = TrainingJob(SHAPE, "llama", 4.0, 128.0, generates=True, devices=1.0)
FAKE_METHOD = replace(load_methods()["lora"], id=FAKE)
ODD_FAMILY = replace(load_methods()["lora"], family="grafts")


def named(name, where, work) -> None:
    """Assert that the work ends in the error for the name at the place."""
    with pytest.raises(UnknownMethodError, match=f"'{name}' is not known") as caught:
        work()
    assert where in caught.value.where
    assert caught.value.hint


def choice(method):
    return Choice(method, "decoder", "classification", "words", "It was asked for.")


def runs(id_):
    """Runs of a method after which the loss on general text is twice as high."""
    result = SimpleNamespace(general_loss=8.0)
    return SimpleNamespace(method=id_, usable=[SimpleNamespace(result=result)])


def answered(recommendation, variant):
    return SimpleNamespace(verdict=SimpleNamespace(recommendation=recommendation, variant=variant))


BY_ID = {
    "table of methods": (lambda: load_methods()[FAKE], "method.yaml"),
    "parameters": (lambda: trained_parameters(FAKE, SHAPE, Settings()), "method.yaml"),
    "storage": (lambda: stored_bytes(FAKE, SHAPE, Settings()), "method.yaml"),
    "step": (lambda: closed_form_profile(SHAPE, FAKE, Settings()), "method.yaml"),
    "activations": (lambda: forward_activations(SHAPE, FAKE, Settings()), "method.yaml"),
    "work": (lambda: work_of(SHAPE, FAKE, Settings()), "method.yaml"),
    "published rows": (lambda: rows_on(FAKE, transferred=False), "method.yaml"),
    "steps": (lambda: how_to(FAKE, FactBase([])), "method.yaml"),
    "micro-benchmark": (
        lambda: _methods(answered(None, None), [FAKE_METHOD]),
        "dora_x/method.yaml",
    ),
    "micro-benchmark of the advice": (
        lambda: _methods(answered("prompt_tuning", FAKE), []),
        "dora_x/method.yaml",
    ),
}
BY_FAMILY = {
    "files of a project": (lambda: python_files(choice(ODD_FAMILY), "transformers"), "folder.py"),
    "steps": (lambda: how_to("lora", FactBase([])), "steps.yaml"),
    "alarm": (lambda: over_adaptation(runs("lora"), 4.0), "training.py"),
}


@pytest.mark.parametrize("place", BY_ID)
def test_an_unknown_method_is_refused(place):
    work, where = BY_ID[place]
    named(FAKE, where, work)


@pytest.mark.parametrize("place", BY_FAMILY)
def test_an_unknown_family_is_refused(place, monkeypatch):
    work, where = BY_FAMILY[place]
    monkeypatch.setitem(load_methods(), "lora", ODD_FAMILY)
    named("grafts", where, work)


@pytest.mark.parametrize("method", load_methods())
def test_every_known_method_has_its_sizes_files_and_steps(method):
    own = load_methods()[method]
    assert trained_parameters(method, SHAPE, Settings(virtual_tokens=20, rank=16)) >= own.trained
    assert python_files(choice(own), "transformers")["adapter.py"].text.count(f'"{method}"')
    assert how_to(method, FactBase([]))
    assert optimistic_gib(own, JOB, "none") > 0
