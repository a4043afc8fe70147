"""Parquet files give the rows that they were written from, made few at a time where long."""

from __future__ import annotations

import datetime
import decimal
import resource

import pytest

from advisor.profilers.data import parquetrows
from advisor.profilers.data.opening import open_rows
from advisor.profilers.data.parquetrows import Cost, cost_of
from advisor.support.errors import AdvisorError

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

CHAT = [{"role": "user", "content": "why"}, {"role": "assistant", "content": "so"}]
COLUMNS = {
    "text": ["one", None, "", "a longer text", "one"],
    "label": [1, 2, None, 4, 5],
    "share": [0.5, None, 1.0, 2.0, 3.0],
    "yes": [True, None, False, True, True],
    "tokens": [["a", "b"], [], None, ["b"], [None]],
    "messages": [CHAT, CHAT[:1], [], None, [CHAT[0], None]],
    "answers": [{"text": ["x"], "start": [1]}, None, {"text": [], "start": None}] + [None] * 2,
    "bytes": [b"\0", None, b"ab", b"", b"ab"],
    "day": [datetime.date(2026, 1, n + 1) for n in range(5)],
    "price": [decimal.Decimal("1.50")] * 4 + [None],
    "nothing": [None] * 5,
}


def odd():
    """Columns of the kinds that are written as others, and told apart by the schema."""
    pairs = [[("a", "b")], [], None, [("c", "d"), ("e", None)], []]
    return {
        "named": arrow.array(["u", "v", None, "u", "u"]).dictionary_encode(),
        "map": arrow.array(pairs, arrow.map_(arrow.string(), arrow.string())),
        "fixed": arrow.array([["a", "b"]] * 4 + [None], arrow.list_(arrow.string(), 2)),
        "width": arrow.array([b"abc"] * 4 + [None], arrow.binary(3)),
        "large": arrow.array(["a", "bc"] * 2 + [None], arrow.large_string()),
        "lists": arrow.array([[[["a"]], []]] * 5),
    }


def written(path, table, **settings):
    parquet.write_table(table, path, **settings)
    return path


def read(path):
    return [values for _, values in open_rows(path, what="training data file").rows]


@pytest.mark.parametrize(
    "settings",
    [{}, {"row_group_size": 2}, {"use_dictionary": False}, {"data_page_version": "2.0"},
     {"compression": "zstd", "store_schema": False}],
)  # fmt: skip
def test_rows_are_those_that_were_written(tmp_path, settings):
    table = arrow.table({**{name: arrow.array(of) for name, of in COLUMNS.items()}, **odd()})
    path = written(tmp_path / "a.parquet", table, **settings)
    assert read(path) == parquet.read_table(path).to_pylist()


def test_texts_that_are_stored_by_what_differs_are_read(tmp_path):
    table = arrow.table({"text": [f"text {n}" for n in range(600)], "label": ["a", "b"] * 300})
    forms = {"text": "DELTA_BYTE_ARRAY", "label": "DELTA_LENGTH_BYTE_ARRAY"}
    path = tmp_path / "a.parquet"
    written(path, table, use_dictionary=False, column_encoding=forms)
    assert read(path) == table.to_pylist()


def test_kinds_of_newer_versions_are_read(tmp_path):
    if not hasattr(arrow, "string_view") or not hasattr(arrow, "list_view"):
        pytest.skip("this pyarrow has none")
    table = arrow.table({
        "text": arrow.array(["a", None, "b"], arrow.string_view()),
        "raw": arrow.array([b"a", None, b"b"], arrow.binary_view()),
        "more": arrow.array([["a"], None, []], arrow.list_view(arrow.string())),
    })  # fmt: skip
    assert read(written(tmp_path / "a.parquet", table)) == table.to_pylist()


def test_a_dictionary_that_grows_too_large_goes_over_into_texts(tmp_path):
    texts = [f"{n} {'word ' * 60}" for n in range(9_000)]
    table = arrow.table({"text": texts, "label": ["a", "b"] * 4_500})
    path = written(tmp_path / "a.parquet", table, row_group_size=5_000)
    assert read(path) == table.to_pylist()


def test_long_rows_are_made_few_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(parquetrows, "MAX_LINE_BYTES", 600)
    monkeypatch.setattr(parquetrows, "MAX_VALUES", 80)
    rows = [{"text": "x" * (n * 37 % 500), "more": ["y"] * (n * 13 % 60)} for n in range(400)]
    path = written(tmp_path / "a.parquet", arrow.Table.from_pylist(rows))
    made = []
    cut = parquetrows._affordable
    monkeypatch.setattr(parquetrows, "_affordable", lambda *of: noted(made, cut(*of)))
    assert read(path) == rows
    assert max(cost_of(column).bytes for part in made for column in part.columns) <= 600
    assert len(made) > 100


def noted(made, parts):
    for part in parts:
        made.append(part)
        yield part


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (["x" * 10] * 9 + ["x" * 700], "700 bytes.*most of them in the column 'more'"),
        ([["x"]] * 9 + [["x"] * 99], "the row holds 101 values"),
        ([{"a": "x"}] * 9 + [{"a": "x" * 700}], "700 bytes"),
        ([None] * 9 + [b"x" * 700], "700 bytes"),
    ],
)
def test_a_row_that_is_too_large_is_named(tmp_path, monkeypatch, column, said):
    monkeypatch.setattr(parquetrows, "MAX_LINE_BYTES", 600)
    monkeypatch.setattr(parquetrows, "MAX_VALUES", 80)
    table = arrow.table({"text": [""] * 10, "more": column})
    path = written(tmp_path / "a.parquet", table, row_group_size=4)
    with pytest.raises(AdvisorError, match=said) as caught:
        read(path)
    assert caught.value.where == f"{path}, row 10"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("values", "cost"),
    [
        (["ab", None, ""], Cost(2, 3)),
        ([["ab", "c"], None, []], Cost(3, 5)),
        ([{"a": "xy", "b": 1}, None], Cost(2 + 16, 6)),
        ([1, None], Cost(16, 2)),
        ([None, None], Cost(16, 2)),
    ],
)
def test_the_cost_of_values_is_told_by_their_lengths(values, cost):
    array = arrow.array(values)
    assert cost_of(array) == cost
    longer = arrow.array(values[:1] * 3 + values + values[:1])
    assert cost_of(longer.slice(3, len(values))) == cost


def test_a_text_that_stands_once_costs_as_often_as_it_is_named():
    named = arrow.DictionaryArray.from_arrays(
        arrow.array([0, 1, 0, None]), arrow.array(["ab", "c"])
    )
    assert cost_of(named) == Cost(5, 4)


def test_what_arrow_has_set_is_as_it_was(tmp_path):
    path = written(tmp_path / "a.parquet", arrow.table({"text": ["a"] * 600}))
    before = resource.getrlimit(resource.RLIMIT_DATA), arrow.default_memory_pool().backend_name
    rows = open_rows(path, what="training data file").rows
    next(rows)
    now = resource.getrlimit(resource.RLIMIT_DATA), arrow.default_memory_pool().backend_name
    assert now == before
    rows.close()
