"""Facts about the strict JSON reader."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.support.errors import AdvisorError
from advisor.support.strictjson import parse_flat_json, parse_json

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(-1e300, 1e300)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def refused(text: str) -> AdvisorError:
    with pytest.raises(AdvisorError) as error:
        parse_json(text, where="facts.json")
    return error.value


@given(PLAIN)
def test_what_json_writes_is_read_back_unchanged(value):
    assert parse_json(json.dumps(value), where="facts.json") == value


def test_a_syntax_error_is_named_with_line_and_column():
    error = refused('{\n  "a": 1,\n  "b" 2\n}')
    assert error.message.startswith("this is not valid JSON: ")
    assert error.where == "facts.json, line 3, column 7"


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '{"a": {"b": 1, "c": 2, "b": 3}}'])
def test_a_key_that_stands_twice_is_refused_even_with_equal_values(text):
    error = refused(text)
    assert "stands twice" in error.message
    assert error.where == "facts.json"


def test_the_same_key_in_two_objects_is_no_repetition():
    assert parse_json('[{"a": 1}, {"a": 2}]', where="facts.json") == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_words_that_json_has_no_numbers_for_are_refused(word):
    assert refused(f'{{"a": {word}}}').message == f"{word} is not a number in JSON"


def test_an_integer_of_thousands_of_digits_is_refused():
    assert refused("9" * 10_000).message == "the JSON holds a number too long to be read"


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_hundred_thousand_levels_are_refused(no_hang, opening):
    assert refused(opening * 100_000).message == "the JSON is nested too deeply"


def test_ten_megabytes_on_one_line_are_read_or_refused_at_once(no_hang):
    assert len(parse_json('"' + "x" * 10_000_000 + '"', where="facts.json")) == 10_000_000


@given(st.text(max_size=80) | st.text(alphabet='{}[]",:0123456789.eE-+ntfalsru\\ \n', max_size=80))
def test_any_text_is_read_or_refused_by_an_advisor_error(text):
    try:
        parse_json(text, where="facts.json")
    except AdvisorError as error:
        assert error.where.startswith("facts.json")


def test_single_quotes_and_trailing_commas_are_refused():
    assert "not valid JSON" in refused("{'a': 1}").message
    assert "not valid JSON" in refused('{"a": 1,}').message


def test_a_text_that_breaks_off_is_named_where_it_ends():
    with pytest.raises(AdvisorError) as error:
        parse_json('{"a": 8\n', where="half.json")
    assert error.value.where == "half.json, column 8"


FLAT = [
    '{"a": 1, "b": 2.5, "c": "x", "d": [1, 2], "e": null, "f": true}',
    '{"a": "with: colon"}',
    '{"a": {"b": 1}}',
    '{"a": [{"b": 1}]}',
    '{"a": -0, "b": 1E5, "c": 123456789012345678901234567890}',
    '{"a" : 1 , "b":2}',
    "[1, 2]",
    "7",
    "{}",
    '{"a": "\\ud83d\\ude00"}',
]
BAD = [
    '{"a": 1, "a": 2}',
    '{"a" : 1, "a": 2}',
    '{"a": {"b": 1, "b": 2}}',
    '{"a": 1e999}',
    '{"a": -1e999}',
    '{"a": [1e999]}',
    '{"a": NaN}',
    '{"a": 1',
    '{"a": 1} 2',
    "{'a': 1}",
    '{"a": ' + "9" * 6000 + "}",
    "[" * 100_000,
    "",
]


@pytest.mark.parametrize("text", FLAT)
def test_the_quick_parser_reads_what_the_strict_one_reads(text):
    quick, strict = parse_flat_json(text, where="x"), parse_json(text, where="x")
    assert quick == strict
    assert repr(quick) == repr(strict)


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:20])
def test_the_quick_parser_refuses_what_the_strict_one_refuses_in_the_same_words(text):
    with pytest.raises(AdvisorError) as quick:
        parse_flat_json(text, where="x")
    with pytest.raises(AdvisorError) as strict:
        parse_json(text, where="x")
    assert str(quick.value) == str(strict.value)


@given(st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.floats(
    allow_nan=False, allow_infinity=False) | st.text(max_size=8)))  # fmt: skip
def test_every_flat_object_is_read_alike(record):
    text = json.dumps(record)
    assert parse_flat_json(text, where="x") == parse_json(text, where="x") == record


@pytest.mark.parametrize("text", ['{"a": 1', '{"a": "b', '{"a":', "["])
def test_text_that_breaks_off_is_told_from_text_that_is_wrong(text):
    with pytest.raises(AdvisorError) as caught:
        parse_json(text, where="f.json")
    assert "incomplete" in caught.value.hint


@pytest.mark.parametrize("text", ["{'a': 1}", '{"a": 1,}', '{"a": 1 "b": 2}', "<html>"])
def test_text_that_is_no_json_gets_a_hint_on_its_form(text):
    with pytest.raises(AdvisorError) as caught:
        parse_json(text, where="f.json")
    assert "double quotes" in caught.value.hint
