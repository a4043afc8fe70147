"""Which columns are taken, what task they suggest, and that unclear ones suggest none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.profilers.data import DataProfile, profile_data
from advisor.support.errors import AdvisorError


def profile(tmp_path: Path, rows: list[dict[str, Any]], **options: Any) -> DataProfile:
    path = tmp_path / "d.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return profile_data(path, **options)


def task(found: DataProfile) -> str | None:
    return next((str(f.value) for f in found.facts if f.key == "task.type"), None)


def many(count: int, **columns: Any) -> list[dict[str, Any]]:
    return [{name: make(n) for name, make in columns.items()} for n in range(count)]


def words(count: int) -> Any:
    return lambda n: " ".join(f"w{n}x{i}" for i in range(count))


CASES = {
    "classification": many(40, review=words(9), sentiment=lambda n: ["pos", "neg"][n % 2]),
    "nli_pair": many(40, premise=words(9), hypothesis=words(5), label=lambda n: n % 3),
    "regression": many(40, text=words(9), score=lambda n: n / 8),
    "extractive_qa": many(
        30,
        id=lambda n: f"q{n}",
        context=words(30),
        question=words(5),
        answers=lambda n: {"text": [f"w{n}x3 w{n}x4"], "answer_start": [12]},
    ),
    "generation_short": many(30, prompt=words(9), completion=words(3)),
    "generation_long": many(
        30, instruction=words(6), input=lambda n: "" if n % 2 else "more", output=words(60)
    ),
    "multiple_choice": many(
        30,
        question=words(8),
        choices=lambda n: [f"a{n}", f"b{n}"],
        answer=lambda n: n % 2,
    ),
    "sequence_labeling": many(
        30,
        tokens=lambda n: [f"t{n}", "in", "Rome"],
        ner_tags=lambda n: ["O", "O", "B-LOC"],
    ),
    "code": many(30, prompt=words(9), canonical_solution=lambda n: f"return {n} + 1"),
    "math_reasoning": many(
        30, question=words(20), answer=lambda n: f"First we add.\nThen it is {n}.\n#### {n}"
    ),
}


@pytest.mark.parametrize("expected", CASES)
def test_the_task_of_each_arrangement(expected: str, tmp_path: Path) -> None:
    assert task(profile(tmp_path, CASES[expected])) == expected


def test_chat_messages_are_flattened_and_their_answer_is_the_output(tmp_path: Path) -> None:
    def chat(answer: int) -> Any:
        return lambda n: [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": [{"type": "text", "text": f"question {n}"}]},
            {"role": "assistant", "content": words(answer)(n)},
        ]

    short = profile(tmp_path, many(20, messages=chat(2)))
    assert task(short) == "generation_short"
    assert short.columns.text == ("messages",)
    assert task(profile(tmp_path, many(20, messages=chat(50)))) == "generation_long"
    assert task(profile(tmp_path, many(20, messages=chat(16)))) is None  # between the two
    unanswered = [{"messages": [{"role": "user", "content": "hello"}]}]
    found = profile(tmp_path, [*many(20, messages=chat(2)), *unanswered])
    assert "1 without label skipped" in found.facts[0].detail


UNCLEAR = {
    "only text": many(30, text=words(9)),
    "ids for labels": many(30, text=words(9), label=lambda n: f"id-{n}"),
    "whole numbers up to a hundred": many(400, text=words(9), score=lambda n: n % 100),
    "one label": many(30, text=words(9), label=lambda n: "same"),
    "two candidates": many(
        40, note=words(9), colour=lambda n: ["r", "g"][n % 2], size=lambda n: ["s", "l"][n % 2]
    ),
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_no_task_is_guessed_when_unclear(case: str, tmp_path: Path) -> None:
    assert task(profile(tmp_path, UNCLEAR[case])) is None


def test_a_heading_and_a_body_are_one_text_and_no_pair(tmp_path: Path) -> None:
    rows = many(40, title=words(5), text=words(12), label=lambda n: n % 2)
    found = profile(tmp_path, rows)
    assert found.columns.text == ("title", "text")
    assert task(found) == "classification"


def test_columns_are_said_to_be_guessed_or_named(tmp_path: Path) -> None:
    rows = many(40, a=words(6), b=words(6), mark=lambda n: n % 2)
    guessed = profile(tmp_path, rows)
    assert guessed.columns.describe() in guessed.notes
    assert "(guessed)" in guessed.columns.describe()
    named = profile(tmp_path, rows, text_columns=["b"], label_column="mark")
    assert named.columns.text == ("b",)
    assert named.columns.text_chosen.value == named.columns.label_chosen.value == "named"
    assert profile(tmp_path, rows, text_columns="b").columns.text == ("b",)


def test_named_columns_overrule_a_recognised_shape(tmp_path: Path) -> None:
    rows = many(40, prompt=words(6), completion=words(30), topic=lambda n: ["a", "b"][n % 2])
    assert task(profile(tmp_path, rows)) == "generation_long"
    found = profile(tmp_path, rows, text_columns=["prompt"], label_column="topic")
    assert found.columns.output is None
    assert task(found) == "classification"
    both = profile(tmp_path, rows, text_columns=["prompt", "completion"])
    assert both.columns.output == "completion"


def test_labels_are_found_by_content_and_names_in_any_case(tmp_path: Path) -> None:
    found = profile(tmp_path, many(40, Text=words(6), kind=lambda n: ["x", "y", "z"][n % 3]))
    assert (found.columns.text, found.columns.label) == (("Text",), "kind")


def test_a_missing_column_names_the_others_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="no column 'txet'") as caught:
        profile(tmp_path, many(9, text=words(4), label=lambda n: 1), text_columns=["txet"])
    assert "did you mean text" in caught.value.hint
    assert "the columns are text, label" in caught.value.hint
    assert caught.value.where.endswith("line 1")


def test_a_named_column_must_stand_in_every_row_but_a_guessed_one_may_miss(
    tmp_path: Path,
) -> None:
    rows = many(9, text=words(4), label=lambda n: n % 2)
    del rows[6]["label"]
    with pytest.raises(AdvisorError, match="no column 'label'") as caught:
        profile(tmp_path, rows, label_column="label")
    assert caught.value.where.endswith("line 7")
    assert "1 without label skipped" in profile(tmp_path, rows).facts[0].detail


def test_a_column_cannot_be_text_and_label_and_some_column_must_be_text(tmp_path: Path) -> None:
    rows = many(9, text=words(4), label=lambda n: n % 2)
    with pytest.raises(AdvisorError, match="as text and as label"):
        profile(tmp_path, rows, text_columns=["text"], label_column="text")
    with pytest.raises(AdvisorError, match="no column looks like text"):
        profile(tmp_path, many(9, a=lambda n: n, b=lambda n: n / 2))
