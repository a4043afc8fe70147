"""Every estimate moves with its inputs as the vocabulary declares, and ranges stay sound."""

from __future__ import annotations

import math

import pytest
from estimate_cases import LIMITS, VOCABULARY, Range, base_of, estimates, points_in, projects
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RISING = {key: set(fact_type.rises_with) for key, fact_type in VOCABULARY.items()}
FALLING = {key: set(fact_type.falls_with) for key, fact_type in VOCABULARY.items()}
DECLARED = sorted(set().union(*RISING.values(), *FALLING.values()))


def require_inside(single: dict[str, Range], whole: dict[str, Range]) -> None:
    for fact, (low, high) in single.items():
        assert whole[fact][0] <= low <= high <= whole[fact][1], fact


QUICK = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])


def test_the_drawn_numbers_cover_every_declared_input():
    assert set(DECLARED) <= set(LIMITS)


@pytest.mark.parametrize("key", DECLARED)
@given(data=st.data(), factor=st.sampled_from([1.001, 1.5, 10.0, 1000.0]))
@QUICK
def test_raising_an_input_moves_every_estimate_in_the_declared_direction(key, data, factor):
    numbers, accelerator = data.draw(projects(always=key))
    low, high = numbers[key]
    step = 1.0 if VOCABULARY[key].integer else 0.0
    raised = {**numbers, key: (max(low * factor, low + step), max(high * factor, high + step))}
    if VOCABULARY[key].integer:
        raised[key] = (float(int(raised[key][0])), float(int(raised[key][1])))
    before = estimates(base_of(numbers, accelerator))
    after = estimates(base_of(raised, accelerator))
    assert before.keys() == after.keys()
    for fact in before:
        if key in RISING[fact]:
            assert after[fact][0] >= before[fact][0], fact
            assert after[fact][1] >= before[fact][1], fact
        if key in FALLING[fact]:
            assert after[fact][0] <= before[fact][0], fact
            assert after[fact][1] <= before[fact][1], fact


@pytest.mark.parametrize("key", sorted(LIMITS))
@given(data=st.data(), width=st.sampled_from([1.5, 30.0]))
@QUICK
def test_a_range_of_one_input_contains_the_estimates_at_both_of_its_ends(key, data, width):
    exact, accelerator = data.draw(projects(always=key, exact=True))
    low = exact[key][0]
    high = float(math.ceil(low * width))
    whole = estimates(base_of({**exact, key: (low, high)}, accelerator))
    for end in (low, high):
        require_inside(estimates(base_of({**exact, key: (end, end)}, accelerator)), whole)


@given(data=st.data())
@settings(QUICK, max_examples=60)
def test_ranges_of_all_inputs_contain_the_estimate_of_every_point_inside_them(data):
    numbers, accelerator = data.draw(projects())
    point = data.draw(points_in(numbers))
    whole = estimates(base_of(numbers, accelerator))
    require_inside(estimates(base_of(point, accelerator)), whole)


def test_the_low_end_of_a_range_lies_below_an_inner_minimum():
    # Of a small model most is the embedding: with more words the layers shrink and the logits grow.
    project = {
        "model.parameters": (1_143_073.0,) * 2,
        "model.layer_count": (1.0, 1.0),
        "model.hidden_size": (64.0, 64.0),
        "train.batch_size": (64.0, 64.0),
        "train.sequence_length": (9.0, 9.0),
    }
    words = "model.vocabulary_size"
    fact = "estimate.full_fine_tuning.memory_gib"
    whole, inner, *ends = (
        estimates(base_of({**project, words: vocabulary}, "none"))[fact][0]
        for vocabulary in [(1e3, 2e4), (6e3, 6e3), (1e3, 1e3), (2e4, 2e4)]
    )
    assert whole <= inner < min(ends)


@given(project=projects())
@QUICK
def test_no_estimate_is_negative_or_upside_down(project):
    for fact, (low, high) in estimates(base_of(*project)).items():
        assert 0 <= low <= high, fact


@given(project=projects())
@QUICK
def test_estimates_stay_inside_the_range_of_their_type(project):
    for fact, (low, high) in estimates(base_of(*project)).items():
        possible = VOCABULARY[fact].range
        assert possible is not None
        assert possible[0] <= low <= high <= possible[1], fact


@given(project=projects())
@QUICK
def test_the_same_facts_give_the_same_estimates(project):
    assert estimates(base_of(*project)) == estimates(base_of(*project))


PAIRS = [r for r in VOCABULARY.relations if r.lower.startswith("estimate.")]


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_expected_is_never_better_than_the_optimistic_estimate(data):
    numbers, accelerator = data.draw(projects())
    found = estimates(base_of(numbers, accelerator))
    assert PAIRS
    for relation in PAIRS:
        if relation.lower in found and relation.upper in found:
            low, high = found[relation.lower], found[relation.upper]
            assert low[0] <= high[0], relation.says
            assert low[1] <= high[1], relation.says
