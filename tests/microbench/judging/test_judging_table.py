"""The levels and limits of judging are in order."""

from __future__ import annotations

import re

import pytest

from advisor.catalogue.tables import load_table

TABLE = load_table("judging.yaml")


def test_it_says_of_when_it_is_and_where_its_levels_are_from():
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", str(TABLE["as_of"]))
    assert TABLE["levels_source"]
    for part in ("needed", "curve", "alarms"):
        assert TABLE[part]["reason"]


def test_equivalence_is_judged_by_two_tests_at_the_level_of_the_direction():
    # The names of the record's fields, interval_95 and interval_90, state them too.
    assert (TABLE["direction_level"], TABLE["equivalence_level"]) == (0.95, 0.90)
    assert 1 - TABLE["equivalence_level"] == pytest.approx(2 * (1 - TABLE["direction_level"]))


def test_a_serious_alarm_needs_more_than_a_warning():
    for name in ("general_loss_rise", "seed_deviation"):
        assert 0 < TABLE["alarms"][name]["warning"] < TABLE["alarms"][name]["serious"]


def test_nothing_is_extrapolated_downwards():
    assert TABLE["curve"]["largest_extrapolation"] > 1
    assert TABLE["curve"]["least_sizes_for_crossing"] >= 3
