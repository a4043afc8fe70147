"""Every bad file ends in one clear message, within a second, and never in a traceback."""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from advisor.profilers.data import profile_data
from advisor.support.errors import AdvisorError

GOOD = b'{"text": "some good text", "label": "a"}\n'

BAD: dict[str, tuple[str, bytes, str, str]] = {
    "not json": ("a.jsonl", GOOD + b'{"text": "x"\n', "not valid JSON", "line 2"),
    "a list": ("a.jsonl", GOOD + b"[1]\n", "this is a list", "line 2"),
    "null": ("a.jsonl", GOOD + b"null\n", "this is null", "line 2"),
    "a text": ("a.jsonl", b'"x"\n', "this is a text", "line 1"),
    "a boolean": ("a.jsonl", b"true\n", "this is true or false", "line 1"),
    "duplicate keys": ("a.jsonl", GOOD + b'{"text": "a", "text": "b"}', "stands twice", "line 2"),
    "nan": ("a.jsonl", GOOD + b'{"text": NaN}', "not a number in JSON", "line 2"),
    "infinite": (
        "a.jsonl",
        GOOD + b'{"text": "x", "label": 1e999}',
        "too large for a number",
        "line 2",
    ),
    "nan label": (
        "a.csv",
        b"text,label\nab cd ef,1\nx y z,nan\n",
        "not a finite",
        "line 3",
    ),
    "deep": ("a.jsonl", b'{"text": ' + b"[" * 99 + b'"x"' + b"]" * 99 + b"}", "nested", "line 1"),
    "very deep": ("a.jsonl", b'{"text": ' + b"[" * 99_999, "nested|not valid JSON", "line 1"),
    "digits": ("a.jsonl", b'{"text": ' + b"1" * 9999 + b"}", "too long", "line 1"),
    "nul": ("a.jsonl", GOOD + b'{"text": "\0"}', "NUL bytes", "line 2"),
    "utf-16": ("a.csv", "text,label\nx,y\n".encode("utf-16"), "NUL bytes", "line 1"),
    "latin-1": ("a.csv", b"text,label\nok,1\ncaf\xe9,2\n", "not valid UTF-8", "line 3"),
    "latin-1 text": ("a.txt", b"caf\xe9\n", "not valid UTF-8", "line 1"),
    "long line": ("a.jsonl", b"x" * 10_000_000, "longer than 8 MiB", "line 1"),
    "long text": ("a.txt", b"fine\n" + b"x" * 10_000_000, "longer than 8 MiB", "line 2"),
    "few fields": ("a.csv", b"text,label\na b,1\nonly\n", "too few fields: 1", "line 3"),
    "many fields": ("a.tsv", b"text\tlabel\na\tb\tc\n", "too many fields: 3", "line 2"),
    "open quote": ("a.csv", b'text,label\n"a b,1\nc,2\n', "never closed", "line 2"),
    "endless quote": ("a.csv", b'text,l\n"' + b"x\n" * 5_000_000, "within 200,000 lines", "line"),
    "after quote": ("a.csv", b'text,label\n"a"b,1\n', "follows the closing quote", "line 2"),
    "twice named": ("a.csv", b"text,text\na,b\n", "'text' twice", "line 1"),
    "no header": ("a.csv", b"I like it very very much indeed,1\n", "looks like data", "line 1"),
    "label header": ("a.csv", b"good,pos\nbad,neg\nfine,pos\n", "also a value below", "line 1"),
    "number header": ("a.csv", b"fine,1\nbad,0\n", "'1' is a number", "line 1"),
    "blank header": ("a.csv", b",\na,b\n", "names no column", "line 1"),
    "only a header": ("a.csv", b"text,label\n", "only a header line", "a.csv"),
    "empty": ("a.jsonl", b"", "is empty", "a.jsonl"),
    "empty gzip": ("a.csv.gz", gzip.compress(b""), "is empty", "a.csv.gz"),
    "blank lines": ("a.jsonl", b"\n \n", "no row", "a.jsonl"),
    "blank texts": ("a.jsonl", b'{"text": " ", "label": "a"}\n', "no row has text", "a.jsonl"),
    "empty list": ("a.json", b"[]", "no row", "a.json"),
    "list of texts": ("a.json", b'["a", "b"]', "this is a text", "row 1"),
    "cut list": ("a.json", b'[{"text": "a b"},', "not valid JSON", "a.json"),
    "nul in list": ("a.json", b'[\n"\0"]', "NUL bytes", "line 2"),
    "latin-1 list": ("a.json", b'[\n"\xe9"]', "not valid UTF-8", "line 2"),
    "not gzip": ("a.jsonl.gz", GOOD, "cannot be read to its end", "a.jsonl.gz"),
    "cut gzip": ("a.jsonl.gz", gzip.compress(GOOD * 99)[:-20], "cannot be read to its end", "a.j"),
    "not parquet": ("a.parquet", b"PAR1 no", "cannot be read as Parquet", "a.parquet"),
    "packed parquet": ("a.parquet.gz", gzip.compress(b"PAR1"), "unpack|not read from", "a.par"),
    "unknown": ("a.bin", b"hello\n", "format .* not recognised", "a.bin"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_quickly_and_clearly(case: str, tmp_path: Path) -> None:
    name, raw, message, where = BAD[case]
    path = tmp_path / name
    path.write_bytes(raw)
    if "parquet" in case:
        pytest.importorskip("pyarrow")
    started = time.process_time()
    with pytest.raises(AdvisorError, match=message) as caught:
        profile_data(path)
    assert time.process_time() - started < 1
    assert caught.value.hint
    assert caught.value.where.startswith(str(path))
    assert where in caught.value.where


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="does not exist"):
        profile_data(tmp_path / "none.jsonl")
    with pytest.raises(AdvisorError, match="is a directory"):
        profile_data(tmp_path)
    fifo = tmp_path / "a.jsonl"
    os.mkfifo(fifo)
    with pytest.raises(AdvisorError, match="not a regular file"):
        profile_data(fifo)
    with pytest.raises(AdvisorError, match="not a regular file"):
        profile_data("/dev/zero")


def test_a_named_header_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("is it good or is it bad,1\nfine as it is,0\nno good,1\n", encoding="utf-8")
    with pytest.raises(AdvisorError, match="looks like data"):
        profile_data(path)
    assert profile_data(path, label_column="1").facts[0].value == 2


def test_the_evaluation_file_needs_the_same_columns(tmp_path: Path) -> None:
    train, other = tmp_path / "train.jsonl", tmp_path / "eval.jsonl"
    train.write_bytes(GOOD * 3)
    other.write_text(json.dumps({"text": "some text", "lable": "a"}), encoding="utf-8")
    with pytest.raises(AdvisorError, match="no column 'label'") as caught:
        profile_data(train, eval_data=other)
    assert "did you mean lable" in caught.value.hint
    other.write_bytes(b"")
    with pytest.raises(AdvisorError, match="the evaluation data file is empty"):
        profile_data(train, eval_data=other)


def test_parquet_without_pyarrow_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden: Any = None
    monkeypatch.setitem(sys.modules, "pyarrow", hidden)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(AdvisorError, match="needs the package pyarrow") as caught:
        profile_data(path)
    assert "pip install 'tuning-advisor[parquet]'" in caught.value.hint


@pytest.mark.parametrize("place", [40, 200, 400])
def test_parquet_with_a_damaged_page_is_refused_with_the_row(tmp_path: Path, place: int) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    rows = [{"text": f"some text {number * 7919}", "label": "a"} for number in range(50)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    raw = bytearray(path.read_bytes())
    raw[place : place + 16] = bytes(16)
    path.write_bytes(raw)
    with pytest.raises(AdvisorError, match="cannot be read as Parquet") as caught:
        profile_data(path)
    assert caught.value.where == f"{path}, after row 0"


@pytest.mark.parametrize(
    "kind", ["ArrowInvalid", "ArrowNotImplementedError", "ArrowKeyError", "ArrowSerializationError"]
)
def test_every_kind_of_error_that_arrow_has_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([{"text": "a"}]), path)

    def fails(*_: Any, **__: Any) -> Any:
        raise getattr(pyarrow.lib, kind)("unheard of\nand more")

    monkeypatch.setattr(parquet.ParquetFile, "iter_batches", fails)
    with pytest.raises(AdvisorError, match="cannot be read as Parquet") as caught:
        profile_data(path)
    assert "unheard of" in caught.value.message
    assert "and more" not in caught.value.message
    assert "check that it was written completely" in caught.value.hint


def test_names_that_cannot_be_printed_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m\n.jsonl"
    path.write_bytes(GOOD)
    profile = profile_data(path)
    assert all("\x1b" not in fact.detail and "\n" not in fact.detail for fact in profile.facts)
    path = tmp_path / "b.jsonl"
    path.write_text('{"text": "a \\ud800 b", "label": "\\udc00\\u001b"}\n' * 3, encoding="utf-8")
    for fact in profile_data(path).facts:
        assert fact.detail.isprintable()
        fact.detail.encode()
