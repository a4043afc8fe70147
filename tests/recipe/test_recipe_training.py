"""The traps that the projects' own code has to get right, looked at inside of a project."""

from __future__ import annotations

import pytest
from forkedruns import forked
from tiny_benches import FAMILIES
from tinyprojects import write_project

SOFT = ("prompt_tuning", "p_tuning", "prefix_tuning")


@pytest.fixture
def project(tiny_model, tmp_path):
    """A function that writes a project and does work inside of it."""

    def inside(family, task, method, work):
        folder = tmp_path / "project"
        write_project(folder, tiny_model(family), FAMILIES[family], task, method=method)
        forked(folder, work)

    return inside


def parts(**train):
    """Settings, task and tuned model of the project in whose folder this is called."""
    import method
    import transformers
    import yaml
    from data import read_splits
    from models import load_base, load_tokenizer
    from settings import FOLDER
    from task import Task

    settings = yaml.safe_load((FOLDER / "config.yaml").read_text())
    settings["train"] |= train
    splits = read_splits(settings)
    task = Task.learn(settings, load_tokenizer(settings["model"]), splits.train)
    transformers.set_seed(0)
    tuned = method.wrap(settings, task, load_base(settings, task.outputs))
    task.bind(tuned)
    return settings, splits, task, tuned


