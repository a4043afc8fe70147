"""Values as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.facts import load_vocabulary
from advisor.facts.quantities import parse_quantity, parse_range
from advisor.facts.showing import show_value
from advisor.facts.values import Interval

VOCABULARY = load_vocabulary()
MEMORY = VOCABULARY["estimate.lora.memory_gib"]
HOURS = VOCABULARY["estimate.lora.hours"]


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("estimate.lora.memory_gib", 1.364, "1.36 GiB"),
        ("estimate.lora.memory_gib", 0, "0 GiB"),
        ("estimate.lora.memory_gib", 2000, "2,000 GiB"),
        ("estimate.lora.storage_gib", 20_480, "20 TiB"),
        ("estimate.lora.storage_gib", 0.0118, "12.1 MiB"),
        ("estimate.lora.storage_gib", 6.02e-05, "63.1 KiB"),
        ("estimate.lora.storage_gib", 1e-9, "0.00105 KiB"),
        ("estimate.lora.memory_gib", Interval(1.364, 1.41), "1.36 to 1.41 GiB"),
        ("estimate.lora.memory_gib", Interval(1.364, 1.3641), "1.36 GiB"),
        ("estimate.lora.memory_gib", Interval(0.05, 1.41), "51.2 MiB to 1.41 GiB"),
        ("estimate.lora.hours", Interval(0.5, 0.75), "30 to 45 min"),
        ("estimate.lora.hours", Interval(0.5, 1.5), "30 min to 1.5 h"),
        ("estimate.lora.cost", Interval(1, 2), "1.00 to 2.00 USD"),
        ("model.parameters", Interval(10**9, 10**10), "1B to 10B"),
        ("data.train_examples", Interval(1, 10**7), "1..10M"),
        ("data.largest_label_share", Interval(0.5, 0.75), "50 to 75 %"),
    ],
)
def test_a_value_is_shown_in_its_unit(key, value, shown):
    assert show_value(VOCABULARY[key], value) == shown


@given(st.floats(1e-5, 1e5), st.floats(1, 1e3))
def test_a_range_that_is_shown_reads_as_the_same_range(low, factor):
    for fact_type in (MEMORY, HOURS):
        if fact_type is HOURS and low < 1 / 30:
            continue  # "under 1 min" is no number, and minutes are rounded to whole ones
        text = show_value(fact_type, Interval(low, low * factor))
        read = parse_range(text, fact_type.unit)
        single = read is None and parse_quantity(text, fact_type.unit)
        ends = (single, single) if read is None else (read.low, read.high)
        assert ends == pytest.approx((low, low * factor), rel=0.26)


@given(st.integers(1, 10**9), st.integers(1, 10**4))
def test_a_range_of_counts_that_is_shown_reads_as_the_same_range(low, factor):
    counts = VOCABULARY["model.parameters"]
    text = show_value(counts, Interval(low, low * factor))
    read = parse_range(text, counts.unit)
    single = read is None and parse_quantity(text, counts.unit)
    ends = (single, single) if read is None else (read.low, read.high)
    assert ends == pytest.approx((low, low * factor), rel=0.01)
