"""Successive halving: the same results lead to the same trials, whenever a run is stopped."""

from __future__ import annotations

import collections
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_cases import plan

from advisor.microbench.planning.schedule import curve, due, finals, rungs, search, spare, winner
from advisor.microbench.records import Point, Purpose, TrialResult, TrialStatus

METHOD = "prompt_tuning"


def result(trial, score, *, loss=1.0, status=TrialStatus.FINISHED):
    return TrialResult(
        trial=trial.id,
        status=status,
        dev_score=score if status.usable else None,
        curve=(Point(step=1, train_loss=loss, dev_loss=loss, dev_score=score),),
    )


def run(made, score, results=None, *, stop_after=None, shuffle=None):
    """Run all that is due; ``score`` gives the result of a trial."""
    results = dict(results or {})
    count = 0
    while trials := due(made, results):
        if shuffle is not None:
            shuffle.shuffle(trials)
        trial = trials[0]
        results[trial.id] = score(trial)
        count += 1
        if count == stop_after:
            break
    return results


def by_rate(trial):
    """The score is best in the middle of the rates."""
    return result(trial, 90 - abs(trial.learning_rate - 0.03) * 100)


def method_plan(pairs, least, steps=400):
    """The plan of a method with so many pairs and steps, and the least that a search run gets."""
    own = plan(600).methods[METHOD]
    many = tuple((rate / 100, 0.01) for rate in range(1, pairs + 1))
    return own.model_copy(update={"pairs": many, "steps": steps, "search_steps": least})


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (1, []),
        (2, [(2, 200)]),
        (4, [(4, 100), (2, 200)]),
        (8, [(8, 50), (4, 100), (2, 200)]),
    ],
)
def test_half_of_the_rates_go_on_until_one_is_left_and_each_rung_costs_as_much(pairs, expected):
    assert rungs(method_plan(pairs, least=20)) == expected


@pytest.mark.parametrize(
    ("least", "expected"),
    [(120, [(8, 120), (2, 200)]), (200, [(8, 200)]), (400, [(8, 400)]), (900, [(8, 400)])],
)
def test_no_run_of_the_search_is_too_short_and_no_rung_repeats_another(least, expected):
    assert rungs(method_plan(8, least)) == expected


def test_the_search_runs_what_its_rungs_say():
    made = plan(900)
    own = made.methods[METHOD]
    ran = collections.Counter(t.steps for t in search(made, METHOD, run(made, by_rate)))
    assert ran == {steps: count for count, steps in rungs(own)}
    assert min(ran) >= own.search_steps > 1


def test_the_pair_with_the_best_development_score_wins_and_gets_all_seeds():
    made = plan(600)
    results = run(made, by_rate)
    assert winner(made, METHOD, results)[0] == 0.03
    trials = finals(made, METHOD, results)
    assert [trial.seed for trial in trials] == list(range(1, made.seeds + 1))
    assert all(trial.test for trial in trials)


def test_no_trial_of_the_search_predicts_the_test_split():
    made = plan(600)
    results = run(made, by_rate)
    assert not any(trial.test for trial in search(made, METHOD, results))


def test_equal_scores_are_told_apart_by_the_loss():
    made = plan(600)
    wanted = made.methods[METHOD].pairs[-1]

    def score(trial):
        hit = (trial.learning_rate, trial.head_rate) == wanted
        return result(trial, 80, loss=0.2 if hit else 0.3)

    assert winner(made, METHOD, run(made, score)) == wanted


def test_failed_rates_drop_out():
    made = plan(600)

    def score(trial):
        failed = trial.learning_rate > 0.01
        return result(trial, 50, status=TrialStatus.DIVERGED if failed else TrialStatus.FINISHED)

    assert winner(made, METHOD, run(made, score))[0] <= 0.01


def test_a_method_of_which_every_rate_fails_gets_no_final_run():
    made = plan(600)
    results = run(made, lambda trial: result(trial, 0, status=TrialStatus.OUT_OF_MEMORY))
    assert winner(made, METHOD, results) is None
    assert finals(made, METHOD, results) == []
    assert due(made, results) == []


def test_the_curve_uses_smaller_prefixes_and_comes_last():
    made = plan(900)
    results = run(made, by_rate)
    assert {trial.train_size for trial in curve(made, METHOD, results)} == set(made.curve_sizes)
    order = [Purpose(id_.split("-")[1]) for id_ in results]
    assert order.index(Purpose.CURVE) > max(
        place for place, purpose in enumerate(order) if purpose is Purpose.FINAL
    )


@pytest.mark.long
@settings(max_examples=40)
@given(st.integers(0, 40), st.randoms(use_true_random=False))
def test_a_run_that_was_stopped_goes_on_to_the_same_trials(stop, rng):
    made = plan(600)

    def score(trial):
        return result(trial, random.Random(trial.id).uniform(40, 90))

    whole = run(made, score)
    part = run(made, score, stop_after=stop, shuffle=rng) if stop else {}
    assert run(made, score, part, shuffle=rng) == whole


def test_spare_seeds_come_one_after_another_for_all_methods():
    made = plan(180)
    results = run(made, by_rate)
    assert made.seeds < 5
    for seed in range(made.seeds + 1, 6):
        trials = spare(made, results)
        assert [(t.method, t.seed, t.test) for t in trials] == [
            (m, seed, True) for m in made.methods
        ]
        first, *rest = trials
        results[first.id] = by_rate(first)
        assert spare(made, results) == rest  # an interrupted seed is completed first
        assert first in finals(made, first.method, results)
        results |= {trial.id: by_rate(trial) for trial in rest}
    assert spare(made, results) == []
    assert due(made, results) == []


def test_no_spare_seed_for_one_method_alone():
    made = plan(180)

    def score(trial):
        failed = trial.method == METHOD
        return result(trial, 50, status=TrialStatus.DIVERGED if failed else TrialStatus.FINISHED)

    assert spare(made, run(made, score)) == []


def test_identifiers_are_unique():
    made = plan(900)
    results = run(made, by_rate)
    expected = sum(
        len(search(made, m, results)) + len(finals(made, m, results)) + len(curve(made, m, results))
        for m in made.methods
    )
    assert len(results) == expected
