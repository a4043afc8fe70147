"""How the right choice is found, whichever way a file marks it."""

from __future__ import annotations

import pytest
from userfiles import read_rows, write_rows

from advisor.microbench.preparing.choices import Marking
from advisor.microbench.preparing.examples import read_examples
from advisor.support.errors import AdvisorError

COLOURS = ["red", "green", "blue"]


def rows(labels, choices=COLOURS):
    return [
        {"question": f"which colour has thing number {n}?", "choices": choices, "answer": label}
        for n, label in enumerate(labels)
    ]


def targets(found):
    return [example.target for example in found.examples]


@pytest.mark.parametrize(
    ("labels", "marking"),
    [
        ([2, 0, 1, 1], Marking.FROM_ZERO),
        ([3, 1, 2, 2], Marking.FROM_ONE),
        (["3", "1", "2", "2"], Marking.FROM_ONE),
        ([2.0, 0.0, 1.0, 1.0], Marking.FROM_ZERO),
        (["C", "A", "B", "B"], Marking.LETTER),
        (["c", "a", "B", "b"], Marking.LETTER),
        (["blue", "red", "green", "green"], Marking.TEXT),
    ],
)
def test_the_whole_column_tells_how_the_right_choice_is_marked(labels, marking, tmp_path):
    found = read_rows(tmp_path, rows(labels))
    assert found.marking is marking
    assert targets(found) == ["blue", "red", "green", "green"]
    assert found.examples[0].choices == tuple(COLOURS)
    assert found.examples[0].inputs == ("which colour has thing number 0?",)


@pytest.mark.parametrize(
    "choices",
    [
        {"text": COLOURS, "label": ["A", "B", "C"]},
        {"A": "red", "B": "green", "C": "blue"},
        [{"text": text, "label": name} for name, text in zip("ABC", COLOURS, strict=True)],
    ],
)
def test_choices_can_have_names(choices, tmp_path):
    found = read_rows(tmp_path, rows(["C", "A", "B"], choices))
    assert found.marking is Marking.NAME
    assert targets(found) == ["blue", "red", "green"]


def test_names_may_differ_from_row_to_row(tmp_path):
    lettered = rows(["B"] * 3, {"text": COLOURS, "label": ["A", "B", "C"]})
    numbered = rows(["3"] * 3, {"text": COLOURS, "label": ["1", "2", "3"]})
    for n, row in enumerate(numbered):
        row["question"] = f"and what about this one with number {n}?"
    assert targets(read_rows(tmp_path, lettered + numbered)) == ["green"] * 3 + ["blue"] * 3


def test_numbers_among_the_choices_are_taken_as_their_texts(tmp_path):
    found = read_rows(tmp_path, rows(["2", "4", "8"], ["2", "4", "8"]))
    assert targets(found) == ["2", "4", "8"]


def test_numbers_that_fit_both_ways_are_said(tmp_path):
    found = read_rows(tmp_path, rows([1, 2, 1]))
    assert targets(found) == ["green", "blue", "green"]
    assert any("counted from 0 or from 1" in note for note in found.notes)


def test_rows_beyond_the_sample_count_for_the_marking(tmp_path):
    found = read_rows(tmp_path, rows([*[1, 2] * 50, 3]), limit=5)
    assert found.marking is Marking.FROM_ONE


def test_the_evaluation_file_is_marked_as_the_training_file(tmp_path):
    train = read_rows(tmp_path, rows([3, 1, 2]))
    path = write_rows(tmp_path / "eval.jsonl", rows([1, 2]))
    assert targets(read_examples(path, limit=9, train=train)) == ["red", "green"]
    path = write_rows(tmp_path / "eval.jsonl", rows([1, 0]))
    with pytest.raises(AdvisorError, match="does not tell which"):
        read_examples(path, limit=9, train=train)


@pytest.mark.parametrize("bad", [[0, 1, 3], [1, 2, 7], ["A", "B", "green"], ["red", "purple"]])
def test_a_label_that_fits_no_reading_is_named_with_its_line(bad, tmp_path):
    with pytest.raises(AdvisorError, match="does not tell which of the 3 choices") as caught:
        read_rows(tmp_path, rows(bad))
    assert caught.value.where.endswith(f"line {len(bad)}")


def test_a_row_with_one_choice_or_an_empty_one_is_left_out(tmp_path):
    few = [
        {**row, "choices": c} for row, c in zip(rows([0, 0]), (["red"], ["", "red"]), strict=True)
    ]
    found = read_rows(tmp_path, [*rows([2, 1, 0]), *few])
    assert len(found.examples) == 3
    assert any("for want of text or choices: 2 rows." in note for note in found.notes)


def test_the_same_question_with_other_choices_is_another_input(tmp_path):
    same = {"question": "which of these is true?", "answer": 1}
    found = read_rows(
        tmp_path,
        [*rows([0, 1]), {**same, "choices": ["one is two", "one is one"]},
         {**same, "choices": ["two is one", "two is two"]},
         {**same, "choices": ["two is two", "TWO is one"], "answer": 0}],
    )  # fmt: skip
    assert len(found.examples) == 4
