"""Durations as people write them, and everything else refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.microbench.preparing.budget import parse_budget
from advisor.support.errors import AdvisorError, ExitCode


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("30s", 30),
        ("2m", 120),
        ("2 min", 120),
        ("1h30m", 5400),
        ("1h 30m 5s", 5405),
        (" 1.5h ", 5400),
        ("0.5s", 0.5),
        ("7d", 604_800),
        ("1H30M", 5400),
        ("1,000s", 1000),
    ],
)
def test_a_duration_in_seconds(text, seconds):
    assert parse_budget(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "soon", "h", "1h30", "30 40", "-5m", "1h-5m", "0", "0s", "0h0m", "8d", "1e9",
        "nan", "inf", "1.2.3s", "5 parsecs", "٣s", "1h\x00", "9" * 63, "1h" * 500,
        "9" * 30 + "h" + "9s",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(AdvisorError) as caught:
        parse_budget(text)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.where == "--budget"
    assert caught.value.hint


@given(st.text(max_size=80) | st.text("0123456789.,_hmsd -", max_size=80))
def test_any_text_is_a_duration_or_refused(text):
    try:
        seconds = parse_budget(text)
    except AdvisorError:
        return
    assert 0 < seconds <= 604_800


@given(st.integers(0, 100), st.integers(0, 59), st.integers(1, 59))
def test_parts_add_up(hours, minutes, seconds):
    assert parse_budget(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds
