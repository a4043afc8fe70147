"""How trials end, and which state is evaluated."""

from __future__ import annotations

import json

import pytest
import torch
from forked import in_a_child
from tiny_benches import bench_of
from trial_settings import a_trial

from advisor.microbench.records import Route, TrialPrecision, TrialResult, TrialStatus
from advisor.microbench.worker import training
from advisor.microbench.worker.evaluation import Answers, Evaluation
from advisor.microbench.worker.memory import out_of_memory
from advisor.microbench.worker.methods import equip
from advisor.microbench.worker.training import Trainer
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import Workbench, load_workbench
from advisor.tuning.head import HeadAnswering


@pytest.fixture
def workbench(model_folder):
    return load_workbench(bench_of(model_folder("bert"), "bert", Route.HEAD))


def test_a_result_survives_json_and_the_same_trial_gives_it_again(model_folder):
    found = []
    for _ in range(2):
        bench = bench_of(model_folder("bert"), "bert", Route.HEAD)
        result = run_trial(load_workbench(bench), a_trial("lora"), lambda _: None)
        assert TrialResult.model_validate_json(result.model_dump_json()) == result
        found.append(result)
    same = {"seconds": 0.0, "seconds_per_step": 0.0, "peak_memory": 0}
    assert found[0].model_copy(update=same) == found[1].model_copy(update=same)


@pytest.mark.parametrize("crowded", [True, False])
def test_a_general_text_without_room_spoils_no_score(workbench, monkeypatch, crowded):
    def fail(*_):
        raise RuntimeError("CUDA out of memory" if crowded else "shapes differ")

    monkeypatch.setattr(Workbench, "general_loss", fail)
    if not crowded:
        with pytest.raises(RuntimeError, match="shapes differ"):
            run_trial(workbench, a_trial("lora"), lambda _: None)
        return
    result = run_trial(workbench, a_trial("lora"), lambda _: None)
    assert result.status is TrialStatus.FINISHED
    assert result.general_loss is None
    assert result.test


def test_reports_are_light_and_go_through_json(workbench):
    reports = []
    run_trial(workbench, a_trial("lora", steps=24, dev_every=12), reports.append)
    assert [report["step"] for report in reports] == [5, 10, 12, 15, 20, 24]
    assert json.loads(json.dumps(reports)) == reports
    looks = [report for report in reports if "dev_loss" in report]
    assert [look["step"] for look in looks] == [12, 24]
    keys = {"trial", "step", "steps", "train_loss", "rate", "memory"}
    assert all(keys <= set(report) for report in reports)


def test_no_progress_ends_a_trial_early(workbench):
    trial = a_trial("lora", learning_rate=0.0, head_rate=0.0, steps=40, dev_every=2, patience=3)
    result = run_trial(workbench, trial, lambda _: None)
    assert result.status is TrialStatus.STOPPED_EARLY
    assert result.steps_done == 8
    assert result.test


class Looks:
    """Scripted looks at the development split; remembers the weights at each."""

    def __init__(self, looks):
        self._left = iter(looks)
        self.weights = []

    def __call__(self, answering, *_):
        learner = answering.learner
        self.weights.append([p.detach().clone() for p in learner.trained().values()])
        loss, score = next(self._left)
        return Evaluation(loss, Answers(score, ()))


def trained(workbench, monkeypatch, method, looks, **changes):
    """The trainer, its weights at each look, and its weights at the end."""
    scripted = Looks(looks)
    monkeypatch.setattr(training, "evaluate", scripted)
    learner = equip(workbench, method, 0)
    trial = a_trial(method, steps=2 * len(looks), dev_every=2, **changes)
    trainer = Trainer(workbench, trial, learner, lambda _: None)
    trainer.run()
    return trainer, scripted.weights, list(learner.trained().values())


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("method", ["full_fine_tuning", "prompt_tuning"])
def test_the_latest_state_with_the_best_score_stays_however_the_loss_rises(
    workbench, monkeypatch, method
):
    looks = [(0.5, 60.0), (0.9, 80.0), (1.4, 80.0), (1.5, 70.0)]
    _, weights, final = trained(workbench, monkeypatch, method, looks)
    assert [same(final, at) for at in weights] == [False, False, True, False]


