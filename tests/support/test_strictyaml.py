"""Facts about the strict YAML reader: what it accepts, what it refuses, and where it says so."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.support.errors import AdvisorError
from advisor.support.strictyaml import MAX_DEPTH, MAX_NODES, YamlDocument, parse_yaml

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(-1e15, 1e15)
    | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=15)
)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcxyz_.", min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def parse(text: str) -> YamlDocument:
    return parse_yaml(text, where="facts.yaml")


def refused(text: str) -> AdvisorError:
    with pytest.raises(AdvisorError) as error:
        parse(text)
    return error.value


@given(PLAIN)
def test_what_json_writes_is_read_back_unchanged(value):
    assert parse(json.dumps(value)).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("3:30", "3:30"),
        ("010", 10),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("2026-11-02", "2026-11-02"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("-7", -7),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("8B", "8B"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("1" * 50, "1" * 50),
    ],
)
def test_plain_words_mean_what_yaml_1_2_says(text, value):
    found = parse(f"key: {text}").value["key"]
    assert found == value
    assert type(found) is type(value)


def test_an_empty_text_has_no_value():
    assert parse("").value is None
    assert parse("# only a comment\n").value is None


def test_every_node_knows_its_line():
    document = parse("a: 1\nb:\n  - x\n  - c: y\n")
    assert document.where("a") == "facts.yaml, line 1"
    assert document.where("b", 1, "c") == "facts.yaml, line 4"


def test_a_path_that_is_not_there_is_placed_at_its_innermost_known_part():
    document = parse("a: 1\nb:\n  c: 2\n")
    assert document.where("b", "missing", 3) == "facts.yaml, line 3"
    assert document.where("nowhere") == "facts.yaml, line 1"


@pytest.mark.parametrize(
    ("text", "line", "first"),
    [("a: 1\nb: 2\na: 3\n", 3, 1), ("x:\n  a: 1\n  a: 1\n", 3, 2), ("{a: 1, a: 2}", 1, 1)],
)
def test_a_key_that_stands_twice_is_refused_with_both_lines(text, line, first):
    error = refused(text)
    assert error.message == "the key 'a' stands twice"
    assert error.where == f"facts.yaml, line {line}"
    assert error.hint == f"it is first on line {first}"


def test_quoting_does_not_make_a_repeated_key_another_key():
    assert "stands twice" in refused("a: 1\n'a': 2\n").message


@pytest.mark.parametrize("text", ["a: &x 1", "a: *x", "a: &x [1]\nb: *x", "&x a: 1"])
def test_anchors_and_aliases_are_refused(text):
    assert "anchors and aliases" in refused(text).message


def test_an_alias_bomb_is_refused_at_its_first_anchor(no_hang):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    error = refused("\n".join(lines))
    assert "anchors and aliases" in error.message
    assert error.where == "facts.yaml, line 1"


@pytest.mark.parametrize(
    "text", ["a: !!python/object:os.system x", "a: !!int 3", "!!map {a: 1}", "a: !x [1]"]
)
def test_tags_are_refused(text):
    assert "is not accepted" in refused(text).message


def test_a_second_document_is_refused():
    error = refused("a: 1\n---\nb: 2\n")
    assert error.message == "a second document starts here"
    assert error.where == "facts.yaml, line 2"


@pytest.mark.parametrize("text", ["? [a]\n: 1\n", "{[a]: 1}", "? {a: 1}\n: 2\n"])
def test_a_collection_cannot_be_a_key(text):
    assert "cannot be a key" in refused(text).message


def test_the_merge_key_is_an_ordinary_key():
    assert parse("<<: {a: 1}").value == {"<<": {"a": 1}}


@pytest.mark.parametrize("word", [".inf", "-.inf", ".NaN", "+.INF", "1e999", "-1e999"])
def test_infinities_and_nan_are_refused(word):
    error = refused(f"a: 1\nb: {word}\n")
    assert "not a usable number" in error.message
    assert error.where == "facts.yaml, line 2"


def test_the_deepest_nesting_that_is_read_is_the_limit():
    value = parse("[" * MAX_DEPTH + "]" * MAX_DEPTH).value
    for _ in range(MAX_DEPTH - 1):
        value = value[0]
    assert value == []
    deeper = MAX_DEPTH + 1
    assert "nested deeper" in refused("[" * deeper + "]" * deeper).message


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? ", "[{a: "])
def test_a_hundred_thousand_levels_are_refused(no_hang, opening):
    assert refused(opening * 100_000).message.startswith(("nested deeper", "a mapping or list"))


@pytest.mark.parametrize("item", ["a,", "{a: 1},", "[],"])
def test_millions_of_values_are_refused_at_the_limit(no_hang, item):
    text = f"[{item * (4_000_000 // len(item))}]"
    assert refused(text).message == f"the file holds more than {MAX_NODES:,} values"


def test_ten_megabytes_on_one_line_are_one_value(no_hang):
    assert len(parse("a: " + "x" * 10_000_000).value["a"]) == 10_000_000


@pytest.mark.parametrize(
    "text", ["a: >= 10", "a: > 1B", "a: [1B..10B)\nb: 1", "a: -", "x:\n  a: [1..5)\n"]
)
def test_a_test_without_quotes_is_refused_with_the_advice_to_quote_it(text):
    error = refused(text)
    assert error.message.startswith("this is not valid YAML")
    assert error.hint == "quote the test: '>= 10'"


def test_a_syntax_error_is_named_with_its_line():
    error = refused("a: 1\nb: 2\nc: 'open\n")
    assert error.message.startswith("this is not valid YAML")
    assert error.where.startswith("facts.yaml, line ")
    assert error.hint == ""


@pytest.mark.parametrize("text", ["a: \x01", "a: \ud800", "\x00", "a:\tb:\n\t- c"])
def test_characters_that_yaml_does_not_allow_are_refused(text):
    assert refused(text).message.startswith("this is not valid YAML")


@settings(max_examples=300)
@given(st.text(max_size=80) | st.text(alphabet="ab:-,[]{}&*!|>'\"%@`#?0 \n\t.~<=", max_size=80))
def test_any_text_is_read_or_refused_by_an_advisor_error(text):
    try:
        document = parse(text)
    except AdvisorError as error:
        assert error.where.startswith("facts.yaml")
    else:
        assert all(line >= 1 for line in document.lines.values())


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_plain_number_becomes_infinite(number):
    found = parse(f"a: {number!r}").value["a"]
    assert isinstance(found, str) or math.isfinite(found)
