"""Facts about turning what people say into values of the vocabulary."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.facts import Interval, load_vocabulary
from advisor.facts.reading import UNKNOWN_WORDS, read_value
from advisor.facts.showing import plain_value
from advisor.support.errors import AdvisorError

VOCABULARY = load_vocabulary()
KEYS = sorted(VOCABULARY)


def read(key, raw):
    return read_value(VOCABULARY[key], raw, where="flag")


def refused(key, raw) -> AdvisorError:
    with pytest.raises(AdvisorError) as error:
        read(key, raw)
    assert error.value.where == "flag"
    assert error.value.message.startswith(f"{key}: ")
    return error.value


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("data.train_examples", 800, 800),
        ("data.train_examples", "5k", 5000),
        ("data.train_examples", 800.0, 800),
        ("data.train_examples", "0", 0),
        ("model.parameters", "1B to 10B", Interval(10**9, 10**10)),
        ("budget.hours", "90min", 1.5),
        ("data.duplicate_share", "5%", 0.05),
        ("task.type", "classification", "classification"),
        ("task.type", "Generation-Long", "generation_long"),
        ("task.type", "generation long", "generation_long"),
        ("task.type", "code or regression", frozenset({"code", "regression"})),
        ("task.type", "code, regression", frozenset({"code", "regression"})),
        ("task.type", ["code", "regression"], frozenset({"code", "regression"})),
        ("task.type", ["code"], "code"),
        ("hardware.accelerator", "none", "none"),
        ("prompt.transfer_available", "no", False),
        ("prompt.transfer_available", "Yes", True),
        ("prompt.transfer_available", True, True),
        ("model.licence", "  Apache-2.0 ", "Apache-2.0"),
        ("model.name", "", None),
    ],
)
def test_a_value_is_read_in_the_type_of_its_fact(key, raw, value):
    found = read(key, raw)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("raw", [None, "unknown", " Unknown ", "?", "don't know"])
def test_unknown_can_be_said_of_every_fact(raw):
    assert [key for key in KEYS if read(key, raw) is not None] == []


def test_none_is_no_word_for_unknown_because_it_is_an_accelerator():
    assert "none" not in UNKNOWN_WORDS


@pytest.mark.parametrize(
    "raw", [True, False, [], {}, [800], "many", "5 to", "", "0x10", "1e400", 10**31]
)
def test_what_is_no_number_is_refused_with_an_example(raw):
    error = refused("data.train_examples", raw)
    assert error.hint == "a number of examples, for example 5k"


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf, "nan", "inf"])
def test_nan_and_infinity_are_refused(raw):
    refused("budget.hours", raw)


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("data.train_examples", -1),
        ("data.train_examples", "-5k"),
        ("data.train_examples", 10**13),
        ("data.duplicate_share", 1.5),
        ("data.duplicate_share", "150%"),
        ("model.parameters", 12),
        ("hardware.accelerator_memory_gib", "-24GB"),
    ],
)
def test_an_impossible_number_is_refused_with_what_is_possible(key, raw):
    assert "is impossible; " in refused(key, raw).message
    assert "lies between" in refused(key, raw).message


def test_a_fraction_of_a_countable_thing_is_refused():
    assert "is not a whole number" in refused("data.train_examples", 2.5).message


def test_a_suffix_of_another_unit_is_refused():
    assert "has the suffix 'GB'" in refused("data.train_examples", "24GB").message


def test_an_unknown_choice_is_refused_with_the_nearest_one():
    error = refused("task.type", "clasification")
    assert error.hint.startswith("did you mean classification? It is one of")


@pytest.mark.parametrize("raw", ["chess", 3, True, {"a": 1}, [["code"]], ["code", "chess"]])
def test_what_is_no_choice_is_refused(raw):
    assert "is not one of its values" in refused("task.type", raw).message


def test_an_empty_list_of_choices_is_refused():
    assert "the list is empty" in refused("task.type", []).message


def test_all_choices_together_say_nothing():
    every = list(VOCABULARY["data.domain_shift"].choices)
    assert read("data.domain_shift", every) is None


@pytest.mark.parametrize("raw", ["maybe", 1, 0, [True], "yes or no"])
def test_what_is_neither_yes_nor_no_is_refused(raw):
    assert "neither yes nor no" in refused("prompt.transfer_available", raw).message


@pytest.mark.parametrize("raw", ["a\x1b[2Jb", "a\nb", "a\u202eb", "a\x00b", "a\x85b"])
def test_control_characters_in_a_text_are_refused(raw):
    assert "control characters" in refused("model.name", raw).message


@pytest.mark.parametrize("raw", [["a"], {"a": 1}, "x" * 301])
def test_a_text_is_short_and_plain(raw):
    refused("model.name", raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("at least 5k", Interval(5000, 1e12)),
        ("> 5k", Interval(5000, 1e12, False, True)),
        ("at most 5k", Interval(0, 5000)),
        ("< 5k", Interval(0, 5000, True, False)),
        ("5 to 5", 5),
        ("[5..5]", 5),
        ("at most 0", 0),
    ],
)
def test_a_range_is_cut_to_what_is_possible(raw, value):
    assert read("data.train_examples", raw) == value


@pytest.mark.parametrize(
    "raw", ["(5..5)", "[5..5)", "(5..6)", "1.2 to 1.8", "< 0", "> 1e12", "at least 1e13"]
)
def test_a_range_without_any_possible_value_is_refused(raw):
    refused("data.train_examples", raw)


def test_a_range_wholly_outside_is_called_impossible():
    assert "the range is impossible" in refused("data.duplicate_share", "2 to 3").message


RAW = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.text(alphabet="0123456789.kMBGi%h to<>=-[]()", max_size=20)
    | st.sampled_from([10**40, -(10**40), "yes", "code", "low or high"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def possible(fact_type, value) -> bool:
    if value is None:
        return True
    if fact_type.numeric:
        low, high = fact_type.range
        if isinstance(value, Interval):
            return low <= value.low < value.high <= high
        return low <= value <= high and (not fact_type.integer or isinstance(value, int))
    if fact_type.type == "choice":
        several = isinstance(value, frozenset)
        return (
            (value < set(fact_type.choices) and len(value) > 1)
            if several
            else (value in fact_type.choices)
        )
    return isinstance(value, bool if fact_type.type == "boolean" else str)


@given(st.sampled_from(KEYS), RAW)
def test_anything_is_a_possible_value_or_an_advisor_error(key, raw):
    try:
        value = read(key, raw)
    except AdvisorError as error:
        assert error.hint
    else:
        assert possible(VOCABULARY[key], value)


@given(st.sampled_from(KEYS), RAW)
def test_a_value_is_read_back_from_its_plain_form_unchanged(key, raw):
    try:
        value = read(key, raw)
    except AdvisorError:
        return
    assert read(key, plain_value(value)) == value


NUMERIC = [key for key in KEYS if VOCABULARY[key].numeric]


@given(st.sampled_from(NUMERIC), st.data())
def test_a_range_read_back_from_its_plain_form_has_the_same_ends(key, data):
    fact_type = VOCABULARY[key]
    low, high = fact_type.range
    ends = st.floats(low, high)
    if fact_type.integer:
        ends = st.integers(math.ceil(low), math.floor(high))
    first, second = sorted((data.draw(ends), data.draw(ends)))
    interval = Interval(first, second, data.draw(st.booleans()), data.draw(st.booleans()))
    start, end = interval.half_open(integer=fact_type.integer)
    if start < end:
        found = read(key, plain_value(interval))
        assert found == (first if first == second else interval)
