"""A JSON list that is read row by row says what one that is read whole would say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.profilers.data import jsonrows
from advisor.profilers.data.opening import open_rows
from advisor.support.errors import AdvisorError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('[]{},:"\\a\n\u00e9\U0001f600', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
ROWS = st.lists(st.dictionaries(st.text('"\\[a\u00e9', max_size=3), VALUES, max_size=3), max_size=5)
FAST = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path) -> list[object]:
    return [values for _, values in open_rows(path, what="training data file").rows]


@FAST
@given(rows=ROWS, block=st.integers(1, 9), indent=st.sampled_from([None, 1]), plain=st.booleans())
def test_rows_are_the_same_wherever_the_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows, block, indent, plain
) -> None:
    monkeypatch.setattr(jsonrows, "_BLOCK", block)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(rows, indent=indent, ensure_ascii=plain) + "\n", encoding="utf-8")
    assert read(path) == rows


@FAST
@given(text=st.text('[]{},:"\\1a \n', max_size=14), block=st.integers(1, 5))
def test_what_no_parser_takes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text, block
) -> None:
    monkeypatch.setattr(jsonrows, "_BLOCK", block)
    path = tmp_path / "a.json"
    path.write_text("[" + text, encoding="utf-8")
    try:
        whole = json.loads("[" + text)
    except ValueError:
        whole = None
    if whole is not None and all(isinstance(row, dict) for row in whole):
        assert read(path) == whole
    else:
        with pytest.raises(AdvisorError) as caught:
            read(path)
        assert caught.value.where.startswith(str(path))
        assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ('[{"a": 1},\n {"a": 01}]', "Expecting", "row 2, line 2, column 9"),
        ('[{"a": 1}, {"a"\n\n: 1 2}]', "Expecting ',' delimiter", "row 2, line 3, column 5"),
        ('[{"a": 1},]', "Expecting value", "row 2, line 1, column 11"),
        ('[{"a": 1},,{}]', "Expecting value", "row 2, line 1, column 11"),
        ("[,]", "Expecting value", "row 1, line 1, column 2"),
        ('[{"a": 1}', "Expecting ',' delimiter", "row 1, line 1, column 10"),
        ('[{"a": 1}}', "Expecting ',' delimiter", "row 1, line 1, column 10"),
        ('[{"a": 1]', "Expecting", "row 1, line 1, column 9"),
        ('[{"a": 1}, {"a": "b', "Unterminated string", "row 2, line 1, column 18"),
        ('[{"a": 1}, 2]', "this is a number", "row 2"),
        ('[{"a": 1, "a": 2}]', "stands twice", "row 1"),
        ('[{"a": 1}]\n x', "more text stands behind the list", "line 2, column 2"),
    ],
)
def test_what_is_wrong_is_named_by_row_line_and_column(
    tmp_path: Path, text: str, message: str, where: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AdvisorError, match=message) as caught:
        read(path)
    assert caught.value.where == f"{path}, {where}"