def test_a_better_score_or_a_lower_loss_each_keep_a_trial_going(workbench, monkeypatch):
    looks = [(0.9, 50.0), (0.8, 50.0), (0.8, 60.0), (0.9, 60.0), (0.9, 40.0), (0.1, 99.0)]
    trainer, _, _ = trained(workbench, monkeypatch, "lora", looks, patience=2)
    assert trainer.trained.status is TrialStatus.STOPPED_EARLY
    assert trainer.trained.steps_done == 10


def test_a_rate_that_is_far_too_high_is_a_result(workbench):
    trial = a_trial("full_fine_tuning", learning_rate=1e30, steps=40, dev_every=40)
    result = run_trial(workbench, trial, lambda _: None)
    assert result.status is TrialStatus.DIVERGED
    assert "not a number by step" in result.message
    assert result.test == ()
    assert result.dev_score is None
    assert result.steps_done < 40


def test_a_last_step_that_breaks_the_model_is_seen(workbench):
    trial = a_trial("full_fine_tuning", learning_rate=1e30, steps=1, dev_every=1)
    result = run_trial(workbench, trial, lambda _: None)
    assert result.status is TrialStatus.DIVERGED
    assert "development loss" in result.message


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("no room"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
        torch.OutOfMemoryError("CUDA out of memory."),
    ],
)
def test_no_memory_is_a_result(workbench, monkeypatch, error):
    steps = []

    def losses(self, batch):
        steps.append(batch)
        if len(steps) == 3:
            raise error
        return HeadAnswering.scores(self, batch).mean(dim=1)

    monkeypatch.setattr(HeadAnswering, "losses", losses)
    result = run_trial(workbench, a_trial("lora"), lambda _: None)
    assert result.status is TrialStatus.OUT_OF_MEMORY
    assert result.message
    assert result.steps_done == 2
    assert result.peak_memory > 0
    assert result.dev_score is None


def test_what_pytorch_really_says_is_recognised():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50)
    assert out_of_memory(caught.value)


def test_other_errors_are_not_hidden(workbench, monkeypatch):
    def losses(_self, _batch):
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(HeadAnswering, "losses", losses)
    with pytest.raises(RuntimeError, match="shapes"):
        run_trial(workbench, a_trial("lora"), lambda _: None)


def test_half_precision_trains_too(model_folder):
    bench = bench_of(model_folder("bert"), "bert", Route.HEAD, precision=TrialPrecision.BF16)
    workbench = load_workbench(bench)
    result = run_trial(workbench, a_trial("prompt_tuning"), lambda _: None)
    assert result.status is TrialStatus.FINISHED
    assert all(p.dtype == torch.float32 for p in workbench.model.parameters())


def test_fewer_examples_than_a_batch(workbench):
    result = run_trial(workbench, a_trial("lora", train_size=3), lambda _: None)
    assert result.status is TrialStatus.FINISHED


def test_forked_trials_share_a_workbench_and_leave_it_as_it_was(model_folder):
    bench = bench_of(model_folder("bert"), "bert", Route.HEAD, threads=2)
    workbench = load_workbench(bench)
    before = {name: tensor.clone() for name, tensor in workbench.model.state_dict().items()}
    # Few steps, as two threads are slow where others work as well.
    trial = a_trial("full_fine_tuning", steps=2, dev_every=2)
    found = [in_a_child(lambda: run_trial(workbench, trial, lambda _: None)) for _ in range(2)]
    assert found[0].curve == found[1].curve
    assert found[0].test == found[1].test
    after = workbench.model.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
