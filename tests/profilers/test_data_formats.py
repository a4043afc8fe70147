"""Every format gives the same facts for the same rows."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from advisor.profilers.data import DataProfile, profile_data
from advisor.profilers.data.csvrows import read_records
from advisor.support.errors import AdvisorError

ROWS = [{"text": f'She said "{n}, yes",\nand left; twice', "label": "ab"[n % 2]} for n in range(24)]


def jsonl(rows: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(row) + "\r\n" for row in rows).encode()


def table(rows: list[dict[str, str]], path: Path, delimiter: str) -> bytes:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ["text", "label"], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path.read_bytes()


def shown(profile: DataProfile) -> list[tuple[str, object]]:
    return [(fact.key, fact.value) for fact in profile.facts]


def test_all_formats_agree(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    bom = b"\xef\xbb\xbf"
    comma = table(ROWS, tmp_path / "x", ",")
    contents = {
        "a.jsonl": jsonl(ROWS),
        "a.ndjson": bom + jsonl(ROWS),
        "lines.json": jsonl(ROWS),
        "list.json": json.dumps(ROWS, indent=1).encode(),
        "bom.json": bom + json.dumps(ROWS).encode(),
        "a.csv": comma,
        "bom.csv": bom + comma,
        "semicolon.csv": table(ROWS, tmp_path / "x", ";"),
        "a.tsv": table(ROWS, tmp_path / "x", "\t"),
        "unknown.dat": table(ROWS, tmp_path / "x", "|"),
        "jsonl.dat": jsonl(ROWS),
    }
    contents |= {f"{name}.gz": gzip.compress(raw) for name, raw in contents.items()}
    expected = None
    for name, raw in contents.items():
        path = tmp_path / name
        path.write_bytes(raw)
        facts = shown(profile_data(path))
        expected = expected or facts
        assert facts == expected, name
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    assert shown(profile_data(path)) == expected
    renamed = path.rename(tmp_path / "parquet.dat")
    assert shown(profile_data(renamed)) == expected


def test_a_guessed_delimiter_is_stated(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(table(ROWS, path, ";"))
    assert any("separated by semicolons" in note for note in profile_data(path).notes)
    path.write_bytes(table(ROWS, path, ","))
    assert not any("separated" in note for note in profile_data(path).notes)


def test_plain_text_has_one_example_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one line here\n\nanother line here\nthe last without an end", encoding="utf-8")
    profile = profile_data(path)
    assert profile.facts[0].detail.startswith("a.txt: 3 rows, 1 empty skipped")
    assert profile.columns.label is None


def test_rows_without_a_label_or_output_are_no_training_examples(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one line here\nanother line here\n", encoding="utf-8")
    profile = profile_data(path)
    assert profile.facts[0].key == "data.train_examples"
    assert profile.facts[0].value is None
    assert "no label or output" in profile.facts[0].detail
    assert any("--label-column" in note for note in profile.notes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n", [["a", "b"]]),
        ('"a,""b""",c\n', [['a,"b"', "c"]]),
        ('"two\nlines",x\n', [["two\nlines", "x"]]),
        ('"",\n', [["", ""]]),
        ('a"b,"c"\n', [['a"b', "c"]]),
        ('"a","b\n\n""c"\nd,e', [["a", 'b\n\n"c'], ["d", "e"]]),
    ],
)
def test_records(text: str, expected: list[list[str]]) -> None:
    lines = enumerate(text.split("\n"), 1)
    records = read_records(iter([(n, line) for n, line in lines]), ",", "f")
    assert [fields for _, fields in records] == expected


def test_rows_keep_the_line_they_begin_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('text,label\n"a\nb c d",x\n\none two,y,z\n', encoding="utf-8")
    with pytest.raises(AdvisorError, match="too many fields: 3 instead of 2") as caught:
        profile_data(path)
    assert caught.value.where.endswith("a.csv, line 5")


def test_a_long_field_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'text,label\n"{"word " * 100_000}",x\n', encoding="utf-8")
    assert profile_data(path).facts[0].value == 1