def losses_are_those_without_padding():
    import torch

    _, splits, task, tuned = parts()
    tuned.model.eval()
    items = [task.encode(example) for example in splits.train[:9]]
    assert len({len(item["input_ids"]) for item in items}) > 2
    with torch.no_grad():
        together = task.losses(tuned, task.collate(items, "cpu"))
        alone = [task.losses(tuned, task.collate([item], "cpu"))[0] for item in items]
    torch.testing.assert_close(together, torch.stack(alone), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("method", [*SOFT, "lora"])
@pytest.mark.parametrize(
    ("family", "task"),
    [
        ("bert", "classification"), ("llama", "classification"), ("gpt2", "multiple_choice"),
        ("llama", "generation_short"), ("t5", "generation_short"),
    ],
)  # fmt: skip
def test_padding_changes_no_loss(method, family, task, project):
    project(family, task, method, losses_are_those_without_padding)


def answers_are_those_of_single_steps():
    import torch

    _, splits, task, tuned = parts()
    tuned.model.eval()
    # A trained prefix or prompt is larger than a new one.
    with torch.no_grad():
        for parameter in tuned.trained().values():
            parameter.add_(0.5 * torch.randn_like(parameter))
        item = task.encode(splits.test[0])
        ids = torch.tensor([item["input_ids"]])
        for _ in range(task.state["most"]):
            logits = tuned.forward(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
            best = logits[:, -1].argmax(dim=-1)
            ids = torch.cat([ids, best[:, None]], dim=1)
    steps = ids[0, len(item["input_ids"]) :].tolist()
    steps = steps[: steps.index(task.end)] if task.end in steps else steps
    wanted = task.tokenizer.decode(steps, skip_special_tokens=True).strip()
    assert task.answers(tuned, splits.test[:3], 8)[0] == wanted


@pytest.mark.parametrize("method", [*SOFT, "lora", "full_fine_tuning"])
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_written_answers_are_those_of_the_model_step_by_step(method, family, project):
    project(family, "generation_short", method, answers_are_those_of_single_steps)


def gradients_of_accumulated_batches_are_those_of_one():
    import torch
    from settings import FOLDER
    from trainer import train

    moved = []
    for size, times in ((16, 1), (4, 4)):
        # AdamW would hide a wrong factor, plain descent does not.
        settings, splits, task, tuned = parts(
            batch_size=size, accumulation=times, optimizer="sgd", clip_norm=1e9
        )
        start = torch.cat([p.detach().flatten() for p in tuned.trained().values()])
        folder, rates = FOLDER / "work", (0.1, 0.1)
        train(task, tuned, settings, splits=splits, steps=2, rates=rates, folder=folder)
        end = torch.cat([p.detach().flatten() for p in tuned.trained().values()])
        moved.append(end - start)
    assert (moved[0] - moved[1]).norm() < 0.01 * moved[0].norm()


def test_accumulated_batches_train_as_one_batch_does(project):
    method = "full_fine_tuning"
    project("llama", "classification", method, gradients_of_accumulated_batches_are_those_of_one)


def a_head_has_its_own_rate():
    from settings import FOLDER
    from trainer import TaskTrainer
    from transformers import TrainingArguments

    settings, splits, task, tuned = parts()
    arguments = TrainingArguments(output_dir=str(FOLDER / "work"), use_cpu=True, report_to="none")
    trainer = TaskTrainer(tuned, task, settings, dev=splits.dev, rates=(1e-4, 1e-2), args=arguments)
    groups = trainer.create_optimizer().param_groups
    rates = {id(p): group["lr"] for group in groups for p in group["params"]}
    named = {name: rates[id(p)] for name, p in tuned.trained().items()}
    assert {name for name, rate in named.items() if rate == 1e-2} == {
        name for name in named if "classifier" in name
    }
    assert len(set(named.values())) == 2
    assert len(rates) == len(named)


@pytest.mark.parametrize("method", ["prompt_tuning", "lora", "full_fine_tuning"])
def test_a_new_head_has_a_rate_of_its_own(method, project):
    project("bert", "classification", method, a_head_has_its_own_rate)


def the_best_state_is_put_back():
    import torch
    from best import BestState
    from settings import FOLDER

    settings, _, _, tuned = parts(looks=4, patience=0.5)
    best = BestState(tuned, FOLDER, settings)

    class Now:
        global_step = 0
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
def test_the_state_with_the_best_score_is_put_back(method, project):
    project("bert", "classification", method, the_best_state_is_put_back)


def a_soft_prompt_starts_from_words():
    import torch

    _, _, task, tuned = parts()
    task.prompt = "{text} Is it good or bad ?"
    import method

    method._start_from_words(task.settings, task, tuned)
    ids = task.tokenizer("Is it good or bad ?", add_special_tokens=False)["input_ids"]
    start = tuned.model.prompt_encoder["default"].embedding.weight
    words = tuned.base.get_input_embeddings().weight
    assert torch.equal(start[: len(ids)], words[ids])
    assert torch.equal(start[len(ids)], words[ids[0]])


def test_a_soft_prompt_starts_from_the_words_of_the_prompt(project):
    project("llama", "classification", "prompt_tuning", a_soft_prompt_starts_from_words)


def splits_share_no_input():
    import yaml
    from data import read_splits
    from settings import FOLDER

    settings = yaml.safe_load((FOLDER / "config.yaml").read_text())
    settings["data"]["evaluation"] = settings["data"]["train"]
    try:
        read_splits(settings)
    except SystemExit as stop:
        assert "no example is left for the training split" in str(stop)
    settings["data"]["evaluation"] = None
    splits = read_splits(settings)
    inputs = [{e.inputs for e in part} for part in (splits.train, splits.dev, splits.test)]
    assert not inputs[0] & inputs[1]
    assert not inputs[1] & inputs[2]
    assert not inputs[0] & inputs[2]
    shares = [sum(e.target == "positive" for e in part) / len(part) for part in
              (splits.train, splits.dev, splits.test)]  # fmt: skip
    assert all(0.35 < share < 0.65 for share in shares)


def a_sorted_file_gives_a_mixed_test_split():
    import json

    import yaml
    from data import read_splits
    from settings import FOLDER

    settings = yaml.safe_load((FOLDER / "config.yaml").read_text())
    rows = [{"text": f"new {n}", "label": ("a", "b")[n >= 40]} for n in range(80)]
    (FOLDER / "sorted.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings["data"] |= {"evaluation": "sorted.jsonl", "most_test": 20}
    assert {example.target for example in read_splits(settings).test} == {"a", "b"}


def test_the_test_split_of_a_sorted_file_holds_all_labels(project):
    project("bert", "classification", "lora", a_sorted_file_gives_a_mixed_test_split)


def test_no_input_stands_in_two_splits(project):
    project("bert", "classification", "lora", splits_share_no_input)
