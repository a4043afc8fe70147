"""A project's training: gradients, rates, the best state, the search, the start of a prompt."""

from __future__ import annotations

import pytest
from insideproject import parts


def gradients_of_accumulated_batches_are_those_of_one():
    import torch
    from settings import FOLDER
    from trainer import train

    moved = []
    for size, times in ((16, 1), (4, 4)):
        # AdamW would hide a wrong factor, plain descent does not.
        settings, splits, task, answering = parts(
            batch_size=size, accumulation=times, optimizer="sgd", clip_norm=1e9
        )
        start = torch.cat([p.detach().flatten() for p in answering.learner.trained().values()])
        folder, rates = FOLDER / "work", (0.1, 0.1)
        train(task, answering, settings, splits=splits, steps=2, rates=rates, folder=folder)
        end = torch.cat([p.detach().flatten() for p in answering.learner.trained().values()])
        moved.append(end - start)
    assert (moved[0] - moved[1]).norm() < 0.01 * moved[0].norm()


def test_accumulated_batches_train_as_one_batch_does(inside_project):
    method = "full_fine_tuning"
    inside_project(
        "llama", "classification", method, gradients_of_accumulated_batches_are_those_of_one
    )


def a_head_has_its_own_rate():
    from settings import FOLDER
    from trainer import TaskTrainer
    from transformers import TrainingArguments

    settings, splits, task, answering = parts()
    tuned = answering.learner
    arguments = TrainingArguments(output_dir=str(FOLDER / "work"), use_cpu=True, report_to="none")
    trainer = TaskTrainer(
        answering, task, settings, dev=splits.dev, rates=(1e-4, 1e-2), args=arguments
    )
    groups = trainer.create_optimizer().param_groups
    rates = {id(p): group["lr"] for group in groups for p in group["params"]}
    named = {name: rates[id(p)] for name, p in tuned.trained().items()}
    assert {name for name, rate in named.items() if rate == 1e-2} == {
        name for name in named if "classifier" in name
    }
    assert len(set(named.values())) == 2
    assert len(rates) == len(named)


@pytest.mark.parametrize("method", ["prompt_tuning", "lora", "full_fine_tuning"])
def test_a_new_head_has_a_rate_of_its_own(method, inside_project):
    inside_project("bert", "classification", method, a_head_has_its_own_rate)


def the_best_state_is_put_back():
    import torch
    from best import BestState
    from settings import FOLDER

    settings, _, _, answering = parts(looks=4, patience=0.5)
    tuned = answering.learner
    best = BestState(tuned, FOLDER, settings)

    class Now:
        global_step = 0
        max_steps = 4
        should_training_stop = False

    states = []
    for score, loss in ((50.0, 1.0), (70.0, 0.9), (70.0, 1.2), (60.0, 1.3)):
        Now.global_step += 1
        with torch.no_grad():
            for parameter in tuned.trained().values():
                parameter.add_(0.1)
        states.append([p.detach().clone() for p in tuned.trained().values()])
        best.on_evaluate(None, Now, Now, {"eval_score": score, "eval_loss": loss})
        # The third look improves neither score nor loss, nor does the fourth: then it ends.
        assert Now.should_training_stop == (Now.global_step == 4)
    best.restore()
    assert best.step == 3  # of equal scores the later one
    for one, other in zip(tuned.trained().values(), states[2], strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("method", ["p_tuning", "full_fine_tuning"])
def test_the_state_with_the_best_score_is_put_back(method, inside_project):
    inside_project("bert", "classification", method, the_best_state_is_put_back)


def patience_is_a_share_of_the_steps():
    from best import BestState
    from settings import FOLDER

    settings, _, _, answering = parts(looks=20, patience=0.5)
    best = BestState(answering.learner, FOLDER, settings)

    class Now:
        global_step = 0
        max_steps = 39  # which 20 looks do not divide: there is one after each step
        should_training_stop = False

    while not Now.should_training_stop:
        Now.global_step += 1
        best.on_evaluate(None, Now, Now, {"eval_score": 50.0, "eval_loss": 1.0})
    assert Now.global_step == 1 + 20


def test_training_ends_after_half_of_the_steps_without_gain(inside_project):
    inside_project("bert", "classification", "lora", patience_is_a_share_of_the_steps)


def a_search_keeps_no_model_and_goes_on_after_a_divergence():
    import gc
    import weakref

    import train
    from best import Diverged

    gc.disable()  # so that no model is let go of by chance
    settings, splits, task, answering = parts(search=[[0.1, 0.1], [0.2, 0.1], [0.3, 0.1]])
    del answering
    models, wrapped, trained = [], train.method.wrap, train.train

    def wrap(*words):
        assert not any(model() is not None for model in models)
        found = wrapped(*words)
        models.append(weakref.ref(found.model))
        return found

    def diverging(*words, rates, **more):
        if rates[0] == 0.1:
            raise Diverged("diverged")
        return trained(*words, rates=rates, **more)

    train.method.wrap, train.train = wrap, diverging
    assert train.search(settings, task, splits, 6)[0] in (0.2, 0.3)
    assert len(models) == 5  # of 3 pairs 2 go on


def test_a_search_keeps_no_model_and_goes_on_after_a_divergence(inside_project):
    work = a_search_keeps_no_model_and_goes_on_after_a_divergence
    inside_project("bert", "classification", "full_fine_tuning", work)


def a_soft_prompt_starts_from_words():
    import method
    import torch
    from models import load_base

    settings, _, task, _ = parts()
    # Words that begin differently: else a legend of letters stands in front of the prompt.
    settings["task"]["label_words"] = {"positive": "yes", "negative": "no"}
    task.prompt = "{text} Is it good or bad ?"
    tuned = method.wrap(settings, task, load_base(settings, task.outputs))
    ids = task.tokenizer("Is it good or bad ?", add_special_tokens=False)["input_ids"]
    start = tuned.model.prompt_encoder["default"].embedding.weight
    words = tuned.base.get_input_embeddings().weight
    assert torch.equal(start[: len(ids)], words[ids])
    assert torch.equal(start[len(ids)], words[ids[0]])


def test_a_soft_prompt_starts_from_the_words_of_the_prompt(inside_project):
    inside_project("llama", "classification", "prompt_tuning", a_soft_prompt_starts_from_words)
