"""Numbers, choices and pairs, by a head and by words."""

from __future__ import annotations

import statistics

import pytest
from tiny_benches import FAMILIES, baselines, bench_of, pairs, questions, ratings, reviews, splits
from trial_settings import a_trial

from advisor.microbench.records import Metric, Prompt, Route, Task
from advisor.microbench.worker.trial import run_trial
from advisor.microbench.worker.workbench import load_workbench
from advisor.support.errors import AdvisorError


def bench(model_folder, family, route, make, **task):
    settings = {"architecture": FAMILIES[family], "route": route, "metric": Metric.ACCURACY}
    return bench_of(
        model_folder(family),
        family,
        route,
        task=Task(**{**settings, **task}),
        splits=splits(make, 96, 32, 32),
    )


@pytest.mark.parametrize("family", ["bert", "llama"])
def test_numbers_are_predicted_in_their_own_units(model_folder, family):
    made = bench(
        model_folder, family, Route.HEAD, ratings, type="regression", metric=Metric.PEARSON
    )
    trial = a_trial("full_fine_tuning", steps=60, dev_every=20, train_size=96)
    result = run_trial(load_workbench(made), trial, lambda _: None)
    targets = [float(example.target) for example in made.splits.test]
    assert statistics.correlation(result.test, targets) > 0.7
    errors = [abs(p - t) for p, t in zip(result.test, targets, strict=True)]
    assert statistics.fmean(errors) < 6
    assert result.predicted == ()
    assert result.dev_score > 70
    found = baselines(load_workbench(made))
    assert found.majority == 0
    assert found.head_only > 50


def test_targets_that_never_change_are_no_obstacle(model_folder):
    def constant(count, seed):
        return tuple(e.model_copy(update={"target": "3"}) for e in ratings(count, seed))

    made = bench(
        model_folder, "bert", Route.HEAD, constant, type="regression", metric=Metric.PEARSON
    )
    result = run_trial(load_workbench(made), a_trial("lora"), lambda _: None)
    assert result.dev_score == 0
    assert all(abs(number - 3) < 1 for number in result.test)


@pytest.mark.parametrize("method", ["full_fine_tuning", "prompt_tuning", "prefix_tuning"])
@pytest.mark.parametrize(
    ("family", "route"),
    [("bert", Route.HEAD), ("llama", Route.HEAD), ("llama", Route.LABEL_WORDS)],
)
def test_choices_of_varying_number(model_folder, family, route, method):
    made = bench(model_folder, family, route, questions, type="multiple_choice")
    trial = a_trial(method, steps=40, dev_every=20, train_size=96)
    result = run_trial(load_workbench(made), trial, lambda _: None)
    assert set(result.test) <= {0.0, 1.0}
    assert len(result.test) == 32
    assert result.predicted == ()
    if method == "full_fine_tuning" and route is Route.HEAD:
        assert result.dev_score > 90


def test_a_linear_head_scores_choices(model_folder):
    made = bench(model_folder, "bert", Route.HEAD, questions, type="multiple_choice")
    found = baselines(load_workbench(made))
    assert found.head_only > found.majority


@pytest.mark.parametrize(
    ("family", "route"),
    [("bert", Route.HEAD), ("gpt2", Route.HEAD), ("llama", Route.LABEL_WORDS)],
)
def test_pairs(model_folder, family, route):
    labels = ("positive", "negative")
    made = bench(model_folder, family, route, pairs, type="nli_pair", labels=labels)
    workbench = load_workbench(made)
    if family == "bert":
        assert set(workbench.train[0].segments[0]) == {0, 1}
    result = run_trial(workbench, a_trial("prompt_tuning", steps=4), lambda _: None)
    assert set(result.predicted) <= set(labels)


def test_a_target_that_is_no_label_is_refused(model_folder):
    def wrong(count, seed):
        return tuple(e.model_copy(update={"target": "maybe"}) for e in reviews(count, seed))

    made = bench(
        model_folder, "bert", Route.HEAD, wrong, type="classification", labels=("positive",)
    )
    with pytest.raises(AdvisorError, match="maybe"):
        load_workbench(made)


def test_a_target_that_is_no_number_is_refused(model_folder):
    made = bench(
        model_folder, "bert", Route.HEAD, reviews, type="regression", metric=Metric.PEARSON
    )
    with pytest.raises(AdvisorError, match="not a number"):
        load_workbench(made)


def test_labels_that_begin_alike_get_symbols(model_folder):
    same = Prompt(before="Review : ", after=" :", words={"positive": "good x", "negative": "good"})
    workbench = load_workbench(
        bench_of(model_folder("llama"), "llama", Route.LABEL_WORDS, prompts=(same,))
    )
    assert len(set(workbench.wording.tokens)) == 2
    assert "symbols" in workbench.note
    assert workbench.wording.prompt.before.startswith("A: good x\nB: good\n")
