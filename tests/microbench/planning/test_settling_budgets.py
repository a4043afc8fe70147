"""The budget that is named where a larger one would settle what stayed open."""

from __future__ import annotations

import pytest
from plan_cases import BOTH, FAST, SLOW, bench, plan, probe

from advisor.catalogue.settings import planning
from advisor.microbench.planning.schedule import due
from advisor.microbench.preparing.budget import parse_budget
from advisor.microbench.records import TrialResult, TrialStatus
from advisor.microbench.run import RunFindings
from advisor.microbench.summary import JudgedRun, budget_for

SOFT, FULL = BOTH


def found(seconds=None, budget=180):
    return RunFindings(plan(budget, test=400), probe(seconds), {})


@pytest.mark.parametrize("seconds", [FAST, SLOW])
def test_the_named_budget_is_the_smallest_that_suffices(seconds):
    asked = []

    def three_seeds(made):
        asked.append(made)
        return made.seeds >= 3

    named = budget_for(bench(), found(seconds, budget=90), 2000, 1000, three_seeds)
    assert asked[-1].budget_seconds == parse_budget(named)
    assert [made.seeds >= 3 for made in asked] == [False] * (len(asked) - 1) + [True]
    assert all(made.budget_seconds > 90 for made in asked)


def test_a_slower_model_needs_a_larger_budget():
    fast, slow = (
        budget_for(bench(), found(seconds, budget=60), 300, 400, lambda made: made.seeds >= 3)
        for seconds in (FAST, SLOW)
    )
    assert parse_budget(fast) < parse_budget(slow)


@pytest.mark.parametrize(("budget", "test"), [(180, 10**6), (28_800, 100)])
def test_none_is_named_beyond_the_largest_test_split_or_budget(budget, test):
    named = budget_for(
        bench(), found(budget=budget), 300, test, lambda made: made.test_size >= test
    )
    assert named is None


def judged(hits, test=400):
    """Three final runs of each method with so many right; the methods err on other examples."""
    frozen = plan(180, test=test)
    methods = {
        method: own.model_copy(update={"pairs": own.pairs[:1], "curve_steps": ()})
        for method, own in frozen.methods.items()
    }
    frozen = frozen.model_copy(update={"methods": methods, "curve_sizes": (), "seeds": 3})
    results = {}
    for trial in due(frozen, {}):
        right = hits[trial.method]
        answers = (1.0,) * right + (0.0,) * (frozen.test_size - right)
        answers = answers[::-1] if trial.method == SOFT else answers
        results[trial.id] = TrialResult(trial=trial.id, status=TrialStatus.FINISHED, test=answers)
    findings = RunFindings(frozen, probe(), {}, results=results)
    return JudgedRun(bench(test=test), findings, FULL, 1.0, 300)


def test_an_open_comparison_names_a_budget_that_a_person_can_type():
    open_ = judged({SOFT: 304, FULL: 324}).comparisons[SOFT]
    assert open_.winner is None
    assert open_.difference.needed_budget in planning().offered_budgets
    assert open_.sentence.endswith(f"That takes --budget {open_.difference.needed_budget}.")


def test_more_examples_than_any_budget_judges_are_told_so():
    open_ = judged({SOFT: 312, FULL: 324}).comparisons[SOFT]
    assert open_.difference.needed_test_examples > 4000
    assert open_.difference.needed_budget is None
    assert open_.sentence.endswith("No budget here would hold that.")


def test_a_settled_comparison_names_none():
    settled = judged({SOFT: 100, FULL: 390}).comparisons[SOFT]
    assert settled.difference.needed_budget is None
    assert "--budget" not in settled.sentence


@pytest.mark.parametrize("late", [True, False])
def test_a_budget_that_ended_before_there_were_two_scores_names_a_larger_one(late):
    findings = RunFindings(plan(20, test=400), probe(SLOW), {}, late=late)
    open_ = JudgedRun(bench(test=400), findings, FULL, 1.0, 300).comparisons[SOFT]
    assert open_.winner is None
    assert open_.difference is None
    assert ("The budget ended before that; --budget " in open_.sentence) is late
