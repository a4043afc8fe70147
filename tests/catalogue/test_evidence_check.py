"""A table of published comparisons is refused for what the data dictionary forbids."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalogue.evidence import load_evidence, read_evidence, table_text
from advisor.catalogue.evidence_check import check_table
from advisor.catalogue.tables import load_table
from advisor.support.errors import AdvisorError

COLUMNS = load_table("evidence.yaml")["columns"]


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(table_text(None).splitlines()))


def text_of(changed: list[dict[str, str]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(changed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(changed)
    return stream.getvalue()


def with_change(column: str, value: str, line: int = 0) -> str:
    changed = rows()[:3]
    changed[line] = {**changed[line], column: value}
    return text_of(changed)


def test_the_shipped_table_is_right():
    assert check_table(table_text(None)) == []


def test_the_dictionary_names_the_columns_of_the_table_in_their_order():
    assert list(COLUMNS) == list(rows()[0])


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("params", "lots", "is no number"),
        ("params", "-1", "is not between"),
        ("params", "nan", "is not between"),
        ("params", "inf", "is not between"),
        ("score_prompt_tuning", "628", "is not between"),
        ("n_train", "0", "is not between"),
        ("year", "1999", "is not between"),
        ("task_type", "poetry", "is none of"),
        ("pt_variant", "lora", "is none of"),
        ("model_family", "rnn", "is none of"),
        ("primary", "yes", "is none of"),
        ("added", "yesterday", "is no day"),
        ("added", "2026-13-01", "is no day"),
        ("paper_key", "", "missing"),
        ("venue_or_arxiv", "  ", "missing"),
        ("table_ref", "", "missing"),
        ("read_in", "", "missing"),
        ("n_train", "", "missing"),
        ("eval_setting", "ood", "independent row"),
        ("frozen_lm", "no", "independent row"),
    ],
)
def test_a_wrong_value_is_named_with_its_line_and_column(column, value, said):
    found = check_table(with_change(column, value, line=1))
    assert [(remark.line, remark.column) for remark in found] == [(3, column)]
    assert said in found[0].text


def test_a_row_that_counts_for_nothing_need_not_state_its_examples():
    changed = {**rows()[0], "primary": "0", "n_train": "", "n_train_basis": ""}
    assert check_table(text_of([changed, rows()[1]])) == []


def test_an_independent_row_stands_once():
    first = rows()[0]
    found = check_table(text_of([first, {**first, "table_ref": "Table 9"}]))
    assert [(remark.line, remark.text) for remark in found] == [
        (3, "repeats the independent row in line 2")
    ]


@pytest.mark.parametrize("column", ["score_full_ft", "score_lora"])
def test_rows_of_one_setting_share_the_scores_of_the_methods_they_are_compared_with(column):
    changed = [{**row, "score_lora": "60"} for row in rows()[:2]]
    assert len({row["score_full_ft"] for row in changed}) == 1
    assert check_table(text_of(changed)) == []
    changed[1][column] = "61.5"
    (found,) = check_table(text_of(changed))
    assert (found.line, found.column) == (3, column)
    assert "in line 2 of the same setting" in found.text


def test_a_missing_and_a_misspelt_column_are_named():
    text = table_text(None).replace("paper_key", "paper_kay", 1)
    said = {remark.column: remark.text for remark in check_table(text)}
    assert said["paper_key"] == "the column is missing"
    assert "paper_key" in said["paper_kay"]


def test_a_row_with_too_few_or_too_many_fields_is_named():
    head, first, second = table_text(None).splitlines()[:3]
    found = check_table("\n".join([head, first + ",more", second.rsplit(",", 3)[0]]))
    assert [remark.line for remark in found] == [1, 2, 3]  # the first: no row is left
    assert all(f"{len(COLUMNS)} fields" in remark.text for remark in found[1:])


@pytest.mark.parametrize("text", ["", "\n", ",".join(COLUMNS) + "\n"])
def test_a_table_without_rows_is_no_evidence(text):
    assert check_table(text)


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text):
    assert check_table(text)


@given(st.text(alphabet='",\n\0a1', max_size=60))
def test_any_row_gets_an_answer(text):
    assert check_table(",".join(COLUMNS) + "\n" + text)


def test_a_table_of_ones_own_is_read_like_the_shipped_one(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(table_text(None), encoding="utf-8")
    assert read_evidence(path) == load_evidence()


def test_a_wrong_table_of_ones_own_is_refused_with_its_line(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(with_change("params", "lots"), encoding="utf-8")
    with pytest.raises(AdvisorError) as caught:
        read_evidence(path)
    assert caught.value.message.startswith("line 2, params: 'lots' is no number")
    assert caught.value.where.endswith("own.csv")
    assert "advisor evidence check" in caught.value.hint


def test_the_documentation_describes_every_column():
    text = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
    described = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert described == list(COLUMNS)
    assert all(column["about"] in text for column in COLUMNS.values())


@pytest.mark.parametrize("column", ["higher_is_better", "primary", "model_family", "score_lora"])
def test_blanks_around_a_value_change_nothing(column, tmp_path):
    changed = [{**row, column: f" {row[column]} "} for row in rows()]
    path = tmp_path / "own.csv"
    path.write_text(text_of(changed), encoding="utf-8")
    assert check_table(text_of(changed)) == []
    assert read_evidence(path) == load_evidence()


def test_a_number_is_the_same_however_it_is_written():
    first, second = ({**row, "score_full_ft": score} for row, score in
                     zip(rows()[:2], ("62.8", "62.80"), strict=True))  # fmt: skip
    assert check_table(text_of([first, second])) == []
    again = {**first, "n_train": "3.6e3"}
    assert "repeats" in check_table(text_of([first, again]))[0].text


def test_a_day_has_one_form():
    (remark,) = check_table(with_change("added", "20261123"))
    assert remark.column == "added"


def test_a_table_without_an_independent_row_says_nothing():
    changed = [{**row, "primary": "0"} for row in rows()[:3]]
    (remark,) = check_table(text_of(changed))
    assert "no row is independent" in remark.text
