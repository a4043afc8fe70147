"""Facts about the vocabulary as it ships: complete, consistent and closed under its references."""

from __future__ import annotations

import re

import pytest

from advisor.facts import load_vocabulary
from advisor.facts.reading import read_value
from advisor.support.errors import AdvisorError

VOCABULARY = load_vocabulary()
TYPES = {"integer", "number", "share", "choice", "boolean", "text"}


def test_every_fact_has_a_known_type_and_a_key_of_plain_words():
    for key, fact_type in VOCABULARY.items():
        assert fact_type.key == key
        assert fact_type.type in TYPES
        assert re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+){1,2}", key)


def test_every_number_has_a_range_that_rises():
    for fact_type in VOCABULARY.values():
        assert fact_type.numeric == (fact_type.range is not None)
        if fact_type.range:
            assert fact_type.range[0] < fact_type.range[1]


def test_every_choice_has_choices_and_nothing_else_has():
    for fact_type in VOCABULARY.values():
        assert (fact_type.type == "choice") == bool(fact_type.choices)
        assert len(set(fact_type.choices)) == len(fact_type.choices)


def test_every_fact_says_what_it_is():
    assert [key for key, t in VOCABULARY.items() if not (t.help or t.question)] == []


def test_every_question_ends_with_a_mark_and_has_an_example():
    for fact_type in VOCABULARY.questions:
        assert fact_type.question.endswith("?")
        assert fact_type.example


def test_questions_have_places_of_their_own_and_come_in_order():
    places = [t.ask for t in VOCABULARY.questions]
    assert places == sorted(set(places))
    assert len(places) >= 15


def test_computed_facts_are_never_asked():
    assert [t.key for t in VOCABULARY.questions if t.derived] == []


def test_every_example_and_default_is_a_value_of_its_fact():
    for fact_type in VOCABULARY.values():
        for raw in (fact_type.example or None, fact_type.default):
            if raw is not None:
                assert read_value(fact_type, raw, where=fact_type.key) is not None


def test_defaults_are_values_as_facts_hold_them():
    for fact_type in VOCABULARY.values():
        if fact_type.default is not None:
            found = read_value(fact_type, fact_type.default, where=fact_type.key)
            assert found == fact_type.default


def test_every_fact_that_is_referred_to_exists():
    for fact_type in VOCABULARY.values():
        assert {*fact_type.inputs, *(fact_type.only_if or {})} <= set(VOCABULARY)


def test_the_condition_of_a_question_is_a_choice_asked_before_it():
    for fact_type in VOCABULARY.questions:
        for key, values in (fact_type.only_if or {}).items():
            assert set(values) <= set(VOCABULARY[key].choices)
            assert VOCABULARY[key].ask < fact_type.ask


def test_computed_facts_rise_or_fall_with_numbers_only():
    for fact_type in VOCABULARY.values():
        for key in (*fact_type.rises_with, *fact_type.falls_with):
            assert VOCABULARY[key].numeric
        assert not set(fact_type.rises_with) & set(fact_type.falls_with)


def test_no_fact_is_computed_from_itself():
    def behind(key, path=()):
        assert key not in path
        for other in VOCABULARY[key].inputs:
            behind(other, (*path, key))

    for key in VOCABULARY:
        behind(key)


def test_relations_speak_of_facts_that_exist():
    for relation in VOCABULARY.relations:
        kinds = [relation.lower, relation.product_at_least_one, relation.excludes]
        assert sum(bool(kind) for kind in kinds) == 1
        named = {relation.lower, relation.upper, relation.positive, *relation.product_at_least_one}
        assert (named | set(relation.excludes or {})) - {""} <= set(VOCABULARY)
        for key, value in (relation.excludes or {}).items():
            assert value in VOCABULARY[key].choices


def test_a_relation_between_families_holds_for_each_method():
    lower = {r.lower for r in VOCABULARY.relations if r.lower.startswith("estimate.")}
    families = ("memory_headroom", "time_headroom", "cost_headroom")
    assert lower == {f"estimate.{m}.{family}" for m in VOCABULARY.methods for family in families}


def test_no_two_relations_bound_the_same_number():
    """The checks of the rules look at relations one by one, which is exact only then."""
    bounded = [
        key for relation in VOCABULARY.relations for key in relation.keys
        if key not in (relation.excludes or {})
    ]  # fmt: skip
    assert len(set(bounded)) == len(bounded)


def test_a_family_holds_one_fact_for_each_method():
    for family in ("estimate.{}.hours", "measured.{}.score", "estimate.{}.memory_headroom"):
        assert all(family.format(method) in VOCABULARY for method in VOCABULARY.methods)


def test_every_fact_measured_by_the_benchmark_is_silent_until_it_is_there():
    measured = [t for key, t in VOCABULARY.items() if key.startswith("measured.")]
    assert measured
    assert all(t.silent_if_absent for t in measured)


def test_an_unknown_fact_is_refused_with_the_nearest_one():
    with pytest.raises(AdvisorError) as error:
        VOCABULARY.require("data.train_example", where="facts.yaml, line 3")
    assert error.value.message == "there is no fact named 'data.train_example'"
    assert error.value.where == "facts.yaml, line 3"
    assert "data.train_examples" in error.value.hint


def test_a_word_near_nothing_is_refused_with_the_command_that_lists_all():
    with pytest.raises(AdvisorError) as error:
        VOCABULARY.require("zzz" * 10_000, where="flag")
    assert len(error.value.message) < 200
    assert error.value.hint == "advisor explain facts lists them"


def test_the_vocabulary_is_read_once():
    assert load_vocabulary() is load_vocabulary()
