"""Facts about unary tests: the grammar, the sets of values that they mean, and refusals."""

from __future__ import annotations

import math
import operator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from advisor.facts import Interval, load_vocabulary
from advisor.rules.unary import NumberTest, parse_test
from advisor.support.errors import AdvisorError

VOCABULARY = load_vocabulary()
ROWS = VOCABULARY["data.train_examples"]
HOURS = VOCABULARY["budget.hours"]
MEMORY = VOCABULARY["hardware.accelerator_memory_gib"]
TASK = VOCABULARY["task.type"]
TRANSFER = VOCABULARY["prompt.transfer_available"]
LICENCE = VOCABULARY["model.licence"]
KINDS = [ROWS, HOURS, TASK, TRANSFER, LICENCE]


def parse(fact_type, raw):
    return parse_test(fact_type, raw, where="own.yaml, line 4")


def refused(fact_type, raw) -> AdvisorError:
    with pytest.raises(AdvisorError) as error:
        parse(fact_type, raw)
    assert error.value.message.startswith(f"the test on {fact_type.key} is not valid: ")
    assert error.value.where == "own.yaml, line 4"
    assert error.value.hint
    return error.value


@pytest.mark.parametrize(
    ("raw", "passing", "failing"),
    [
        ("< 10", [0, 9], [10, 11]),
        ("<= 10", [10], [11]),
        ("> 10", [11], [10]),
        (">=10", [10], [9]),
        (">= 1k", [1000], [999]),
        ("[10..20]", [10, 20], [9, 21]),
        ("[10..20)", [10, 19], [20]),
        ("(10..20]", [11, 20], [10]),
        ("]10..20[", [11, 19], [10, 20]),
        ("[10 .. 1k)", [10, 999], [1000]),
        ("not(0)", [1, 10**12], [0]),
        ("not([10..20], 30)", [9, 21, 29, 31], [10, 15, 20, 30]),
        ("5, 7, >= 10", [5, 7, 10, 99], [4, 6, 8, 9]),
        ([5, 7, ">= 10"], [5, 7, 10], [6]),
        (5, [5], [4, 6]),
        (0, [0], [1]),
        ("-", [0, 5, 10**12], []),
    ],
)
def test_a_number_test_passes_just_these_counts(raw, passing, failing):
    test = parse(ROWS, raw)
    assert [test.judge(value) for value in passing] == [True] * len(passing)
    assert [test.judge(value) for value in failing] == [False] * len(failing)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("> 5", ">= 6"),
        ("< 5", "<= 4"),
        ("(5..9)", "[6..8]"),
        ("> 5.5", ">= 6"),
        ("not(<= 5)", ">= 6"),
        ("[1..3], [4..6]", "[1..6]"),
        ("5, 6, 7", "[5..7]"),
    ],
)
def test_two_ways_to_write_the_same_counts_are_one_test(one, other):
    assert parse(ROWS, one).spans == parse(ROWS, other).spans
    assert parse(ROWS, one).cuts == parse(ROWS, other).cuts


def test_numbers_that_are_no_counts_step_to_the_adjacent_float():
    assert parse(HOURS, "> 5").judge(math.nextafter(5, 6))
    assert not parse(HOURS, "> 5").judge(5)
    assert parse(HOURS, "> 5").spans != parse(HOURS, ">= 6").spans
    assert parse(HOURS, "1.5").judge(1.5)


def test_suffixes_are_those_of_the_facts_unit():
    assert parse(MEMORY, ">= 24GiB").cuts == (24,)
    assert parse(HOURS, ">= 90min").cuts == (1.5,)
    assert "has the suffix 'GB'" in refused(ROWS, ">= 24GB").message
    assert "has the suffix 'k'" in refused(MEMORY, ">= 24k").message


@pytest.mark.parametrize(
    "raw",
    [
        "",
        ">",
        ">= ",
        "many",
        "=> 5",
        "== 5",
        "5..7",
        "[5..]",
        "[..5]",
        "[7..5]",
        "(5..6)",
        "[5..5)",
        "5,",
        "not()",
        "not(-)",
        "not(-5",
        "not(>= 0, < 0)",
        "-, 5",
        1.5,
        math.inf,
        [],
        [[5]],
        [None],
        True,
        None,
        {},
        {"low": 5},
        "> 1e400",
        "5" * 600,
    ],
)
def test_what_is_no_test_on_a_count_is_refused(raw):
    refused(ROWS, raw)


@pytest.mark.parametrize("raw", [">= 10,000", "< 1,500,000", "not(1,000)"])
def test_a_comma_inside_a_number_is_refused_instead_of_read_as_a_list(raw):
    assert "has a comma inside a number; write 10k or 10000" in refused(ROWS, raw).message


def test_numbers_in_a_list_may_have_three_digits_after_a_comma_and_a_space():
    assert parse(ROWS, "100, 200").cuts == (100, 101, 200, 201)


@pytest.mark.parametrize(
    ("raw", "passing"),
    [
        ("code", {"code"}),
        ("code, regression", {"code", "regression"}),
        (["code", "regression"], {"code", "regression"}),
        ("not(code)", set(TASK.choices) - {"code"}),
        ('"code"', {"code"}),
        ("Code", {"code"}),
        ("-", set(TASK.choices)),
    ],
)
def test_a_choice_test_passes_just_these_choices(raw, passing):
    test = parse(TASK, raw)
    assert {choice for choice in TASK.choices if test.judge(choice)} == passing


def test_an_unknown_choice_is_refused_with_the_nearest_one():
    assert refused(TASK, "clasification").hint == "did you mean classification?"
    assert refused(TASK, [">= 5"]).hint.startswith("write a list of classification")


