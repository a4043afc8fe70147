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


def patience_is_a_share_of_the_steps():
    from best import BestState
    from settings import FOLDER

    settings, _, _, tuned = parts(looks=20, patience=0.5)
    best = BestState(tuned, FOLDER, settings)

    class Now:
        global_step = 0
        max_steps = 39  # which 20 looks do not divide: there is one after each step
        should_training_stop = False

    while not Now.should_training_stop:
        Now.global_step += 1
        best.on_evaluate(None, Now, Now, {"eval_score": 50.0, "eval_loss": 1.0})
    assert Now.global_step == 1 + 20


def test_training_ends_after_half_of_the_steps_without_gain(project):
    project("bert", "classification", "lora", patience_is_a_share_of_the_steps)


def a_search_keeps_no_model_and_goes_on_after_a_divergence():
    import gc
    import weakref

    import train
    from best import Diverged

    gc.disable()  # so that no model is let go of by chance
    settings, splits, task, tuned = parts(search=[[0.1, 0.1], [0.2, 0.1], [0.3, 0.1]])
    del tuned
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


def test_a_search_keeps_no_model_and_goes_on_after_a_divergence(project):
    work = a_search_keeps_no_model_and_goes_on_after_a_divergence
    project("bert", "classification", "full_fine_tuning", work)


def what_is_not_quantised_is_kept_as_it_was_trained():
    import artefact
    import method
    import models
    import torch
    from settings import FOLDER

    # Without a CUDA device the weights are in 16 bits instead of 4; the rest is the same.
    models.weights_format = lambda _: torch.bfloat16
    models.four_bits = lambda _: {}
    settings, splits, task, _ = parts()
    settings["method"] = "qlora"
    tuned = method.wrap(settings, task, models.load_base(settings, task.outputs))
    task.bind(tuned)
    with torch.no_grad():
        for parameter in tuned.trained().values():
            parameter.add_(0.1 * torch.randn_like(parameter))
    tuned.model.eval()
    artefact.save(settings, task, tuned, task.tokenizer, FOLDER / "artefact")
    _, other, loaded = artefact.load(FOLDER / "artefact")
    formats = [{n: p.dtype for n, p in m.model.named_parameters()} for m in (tuned, loaded)]
    assert formats[0] == formats[1]
    batch = task.collate([task.encode(splits.test[0])], "cpu")
    with torch.no_grad():
        scores = [t._scores(m, batch) for t, m in ((task, tuned), (other, loaded))]
    kept, put_back = (dict(m.model.named_parameters()) for m in (tuned, loaded))
    assert all(torch.equal(kept[name], put_back[name]) for name in tuned.trained())
    # The order of summation, and with it the last bits, may hang on where tensors lie in memory.
    torch.testing.assert_close(*scores)


@pytest.mark.parametrize("family", ["bert", "llama"])
def test_qlora_answers_after_loading_as_before_saving(family, project):
    project(family, "classification", "lora", what_is_not_quantised_is_kept_as_it_was_trained)


def a_new_head_is_not_quantised():
    import models
    import transformers
    from transformers.quantizers.quantizers_utils import should_convert_module

    given = {}
    models.device_here = lambda: "cuda"
    transformers.BitsAndBytesConfig = lambda **words: given.update(words)
    models.four_bits({"task": {"route": "head"}})
    skipped = given["llm_int8_skip_modules"]
    for name in ("classifier", "classifier.out_proj", "bert.pooler.dense", "pre_classifier"):
        assert not should_convert_module(name, skipped)
    assert should_convert_module("bert.encoder.layer.0.attention.self.query", skipped)
    models.four_bits({"task": {"route": "words"}})
    assert given["llm_int8_skip_modules"] is None  # transformers leaves the output layer out


def test_qlora_leaves_a_new_head_in_its_format(project):
    project("bert", "classification", "lora", a_new_head_is_not_quantised)


def the_end_of_a_cut_target_is_not_learned():
    _, splits, task, _ = parts(max_new_tokens=2)
    whole = next(e for e in splits.train if len(e.target.split()) == 1)
    cut = next(e for e in splits.train if len(e.target.split()) == 2)
    assert task.state["most"] == 2
    assert task.encode(whole)["written"][-1] == task.end
    assert task.end not in task.encode(cut)["written"]


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_the_end_of_a_cut_target_is_not_learned(family, project):
    project(family, "generation_short", "lora", the_end_of_a_cut_target_is_not_learned)


def room_is_counted_behind_a_blank():
    from data import Example
    from task import Task

    settings, *_ = parts()

    class InPieces:
        """Takes a word behind a blank apart, as trained merges often do."""

        eos_token_id = 4

        def __call__(self, text, **_):
            return {"input_ids": list(text) if text.startswith(" ") else [text]}

    assert Task.learn(settings, InPieces(), [Example(("x",), "abc")]).state["most"] == 5


def test_room_for_answers_is_counted_behind_a_blank(project):
    project("llama", "generation_short", "lora", room_is_counted_behind_a_blank)


def labels_need_tokens_of_their_own():
    import dataclasses

    from task import Task

    settings, splits, task, _ = parts()

    def learned(count):
        words = [f"w{n}" for n in range(count)]  # all are unknown to the tokenizer
        rows = [dataclasses.replace(splits.train[0], target=word) for word in words]
        return Task.learn(settings, task.tokenizer, rows)

    assert learned(3).legend.startswith("A: w0")
    with pytest.raises(SystemExit, match="generation_short"):
        learned(6)  # the tokenizer knows A to D only
    with pytest.raises(SystemExit, match="generation_short"):
        learned(27)
    # More words than letters are no matter, if they need none.
    known = [word for word in task.tokenizer.get_vocab() if word.isalpha()]
    settings["task"]["label_words"] = {f"w{n}": word for n, word in enumerate(known)}
    assert len(known) > 26
    assert learned(len(known)).legend == ""


def test_labels_without_tokens_of_their_own_are_refused(project):
    project("llama", "classification", "lora", labels_need_tokens_of_their_own)


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
    labels = ("negative", "positive")
    rows = [{"text": f"new {n}", "label": labels[n >= 40]} for n in range(80)]
    (FOLDER / "sorted.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings["data"] |= {"evaluation": "sorted.jsonl", "most_test": 20}
    assert {example.target for example in read_splits(settings).test} == set(labels)


def test_the_test_split_of_a_sorted_file_holds_all_labels(project):
    project("bert", "classification", "lora", a_sorted_file_gives_a_mixed_test_split)


def test_no_input_stands_in_two_splits(project):
    project("bert", "classification", "lora", splits_share_no_input)
