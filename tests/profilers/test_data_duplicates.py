"""Exact and near duplicates, and the overlap of training and evaluation data."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.profilers.data import profile_data
from advisor.profilers.data.nearduplicates import (
    SIMILAR,
    Fingerprints,
    NearDuplicates,
    fingerprint,
    normalise,
    similarity,
    sketch,
)

VOCABULARY = [f"word{n}" for n in range(2000)]


def write(path: Path, texts: list[str]) -> Path:
    path.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), encoding="utf-8")
    return path


def value(found: object, key: str) -> float:
    return next(float(f.value) for f in found.facts if f.key == key)  # type: ignore[attr-defined]


def seeded(seed: int) -> random.Random:
    return random.Random(seed)


def document(rng: random.Random, words: int) -> list[str]:
    return [rng.choice(VOCABULARY) for _ in range(words)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "A ", "b", "b  c", "B c", "d", "\u00c9", "\u00e9"]), min_size=1),
    st.lists(st.sampled_from(["a", "e", "b c", "f", "\u00c9"]), min_size=1),
)
def test_exact_repeats_and_overlap_against_brute_force(
    tmp_path_factory: pytest.TempPathFactory, train: list[str], other: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("d")
    found = profile_data(
        write(folder / "t.jsonl", train), eval_data=write(folder / "e.jsonl", other)
    )
    seen = [normalise(text) for text in train]
    repeats = sum(text in seen[:place] for place, text in enumerate(seen))
    assert value(found, "data.duplicate_share") == repeats / len(train)
    shared = sum(normalise(text) in seen for text in other)
    assert value(found, "data.train_eval_overlap") == shared / len(other)


def test_columns_are_kept_apart() -> None:
    assert fingerprint(["a b", "c"]) != fingerprint(["a", "b c"])
    assert fingerprint([" A  b"]) == fingerprint(["a B"])
    assert 0 <= fingerprint(["\ud800"]) < 2**64


def test_one_file_for_both_is_a_note_and_no_error(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", [f"text number {n}" for n in range(9)])
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    for other in (path, link):
        found = profile_data(path, eval_data=other)
        assert value(found, "data.train_eval_overlap") == 1.0
        assert any("same file" in note for note in found.notes)


def test_the_sample_of_fingerprints_is_fair_and_free_of_order() -> None:
    rng = seeded(5)
    rows = [fingerprint([f"text {n}"]) for n in range(20_000)]
    rows += rows[:10_000]
    shares = []
    for _ in range(2):
        rng.shuffle(rows)
        prints = Fingerprints(limit=3000)
        for mark in rows:
            prints.add(mark)
        assert prints.sampled
        assert prints.rows < 6000
        shares.append(prints.repeats / prints.rows)
    assert shares[0] == shares[1] == pytest.approx(1 / 3, abs=0.03)


def test_sampled_duplicates_and_overlap_are_stated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Fingerprints.__init__, "__defaults__", (100,))
    texts = [f"text number {n} of many" for n in range(1000)]
    train, other = write(tmp_path / "t.jsonl", texts), write(tmp_path / "e.jsonl", texts[:500])
    found = profile_data(train, eval_data=other)
    assert value(found, "data.train_eval_overlap") == 1.0
    assert any("counted in a sample" in note for note in found.notes)
    assert any("overlap is measured on a sample" in note for note in found.notes)


def test_similarity_is_exact_for_short_texts() -> None:
    left, right = "a b c d e f g h", "a b c d e f g x"
    assert similarity(sketch(left), sketch(right)) == pytest.approx(5 / 7)
    assert similarity(sketch("One, two; THREE!"), sketch("one two three")) == 1.0
    assert similarity(sketch(""), sketch("")) == 0.0
    assert similarity(sketch("yes"), sketch("no")) == 0.0
    assert len(sketch("\u65e5\u672c\u8a9e\u306e\u6587\u7ae0")) == 4


def test_similarity_is_close_for_long_texts() -> None:
    rng = seeded(2)
    for changed in (0, 10, 30, 60):
        left = document(rng, 600)
        right = list(left)
        for place in rng.sample(range(600), changed):
            right[place] = "other"
        sets = [set(zip(t, t[1:], t[2:], strict=False)) for t in (left, right)]
        true = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
        found = similarity(sketch(" ".join(left)), sketch(" ".join(right)))
        assert found == pytest.approx(true, abs=0.2)


def test_precision_and_recall_on_constructed_texts() -> None:
    rng = seeded(3)
    near = NearDuplicates()
    pairs = 300
    for n in range(pairs):
        words = document(rng, rng.randint(40, 200))
        copy = list(words)
        copy[rng.randrange(len(copy))] = "changed"  # J from 0.85 on
        for text in (" ".join(words), " ".join(copy).title() + "!"):
            near.add(fingerprint([text, str(n)]), text)
    assert near.count() >= 0.99 * pairs
    far = NearDuplicates()
    for _ in range(pairs):
        words = document(rng, 60)
        half = words[:30] + document(rng, 30)  # J about 1/3, well below the threshold
        for text in (" ".join(words), " ".join(half)):
            far.add(fingerprint([text]), text)
    assert SIMILAR > 0.5
    assert far.count() <= 0.01 * pairs


def test_near_duplicates_among_boilerplate_stay_cheap_and_bounded() -> None:
    rng = seeded(4)
    near = NearDuplicates(limit=400)
    for _ in range(1500):
        text = "Dear customer we write to you about " + " ".join(document(rng, 60))
        near.add(fingerprint([text]), text)
    assert near.texts <= 400
    assert near.sampled
    assert near.count() == 0


def test_near_repeats_enter_the_share(tmp_path: Path) -> None:
    rng = seeded(6)
    texts = [" ".join(document(rng, 50)) for _ in range(20)]
    found = profile_data(write(tmp_path / "t.jsonl", [*texts, texts[0] + " more", texts[1]]))
    assert value(found, "data.duplicate_share") == pytest.approx(2 / 22)
    assert any("nearly repeat" in note for note in found.notes)
    assert any("repeat an earlier row" in note for note in found.notes)
