"""Token lengths: the documented estimate, and exact counts where a tokenizer is at hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from advisor.profilers.data import profile_data, tokens
from advisor.profilers.data.tokens import CountedTokens, estimate_tokens


def write(path: Path, lengths: list[int]) -> Path:
    rows = [{"text": "word " * n} for n in lengths]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def by_key(profile: Any) -> dict[str, Any]:
    return {fact.key: fact for fact in profile.facts}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A word tokenizer that cuts and pads, as published ones often do."""
    library = pytest.importorskip("tokenizers")
    model = library.models.WordLevel({"word": 0, "[UNK]": 1}, unk_token="[UNK]")  # noqa: S106
    tokenizer = library.Tokenizer(model)
    tokenizer.pre_tokenizer = library.pre_tokenizers.Whitespace()
    tokenizer.enable_truncation(5)
    tokenizer.enable_padding(length=5)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_counts_are_exact_and_neither_cut_nor_padded(folder: Path) -> None:
    path = write(folder / "a.jsonl", list(range(1, 101)))
    facts = by_key(profile_data(path, tokenizer_folder=folder))
    assert facts["data.median_tokens"].value == 50
    assert facts["data.p95_tokens"].value == 95
    assert facts["data.median_tokens"].detail == "a.jsonl: counted with tokenizer.json"


def test_a_long_file_is_counted_on_evenly_spread_rows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "SAMPLE_ROWS", 10)
    path = write(folder / "a.jsonl", list(range(1, 101)))
    facts = by_key(profile_data(path, tokenizer_folder=folder))
    assert facts["data.median_tokens"].value == pytest.approx(50, abs=16)
    assert "evenly spread rows" in facts["data.median_tokens"].detail


def test_a_very_long_text_is_counted_on_its_head(folder: Path) -> None:
    library = pytest.importorskip("tokenizers")
    counted = CountedTokens(library.Tokenizer.from_file(str(folder / "tokenizer.json")))
    counted.add("word " * 60_000)
    assert counted.quantile(0.5) == pytest.approx(60_000, rel=0.001)


def test_a_lone_surrogate_does_not_stop_the_count(folder: Path) -> None:
    path = folder / "a.jsonl"
    path.write_text('{"text": "word \\ud800 word"}\n', encoding="utf-8")
    assert by_key(profile_data(path, tokenizer_folder=folder))["data.p95_tokens"].value == 3


def test_without_a_usable_tokenizer_lengths_are_estimated_and_said_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(folder / "a.jsonl", [10, 20, 30])

    def basis(where: Path | None) -> tuple[str, str]:
        profile = profile_data(path, tokenizer_folder=where)
        return by_key(profile)["data.median_tokens"].detail, " ".join(profile.notes)

    estimated = "a.jsonl: estimated from characters (no tokenizer at hand)"
    assert basis(None)[0] == estimated
    assert "no tokenizer was given" in basis(None)[1]
    detail, notes = basis(folder / "elsewhere")
    assert detail == estimated
    assert "there is no tokenizer.json" in notes
    hidden: Any = None
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "tokenizers", hidden)
        assert "tokenizers is not installed" in basis(folder)[1]
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    assert "cannot be loaded" in basis(folder)[1]


@pytest.mark.parametrize(
    ("text", "tokens_of_common_tokenizers", "tolerance"),
    [
        ("The quick brown fox jumps over the lazy dog.", 10, 0.2),
        ("Please send the signed contract back by Friday, and keep a copy.", 14, 0.2),
        ("import os\nfor name in os.listdir('.'):\n    print(name)", 20, 0.3),
        ("2024-03-17 12:45:10", 14, 0.3),
    ],
)
def test_the_estimate_is_near(
    text: str, tokens_of_common_tokenizers: int, tolerance: float
) -> None:
    assert estimate_tokens(text) == pytest.approx(tokens_of_common_tokenizers, rel=tolerance)


def test_the_estimate_of_odd_texts() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("a") == 1
    assert estimate_tokens("\u4e2d" * 100) == pytest.approx(109, abs=2)
    assert estimate_tokens("\ud800") >= 1


def test_text_columns_and_output_count_together(tmp_path: Path) -> None:
    rows = [{"prompt": f"{n} word word", "completion": "word " * 50} for n in range(9)]
    rows = [{**row, "completion": f"{row['completion']}{n}"} for n, row in enumerate(rows)]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    together = by_key(profile_data(path))["data.median_tokens"].value
    alone = by_key(profile_data(path, text_columns=["prompt"], label_column="completion"))
    assert alone["data.median_tokens"].value == together
    assert together > 50
