"""The settings of micro-benchmarks are read whole, or refused with their place."""

from __future__ import annotations

import pytest

from advisor.catalogue.settings import (
    CurveLimits,
    Planning,
    judging,
    planning,
    preparation,
    settings_from,
    training,
)
from advisor.catalogue.tables import load_table
from advisor.support.errors import AdvisorError


@pytest.mark.parametrize("table", [planning, judging, preparation, training])
def test_every_table_that_ships_is_read_whole(table):
    assert table() is table()


def test_parts_and_rows_are_typed():
    assert planning().levels[0].curve == (0.25, 0.5)
    assert planning().sizes[0].train == load_table("planning.yaml")["sizes"][0]["train"]
    assert judging().alarms.still_falling.share == 0.02
    assert preparation().routes["encoder"]["regression"] == "head"
    assert isinstance(training().probe_seconds, float)


@pytest.mark.parametrize(
    ("change", "said", "where"),
    [
        ({"crossing_grid": None}, "crossing_grid is missing", "a table"),
        ({"crossing_grids": 5}, "crossing_grids is not known", "a table"),
        (
            {"crossing_grid": "101"},
            "'101' is not what",
            "a table, crossing_grid",
        ),
        ({"crossing_grid": 1.5}, "1.5 is not what", "a table, crossing_grid"),
        ({"bend_level": True}, "True is not what", "a table, bend_level"),
    ],
)
def test_a_key_that_is_missing_unknown_or_of_another_type_is_an_error(change, said, where):
    table = {**load_table("judging.yaml")["curve"], **change}
    table = {key: value for key, value in table.items() if value is not None}
    with pytest.raises(AdvisorError) as error:
        settings_from(CurveLimits, table, "a table")
    assert said in error.value.message
    assert error.value.where == where


def test_a_wrong_row_is_refused_with_the_key_that_it_stands_under():
    table = load_table("planning.yaml")
    with pytest.raises(AdvisorError) as error:
        settings_from(Planning, {**table, "levels": [{"rates": 4}]}, "planning.yaml")
    assert error.value.where == "planning.yaml, levels"
    assert "seeds is missing" in error.value.message
