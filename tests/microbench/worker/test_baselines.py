"""Scores without training."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from tiny_benches import REVIEW, baselines, bench_of, questions, reviews, splits

from advisor.microbench.records import Metric, Prompt, Route, Splits, Task
from advisor.microbench.worker.baselines import Untrained
from advisor.microbench.worker.linear_head import Features, first_new_module
from advisor.microbench.worker.workbench import load_workbench


def test_an_encoder_gets_a_linear_head_and_no_zero_shot_line(model_folder):
    bench = bench_of(model_folder("bert"), "bert", Route.HEAD, splits=splits(reviews, 200, 60, 60))
    found = baselines(load_workbench(bench))
    assert found.zero_shot is None
    assert "new head" in found.note
    assert len(found.head_only_test) == 60
    assert found.head_only > found.majority + 20
    assert found.general_loss is None


def test_candidate_prompts_are_ranked_on_the_development_split(model_folder):
    poor = Prompt(after=" x", words={"positive": "x", "negative": "man"})
    bench = bench_of(
        model_folder("llama"),
        "llama",
        Route.LABEL_WORDS,
        prompts=(poor, REVIEW),
        general=("the film was a story of the sea", "a dog in a house"),
    )
    found = baselines(load_workbench(bench))
    scores = [entry.dev_score for entry in found.prompts]
    assert scores == sorted(scores, reverse=True)
    assert len(found.zero_shot_test) == len(bench.splits.test)
    assert found.zero_shot == pytest.approx(100 * sum(found.zero_shot_test) / 16)
    assert found.general_loss > 0


@pytest.mark.parametrize("family", ["llama", "t5", "bart"])
def test_labels_said_by_words_get_a_linear_head(model_folder, family):
    bench = bench_of(
        model_folder(family), family, Route.LABEL_WORDS, splits=splits(reviews, 200, 60, 60)
    )
    workbench = load_workbench(bench)
    found = baselines(dataclasses.replace(workbench, train=workbench.train[:160]))
    assert (found.head_only_rows, len(found.head_only_test)) == (160, 60)
    assert found.head_only > found.majority + 20


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_states_are_those_that_choose_the_words(model_folder, family):
    prompts = (Prompt(after=" x", words={"positive": "x", "negative": "man"}), REVIEW)
    bench = bench_of(model_folder(family), family, Route.LABEL_WORDS, prompts=prompts)
    workbench = load_workbench(bench)
    first, _ = [Untrained(workbench, prompt) for prompt in prompts]
    _, found = first.about(bench.splits.dev)
    layer = workbench.model.get_output_embeddings()
    with torch.no_grad():
        for row, state in zip(found.rows, found.features, strict=True):
            inputs = {"input_ids": torch.tensor(row.sequences)}
            if workbench.coder.start:
                inputs["decoder_input_ids"] = torch.tensor([workbench.coder.start])
            expected = workbench.model(**inputs).logits[0, -1]
            torch.testing.assert_close(layer(state), expected, atol=1e-4, rtol=1e-4)


def test_choices_by_letter_get_no_linear_head(model_folder):
    task = Task(
        type="multiple_choice", architecture="decoder", route=Route.LABEL_WORDS,
        metric=Metric.ACCURACY,
    )  # fmt: skip
    prompts = (Prompt(after=" Answer :"),)
    bench = bench_of(
        model_folder("llama"), "llama", Route.LABEL_WORDS, task=task, prompts=prompts,
        splits=splits(questions),
    )  # fmt: skip
    found = baselines(load_workbench(bench))
    assert (found.head_only, found.head_only_rows) == (None, 0)


def test_the_majority_is_that_of_the_training_split(model_folder):
    rows = reviews(40)
    positive = tuple(row for row in rows if row.target == "positive")
    uneven = Splits(train=positive + rows[:2], dev=rows[:8], test=rows[:10] + positive[:10])
    bench = bench_of(model_folder("bert"), "bert", Route.HEAD, splits=uneven)
    assert baselines(load_workbench(bench)).majority == 75.0


def test_features_are_taken_before_anything_that_is_new(model_folder):
    for family, expected in (("bert", "classifier"), ("distilbert", "pre_classifier")):
        workbench = load_workbench(bench_of(model_folder(family), family, Route.HEAD))
        assert first_new_module(workbench) is getattr(workbench.model, expected)
    for family in ("roberta", "distilbert"):
        bench = bench_of(
            model_folder(family), family, Route.HEAD, splits=splits(reviews, 200, 60, 60)
        )
        assert baselines(load_workbench(bench)).head_only > 60


def test_features_of_a_decoder_are_the_last_hidden_state(model_folder):
    workbench = load_workbench(bench_of(model_folder("gpt2"), "gpt2", Route.HEAD))
    found = Features(workbench).of(workbench.dev).features
    with torch.no_grad():
        expected = [
            workbench.model.transformer(torch.tensor(row.sequences)).last_hidden_state[0, -1]
            for row in workbench.dev
        ]
    torch.testing.assert_close(found, torch.stack(expected), atol=1e-5, rtol=0)


def test_parts_of_the_splits_are_enough(model_folder):
    bench = bench_of(model_folder("llama"), "llama", Route.LABEL_WORDS)
    workbench = load_workbench(bench)
    part = dataclasses.replace(workbench, dev=workbench.dev[:8], test=workbench.test[:4])
    assert len(baselines(part).zero_shot_test) == 4