@pytest.mark.parametrize("fact_type", [TASK, TRANSFER, LICENCE])
def test_an_empty_list_is_refused(fact_type):
    assert "the list is empty" in refused(fact_type, []).message


@pytest.mark.parametrize(
    ("raw", "passing"),
    [(True, {True}), ("false", {False}), ("not(true)", {False}), ([True, False], {True, False})],
)
def test_a_test_on_a_truth_passes_just_these(raw, passing):
    test = parse(TRANSFER, raw)
    assert {truth for truth in (True, False) if test.judge(truth)} == passing


@pytest.mark.parametrize("raw", ["maybe", "yes", 1, 0, None, {}, [{}], "true, 1"])
def test_what_is_neither_true_nor_false_is_refused(raw):
    error = refused(TRANSFER, raw)
    assert "neither true nor false" in error.message
    assert error.hint == "write true or false"


def test_texts_are_compared_without_regard_to_case():
    test = parse(LICENCE, ["MIT", "apache-2.0"])
    assert test.judge("mit")
    assert test.judge("Apache-2.0")
    assert not test.judge("gpl-3.0")


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (None, None),
        (Interval(10, 20), True),
        (Interval(12, 15), True),
        (Interval(0, 9), False),
        (Interval(0, 10, True, False), False),
        (Interval(0, 10), None),
        (Interval(20, 30), None),
        (Interval(20, 30, False, True), False),
        (Interval(0, 100), None),
        (Interval(9, 21, False, False), True),
    ],
)
def test_a_partial_number_settles_a_test_only_if_all_of_it_agrees(value, verdict):
    assert parse(ROWS, "[10..20]").judge(value) is verdict


def test_a_range_across_touching_parts_passes_surely():
    assert parse(ROWS, "[1..3], [4..6]").judge(Interval(2, 5)) is True
    assert parse(HOURS, "[1..3], [4..6]").judge(Interval(2, 5)) is None


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (None, None),
        (frozenset({"code", "regression"}), True),
        (frozenset({"code", "nli_pair"}), None),
        (frozenset({"nli_pair", "classification"}), False),
    ],
)
def test_a_partial_choice_settles_a_test_only_if_all_of_it_agrees(value, verdict):
    assert parse(TASK, ["code", "regression"]).judge(value) is verdict


NUMBERS = st.integers(-30, 30) | st.integers(-60, 60).map(lambda n: n / 2)
SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@st.composite
def items(draw):
    """The text of one item, and the same as a function of a number."""
    kind = draw(st.sampled_from(["sign", "interval", "number"]))
    bound = draw(NUMBERS)
    if kind == "number":
        return str(bound), lambda x: x == bound
    if kind == "sign":
        sign = draw(st.sampled_from(sorted(SIGNS)))
        return f"{sign} {bound}", lambda x: SIGNS[sign](x, bound)
    other = draw(NUMBERS)
    low, high = min(bound, other), max(bound, other)
    first, last = draw(st.sampled_from("[(]")), draw(st.sampled_from("])["))
    above = operator.ge if first == "[" else operator.gt
    below = operator.le if last == "]" else operator.lt
    return f"{first}{low}..{high}{last}", lambda x: above(x, low) and below(x, high)


@given(st.lists(items(), min_size=1, max_size=4), st.booleans(), st.booleans(), st.data())
def test_a_number_test_agrees_with_its_parts_one_by_one(parts, negated, whole, data):
    text = ", ".join(part for part, _ in parts)
    try:
        test = parse(ROWS if whole else HOURS, f"not({text})" if negated else text)
    except AdvisorError:
        assume(False)
    values = st.integers(-35, 35) if whole else NUMBERS
    near = [math.nextafter(x, y) for x in range(-30, 31) for y in (-99, 99)]
    for value in data.draw(
        st.lists(values if whole else values | st.sampled_from(near), min_size=5)
    ):
        assert test.judge(value) == (any(passes(value) for _, passes in parts) != negated)


@given(st.lists(items(), min_size=1, max_size=4), st.booleans())
def test_spans_rise_without_touching(parts, whole):
    try:
        test = parse(ROWS if whole else HOURS, ", ".join(part for part, _ in parts))
    except AdvisorError:
        assume(False)
    ends = [end for span in test.spans for end in span]
    assert ends == sorted(set(ends))


@given(
    st.lists(items(), min_size=1, max_size=3),
    st.integers(-35, 35),
    st.integers(0, 12),
    st.booleans(),
    st.booleans(),
)
def test_a_partial_count_is_judged_as_all_its_counts_are(
    parts, low, width, low_closed, high_closed
):
    try:
        test = parse(ROWS, ", ".join(part for part, _ in parts))
    except AdvisorError:
        assume(False)
    members = range(low + (not low_closed), low + width + high_closed)
    assume(len(members) > 0)
    verdicts = {any(passes(x) for _, passes in parts) for x in members}
    expected = verdicts.pop() if len(verdicts) == 1 else None
    assert test.judge(Interval(low, low + width, low_closed, high_closed)) is expected


@given(st.integers(0, 10**15), st.sampled_from([(">", ">=", 1), ("<=", "<", 1), ("<", "<=", -1)]))
def test_integer_cuts_are_normalised_at_any_size(number, pair):
    one, other, step = pair
    assert parse(ROWS, f"{one} {number}").spans == parse(ROWS, f"{other} {number + step}").spans


RAW = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.text(alphabet="0123456789.,<>=[]()-not kMBe", max_size=25),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.sampled_from(KINDS), RAW)
def test_anything_is_a_test_or_an_advisor_error(fact_type, raw):
    try:
        test = parse(fact_type, raw)
    except AdvisorError:
        return
    if isinstance(test, NumberTest):
        assert test.spans
        assert all(low < high for low, high in test.spans)
    assert test.judge(None) is None
