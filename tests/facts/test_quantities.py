"""Facts about numbers, suffixes and ranges as people write them."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.facts.quantities import QuantityError, parse_interval, parse_quantity, parse_range
from advisor.facts.values import Interval, is_known

UNITS = ["parameters", "GiB", "hours", "seconds", "USD", "share", "points", "tokens", ""]
NUMBERISH = st.text(alphabet="0123456789.,_eE+-kKmMbBtTgGiIhd%$ ", max_size=30)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("800", "examples", 800),
        ("5k", "examples", 5000),
        ("8B", "parameters", 8_000_000_000),
        ("1.5b", "parameters", 1_500_000_000),
        ("0.5T", "tokens", 500_000_000_000),
        ("10,000", "examples", 10_000),
        ("1_000", "examples", 1000),
        (" 7 M ", "parameters", 7_000_000),
        ("1e3", "examples", 1000),
        ("-2.5", "points", -2.5),
        (".5", "points", 0.5),
        ("+3", "points", 3),
        ("24GiB", "GiB", 24),
        ("512 MiB", "GiB", 0.5),
        ("1TiB", "GiB", 1024),
        ("2h", "hours", 2),
        ("90min", "hours", 1.5),
        ("30m", "hours", 0.5),
        ("2 days", "hours", 48),
        ("90", "seconds", 90),
        ("1.5 min", "seconds", 90),
        ("2h", "seconds", 7200),
        ("$50", "USD", 50),
        ("2.5k", "USD", 2500),
        ("50 usd", "USD", 50),
        ("5%", "share", 0.05),
        ("0.05", "share", 0.05),
    ],
)
def test_an_amount_is_read_in_the_unit_of_the_fact(text, unit, number):
    assert parse_quantity(text, unit) == pytest.approx(number, rel=1e-15)


def test_a_gigabyte_is_no_gibibyte():
    assert parse_quantity("24GB", "GiB") == pytest.approx(24e9 / 2**30)
    assert parse_quantity("24GB", "GiB") < parse_quantity("24GiB", "GiB")


def test_the_m_of_hours_is_minutes_and_the_m_of_counts_a_million():
    assert parse_quantity("6m", "hours") == pytest.approx(0.1)
    assert parse_quantity("6m", "examples") == 6_000_000


def test_whole_amounts_are_exact_integers():
    for text in ("8.03B", "0.1M", "1e17"):
        assert isinstance(parse_quantity(text, "parameters"), int)
    assert parse_quantity("8.03B", "parameters") == 8_030_000_000


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("24GB", "examples", "use b, k, m, t"),
        ("5k", "GiB", "use gb, gib, kib, mb, mib, tb, tib"),
        ("5h", "points", "use b, k, m, t"),
        ("3x", "hours", "use d, days, h, hours, m, min"),
    ],
)
def test_a_suffix_of_another_unit_is_refused_with_those_that_fit(text, unit, said):
    with pytest.raises(QuantityError, match="has the suffix") as error:
        parse_quantity(text, unit)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["", "k", ".", "1..2", "1,00", "10,0000", "1 2", "--1", "1e", "nan", "inf", "\u0663", "5\0"],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(QuantityError):
        parse_quantity(text, "examples")


def test_a_number_beyond_floats_is_too_large():
    with pytest.raises(QuantityError, match="too large"):
        parse_quantity("1e400", "examples")


def test_a_number_of_many_digits_is_refused_whole():
    with pytest.raises(QuantityError, match="is not a number"):
        parse_quantity("9" * 100_000, "examples")


@given(st.integers(-(10**17), 10**17))
def test_integers_are_read_exactly(number):
    assert parse_quantity(str(number), "examples") == number
    assert parse_quantity(f"{number:,}", "examples") == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_python_writes_it(number):
    found = parse_quantity(repr(number), "points")
    assert found == pytest.approx(number, rel=1e-15, abs=0)


@given(st.integers(0, 10**6), st.sampled_from([("k", 3), ("M", 6), ("B", 9), ("T", 12)]))
def test_a_suffix_multiplies_exactly(number, suffix):
    letter, power = suffix
    assert Fraction(parse_quantity(f"{number}{letter}", "tokens")) == number * 10**power


@given(st.text(max_size=40) | NUMBERISH, st.sampled_from(UNITS))
def test_any_text_is_an_amount_or_a_quantity_error(text, unit):
    for parse in (parse_quantity, parse_range, parse_interval):
        try:
            found = parse(text, unit)
        except QuantityError:
            continue
        if isinstance(found, Interval):
            assert found.low <= found.high
        else:
            assert found is None or math.isfinite(found)


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("1B to 10B", Interval(10**9, 10**10)),
        ("1 to 10B", Interval(10**9, 10**10)),
        ("1 \u2013 2k", Interval(1000, 2000)),
        ("0 to 2k", Interval(0, 2000)),
        ("500 to 2k", Interval(500, 2000)),
        ("100 to 100k", Interval(100, 100_000)),
        ("1..2k", Interval(1, 2000)),
        ("500..2k", Interval(500, 2000)),
        ("500 \u2013 2k", Interval(500, 2000)),
        ("between 5 and 7", Interval(5, 7)),
        ("Between 5 and 7", Interval(5, 7)),
        ("at least 5k", Interval(5000, math.inf, True, False)),
        ("more than 5k", Interval(5000, math.inf, False, False)),
        ("over 5k", Interval(5000, math.inf, False, False)),
        (">= 5k", Interval(5000, math.inf, True, False)),
        ("> 5k", Interval(5000, math.inf, False, False)),
        ("at most 5k", Interval(-math.inf, 5000, False, True)),
        ("less than 5k", Interval(-math.inf, 5000, False, False)),
        ("under 5k", Interval(-math.inf, 5000, False, False)),
        ("<= 5k", Interval(-math.inf, 5000, False, True)),
        ("< 5k", Interval(-math.inf, 5000, False, False)),
        ("[1..5)", Interval(1, 5, True, False)),
        ("(1..5]", Interval(1, 5, False, True)),
        ("]1..5[", Interval(1, 5, False, False)),
    ],
)
def test_a_range_is_read_with_its_ends(text, interval):
    assert parse_range(text, "examples") == interval


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("10 to 20 min", "hours", 1 / 6, 1 / 3),
        ("256 to 512 MiB", "GiB", 0.25, 0.5),
        ("5 to 10 %", "share", 0.05, 0.1),
        ("1 h to 2 days", "hours", 1, 48),
    ],
)
def test_the_ends_of_a_range_in_words_share_a_unit(text, unit, low, high):
    found = parse_range(text, unit)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("text", ["5k", "-5", "1e-3", "", "a b"])
def test_what_is_written_as_one_number_is_no_range(text):
    assert parse_range(text, "examples") is None


@pytest.mark.parametrize("text", ["10 to 5", "[10..5]", "(10..5)"])
def test_a_range_that_ends_below_its_start_is_refused(text):
    with pytest.raises(QuantityError, match="ends below its start"):
        parse_range(text, "examples")


@pytest.mark.parametrize("text", ["1GB to 2GB", "at least", "> many", "to 5 to 6", "[a..5]"])
def test_a_range_of_no_numbers_is_refused(text):
    with pytest.raises(QuantityError):
        parse_range(text, "examples")


def naive(interval: Interval, number: float) -> bool:
    above = interval.low < number or (interval.low_closed and interval.low == number)
    below = number < interval.high or (interval.high_closed and interval.high == number)
    return above and below


ENDS = st.integers(-20, 20) | st.floats(-20, 20) | st.integers(-40, 40).map(lambda n: n / 2)


@given(ENDS, ENDS, st.booleans(), st.booleans(), st.integers(-25, 25))
def test_the_half_open_form_holds_the_same_integers(low, high, low_closed, high_closed, number):
    interval = Interval(low, high, low_closed, high_closed)
    start, end = interval.half_open(integer=True)
    assert (start <= number < end) == naive(interval, number)


@given(ENDS, ENDS, st.booleans(), st.booleans(), st.data())
def test_the_half_open_form_holds_the_same_numbers(low, high, low_closed, high_closed, data):
    interval = Interval(low, high, low_closed, high_closed)
    start, end = interval.half_open(integer=False)
    near = [f(x) for x in (float(low), float(high)) for f in (lambda x: x, up, down)]
    number = data.draw(ENDS | st.sampled_from(near))
    assert (start <= number < end) == naive(interval, number)


def up(number: float) -> float:
    return math.nextafter(number, math.inf)


def down(number: float) -> float:
    return math.nextafter(number, -math.inf)


def test_above_five_and_from_six_on_are_the_same_integers():
    above = Interval(5, math.inf, False, False).half_open(integer=True)
    assert above == Interval(6, math.inf, True, False).half_open(integer=True) == (6, math.inf)


def test_only_one_definite_value_is_known():
    assert all(is_known(value) for value in (0, 0.0, "", False, "low"))
    assert not any(is_known(v) for v in (None, Interval(1, 2), frozenset({"low", "high"})))
