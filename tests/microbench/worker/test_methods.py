"""What is trained, from where it starts, and what has to be kept."""

from __future__ import annotations

import pytest
import torch
from tiny_benches import METHODS, WORDS, bench_of, reviews, splits

from advisor.methods import UnknownMethodError
from advisor.microbench.records import Example, Prompt, Route
from advisor.microbench.worker.artefact import artefact_bytes
from advisor.microbench.worker.methods import equip, prompt_ids
from advisor.microbench.worker.workbench import load_workbench
from advisor.support.errors import AdvisorError


def bench(model_folder, family="llama", route=Route.LABEL_WORDS, **changes):
    return load_workbench(bench_of(model_folder(family), family, route, **changes))


@pytest.mark.parametrize("method", ["prompt_tuning", "prefix_tuning"])
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_soft_prompts_start_as_the_prompt_in_front_of_the_input(model_folder, family, method):
    workbench = bench(model_folder, family)
    words = prompt_ids(workbench, 4)
    ids = workbench.dev[0].sequences[0]
    with torch.no_grad():
        workbench.model.eval()
        expected = workbench.model(input_ids=torch.tensor([words + ids])).logits[0, -1]
        learner = equip(workbench, method, seed=0)
        learner.model.eval()
        inputs = torch.tensor([ids])
        found = learner.forward(input_ids=inputs, attention_mask=torch.ones_like(inputs))
    torch.testing.assert_close(found.logits[0, -1], expected, atol=1e-5, rtol=0)


def test_without_a_text_words_are_drawn_as_the_seed_decides(model_folder):
    silent = (Prompt(),)
    starts = []
    for seed in (1, 1, 2):
        workbench = bench(model_folder, "bert", Route.HEAD, prompts=silent)
        learner = equip(workbench, "prompt_tuning", seed)
        start = learner.model.prompt_encoder["default"].embedding.weight.detach()
        vocabulary = learner.model.word_embeddings.weight
        assert torch.cdist(start, vocabulary).min(dim=1).values.max() < 1e-3
        starts.append(start)
    assert torch.equal(starts[0], starts[1])
    assert not torch.equal(starts[0], starts[2])


def test_a_short_text_is_repeated(model_folder):
    short = Prompt(before="good film ", words={"positive": "yes", "negative": "no"})
    workbench = bench(model_folder, prompts=(short,))
    good, film = WORDS.index("good"), WORDS.index("film")
    assert prompt_ids(workbench, 5) == [good, film, good, film, good]


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_start(model_folder, method):
    starts = []
    for seed in (1, 1, 2):
        learner = equip(bench(model_folder, "bert", Route.HEAD), method, seed)
        starts.append(torch.cat([p.detach().flatten() for p in learner.trained().values()]))
    assert torch.equal(starts[0], starts[1])
    assert not torch.equal(starts[0], starts[2])


def test_low_rank_updates_leave_out_the_heads(model_folder):
    learner = equip(bench(model_folder, "distilbert", Route.HEAD), "lora", 0)
    updated = {name for name in learner.trained() if "lora_" in name}
    assert updated
    assert not any("classifier" in name for name in updated)
    heads = {name for name in learner.trained() if learner.is_head(name)}
    assert {name.split(".modules_to_save")[0].rsplit(".", 1)[-1] for name in heads} == {
        "classifier",
        "pre_classifier",
    }


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", ["llama", "t5"])
def test_all_that_is_trained_gets_a_gradient_and_nothing_else_does(model_folder, family, method):
    workbench = bench(model_folder, family)
    learner = equip(workbench, method, 0)
    answering = workbench.answering(learner)
    answering.losses(answering.collate(workbench.train[:4])).mean().backward()
    given = {name for name, p in learner.model.named_parameters() if p.grad is not None}
    assert given == set(learner.trained())


SIZES = {
    # 4 virtual tokens of width 32; of 2 layers' keys and values, 2 heads of width 8 each.
    "prompt_tuning": 4 * 32,
    "p_tuning": 4 * 32,
    "prefix_tuning": 4 * 2 * 2 * 2 * 8,
    # Keys and values 16 wide, and the 64 inner activations, in each layer.
    "ia3": 2 * (16 + 16 + 64),
}


@pytest.mark.parametrize("method", SIZES)
def test_what_has_to_be_kept(model_folder, method):
    assert artefact_bytes(equip(bench(model_folder), method, 0)) == 4 * SIZES[method]


def test_after_full_fine_tuning_the_whole_model_has_to_be_kept(model_folder):
    workbench = bench(model_folder)
    kept = artefact_bytes(equip(workbench, "full_fine_tuning", 0))
    assert kept >= 4 * sum(p.numel() for p in workbench.model.parameters())


@pytest.mark.parametrize("method", ["prefix_tuning", "ia3"])
def test_a_method_that_does_not_fit_is_named(model_folder, method):
    workbench = bench(model_folder, "distilbert", Route.HEAD)
    with pytest.raises(AdvisorError, match=r"distilbert"):
        equip(workbench, method, 0)


def test_an_unknown_method_is_named(model_folder):
    with pytest.raises(UnknownMethodError, match="qlora") as caught:
        equip(bench(model_folder), "qlora", 0)
    assert caught.value.where == "advisor/methods/qlora/method.yaml, microbench"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("family", "route"), [("bert", Route.HEAD), ("gpt2", Route.LABEL_WORDS)])
def test_the_longest_input_fits_beside_the_virtual_tokens(model_folder, family, route, method):
    long = tuple(Example(inputs=("film " * 99,), target="positive") for _ in range(2))
    made = splits(reviews).model_copy(update={"dev": long})
    workbench = bench(model_folder, family, route, max_tokens=99, splits=made)
    learner = equip(workbench, method, 0)
    assert workbench.dev[0].length == 60
    answering = workbench.answering(learner)
    assert answering.losses(answering.collate(workbench.dev)).isfinite().all()
