"""The facts of a data file: counts, lengths, labels, and the real example set."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from advisor.facts import FactBase, Interval, Source
from advisor.profilers.data import DataProfile, profile_data
from advisor.profilers.data.labels import MAX_LABELS, Labels, Lengths
from advisor.support.errors import AdvisorError

SPAM = Path(__file__).parents[2] / "examples" / "spam"


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def values(profile: DataProfile) -> dict[str, object]:
    return {fact.key: fact.value for fact in profile.facts}


def reviews(count: int, start: int = 0) -> list[dict[str, object]]:
    return [
        {"text": f"row {n} says a thing {n * n}", "label": "good" if n % 4 else "bad"}
        for n in range(start, start + count)
    ]


def test_counts_labels_and_their_evidence(tmp_path: Path) -> None:
    profile = profile_data(write(tmp_path / "train.jsonl", reviews(40)))
    found = values(profile)
    assert found["data.train_examples"] == 40
    assert found["data.label_count"] == 2
    assert found["data.largest_label_share"] == 0.75
    assert found["data.duplicate_share"] == 0
    assert found["task.type"] == "classification"
    assert "data.eval_examples" not in found
    by_key = {fact.key: fact for fact in profile.facts}
    assert by_key["data.train_examples"].detail == "train.jsonl: 40 rows"
    assert by_key["data.largest_label_share"].detail == "train.jsonl: 30 of 40 rows are 'good'"
    assert by_key["task.type"].source is Source.DETECTED
    assert by_key["task.type"].detail.startswith("guess, please confirm: ")
    assert all(str(tmp_path) not in fact.detail for fact in profile.facts)


def test_every_fact_is_of_the_vocabulary(tmp_path: Path) -> None:
    train = write(tmp_path / "train.jsonl", reviews(30))
    profile = profile_data(train, eval_data=write(tmp_path / "eval.jsonl", reviews(10, 100)))
    facts = FactBase(profile.facts)
    assert facts.number("data.eval_examples") == 10
    for fact in profile.facts:
        allowed = facts.vocabulary[fact.key].range
        if allowed:
            assert allowed[0] <= fact.value <= allowed[1]  # type: ignore[operator]


def test_empty_and_unlabelled_rows_are_skipped_and_said(tmp_path: Path) -> None:
    rows = [*reviews(20), {"text": "  ", "label": "good"}, {"text": None, "label": "bad"}]
    rows += [{"text": "no label here", "label": None}, {"text": "nor here", "label": " "}]
    profile = profile_data(write(tmp_path / "t.jsonl", rows))
    assert values(profile)["data.train_examples"] == 20
    detail = profile.facts[0].detail
    assert detail == "t.jsonl: 20 rows, 2 empty skipped, 2 without label skipped"
    assert "t.jsonl: 2 rows without text were skipped." in profile.notes
    assert "t.jsonl: 2 rows without a label or output were skipped." in profile.notes


def test_numbers_and_booleans_become_labels(tmp_path: Path) -> None:
    big = 2**60
    rows = [{"text": f"some text number {n}", "label": big + n % 3} for n in range(30)]
    assert values(profile_data(write(tmp_path / "a.jsonl", rows)))["data.label_count"] == 3
    rows = [{"text": f"some text number {n}", "label": n % 2 == 0} for n in range(30)]
    profile = profile_data(write(tmp_path / "b.jsonl", rows))
    assert any("'false'" in fact.detail for fact in profile.facts)
    rows = [{"text": f"some text number {n}", "label": [1, 1.0][n % 2]} for n in range(30)]
    profile = profile_data(write(tmp_path / "c.jsonl", rows))
    assert values(profile)["data.label_count"] == 1
    assert any("same label" in note for note in profile.notes)


def test_equal_labels_never_break_the_relation_of_count_and_share(tmp_path: Path) -> None:
    for count in (3, 7, 49, 98):
        rows = [{"text": f"text {n} of many", "label": f"l{n % count}"} for n in range(4 * count)]
        found = values(profile_data(write(tmp_path / f"{count}.jsonl", rows)))
        share, labels = found["data.largest_label_share"], found["data.label_count"]
        assert isinstance(share, float)
        assert isinstance(labels, int)
        assert share * labels >= 1


def test_too_many_labels_are_no_labels(tmp_path: Path) -> None:
    labels = Labels()
    for n in range(MAX_LABELS + 5):
        labels.add(f"value {n}", n)
    assert labels.too_many
    assert not labels.counts
    rows = [{"text": f"some text number {n}", "label": f"v{n}"} for n in range(MAX_LABELS + 1)]
    profile = profile_data(write(tmp_path / "t.jsonl", rows), label_column="label")
    assert "data.label_count" not in values(profile)
    assert any("more than 10,000 distinct values" in note for note in profile.notes)


def test_a_guessed_label_that_hardly_repeats_is_dropped_but_a_named_one_kept(
    tmp_path: Path,
) -> None:
    rows = [{"text": f"some text number {n}", "label": f"v{n}"} for n in range(30)]
    path = write(tmp_path / "t.jsonl", rows)
    guessed = profile_data(path)
    assert "data.label_count" not in values(guessed)
    assert "task.type" not in values(guessed)
    assert any("hardly come back" in note for note in guessed.notes)
    assert values(profile_data(path, label_column="label"))["data.label_count"] == 30


def test_the_sample_limit_gives_a_lower_bound_and_a_note(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", reviews(50))
    profile = profile_data(path, sample_limit=20)
    count = values(profile)["data.train_examples"]
    assert isinstance(count, Interval)
    assert count.low == 20
    assert any("sample limit" in note for note in profile.notes)
    exact = profile_data(path, sample_limit=50)
    assert values(exact)["data.train_examples"] == 50
    assert not any("sample limit" in note for note in exact.notes)
    with pytest.raises(AdvisorError, match="at least one row"):
        profile_data(path, sample_limit=0)


def test_lengths_are_exact_when_short_and_close_when_long() -> None:
    lengths = Lengths()
    for n in range(1, 101):
        lengths.add(n)
    assert lengths.quantile(0.5) == 50
    assert lengths.quantile(0.95) == 95
    assert Lengths().quantile(0.5) == 0
    long = Lengths()
    for n in range(10_000, 20_000):
        long.add(n)
    assert long.quantile(0.5) == pytest.approx(15_000, rel=0.011)
    assert len(long._counts) < 100


def test_the_spam_slice_is_what_its_readme_says() -> None:
    profile = profile_data(SPAM / "train.jsonl", eval_data=SPAM / "eval.jsonl")
    found = values(profile)
    assert found["data.train_examples"] == 800
    assert found["data.eval_examples"] == 400
    assert found["data.largest_label_share"] == 0.65
    assert found["data.duplicate_share"] == 0
    assert found["data.train_eval_overlap"] == 0
    assert found["task.type"] == "classification"
    rows = [json.loads(line) for line in (SPAM / "eval.jsonl").read_text().splitlines()]
    assert Counter(row["label"] for row in rows) == {"ham": 260, "spam": 140}
    assert max(len(row["text"]) for row in rows) <= 1500
