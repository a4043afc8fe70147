"""The users' files as a project reads them: as the advisor has read them, or one message."""

from __future__ import annotations

import json
import sys
import tracemalloc

import pytest
from forkedruns import forked

from advisor.support.compiled import package_folder

DATA = {
    "train": "", "evaluation": None, "text": ["text"], "pair": False, "label": "label",
    "choices": None, "marked_by": None, "dev_share": 0.2, "test_share": 0.2, "most_dev": 50,
    "most_test": 50, "seed": 0,
}  # fmt: skip


def inside(tmp_path, work, **expected):
    """Do the work where a project's own modules can be imported."""

    def at_home():
        # A project has the adapter of its method beside the modules that all projects have.
        for folder in ("recipe/templates/common", "methods/full_fine_tuning"):
            sys.path.insert(0, str(package_folder() / folder))
        work()

    folder = tmp_path / "home"
    folder.mkdir()
    return forked(folder, at_home, **expected)


def examples(path, **data):
    from data import read_examples

    return [(e.inputs, e.target) for e in read_examples(path, DATA | data)]


def splits(path, metric="accuracy", **data):
    from data import read_splits

    settings = {"data": DATA | {"train": str(path)} | data, "task": {"metric": metric}}
    return read_splits(settings)


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("a.csv", "text;label\na, b;no\n", [("a, b", "no")]),
        ("a.csv", "text, label\r\n\"a\nb\",1e3\r\n", [("a\nb", "1e3")]),
        ("a.tsv", "text\tlabel\na\ta: b\n", [("a", "a: b")]),
        ("a.csv", "text,label\n" + "x" * 200_000 + ",no\n", [("x" * 200_000, "no")]),
        ("a.json", '{"text": "a", "label": true}\n{"text": "b", "label": 1.0}\n',
         [("a", "true"), ("b", "1")]),
        ("a.json", '[{"text": ["a", "b"], "label": "\\u00e9"}]', [("a b", "\u00e9")]),
        ("a.jsonl", '{"text": "a\u2028b", "label": 0}\n{"text": "c", "label": null}\n',
         [("a\u2028b", "0")]),
        ("a.jsonl", '{"text": "a", "label": 1}\n{"text": "b", "label": NaN}\n', [("a", "1")]),
    ],
)  # fmt: skip
def test_files_are_read_as_the_advisor_reads_them(name, text, read, tmp_path):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")

    def work():
        assert examples(path) == [((inputs,), target) for inputs, target in read]

    inside(tmp_path, work)


def test_a_column_may_be_missing_in_single_rows(tmp_path):
    rows = [{"text": "do", "more": "it", "label": "x"}, {"text": "go", "label": "y"}]
    path = write(tmp_path / "a.jsonl", rows)

    def work():
        found = examples(path, text=["text", "more"])
        assert found == [(("do\nit",), "x"), (("go",), "y")]

    inside(tmp_path, work)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b'{"text": "a", "label": 1}\n{"text": \n', "line 2 is no JSON"),
        ("a.json", b'[{"text": "a"}, "b"]', "row 2 is no JSON object"),
        ("a.csv", b"text,label\na,b,c\n", "line 2 has 3 fields instead of 2"),
        ("a.csv", b"text,label\n\xff,b\n", "cannot be read: 'utf-8' codec"),
        ("a.parquet", b"PAR1", "cannot be read"),
        ("a.jsonl", b"", "there are no rows"),
        ("a.jsonl", b'{"text": "a", "tag": 1}\n', "there is no column 'label', but text, tag"),
        ("a.xlsx", b"x", "rows are read from"),
        (None, b"", "there is no such file"),
    ],
)
def test_what_cannot_be_read_ends_in_one_message(name, content, said, tmp_path):
    path = tmp_path / (name or "missing.jsonl")
    if name:
        path.write_bytes(content)
    told = inside(tmp_path, lambda: examples(path), code=1)
    assert said in told
    assert "Traceback" not in told


def named_often(path, size, count=400):
    """A small file in which every row names the same text."""
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    texts = arrow.array(["x" * size])
    named = arrow.DictionaryArray.from_arrays(arrow.array([0] * count), texts)
    parquet.write_table(arrow.table({"text": named, "label": ["a"] * count}), path)
    assert path.stat().st_size < 2 * size
    return path


def test_a_text_that_many_rows_of_parquet_name_is_held_once(tmp_path):
    path = named_often(tmp_path / "a.parquet", 2_000_000)

    def work():
        from rows import rows_of

        tracemalloc.start()
        rows = rows_of(path)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
        assert [set(row) for row in rows] == [{"text", "label"}] * 400
        assert {len(row["text"]) for row in rows} == {2_000_000}

    inside(tmp_path, work)


def test_a_text_that_no_model_could_read_is_refused(tmp_path):
    path = named_often(tmp_path / "a.parquet", 20_000_000)
    told = inside(tmp_path, lambda: examples(path), code=1)
    assert "cannot be read: row 1 has over 8 MiB in 'text'" in told


@pytest.mark.parametrize(
    ("label", "marked_by"),
    [("AB", "letter"), ("D", "letter"), ("0", "number from 1"), ("3", "number from 0"),
     ("other", "text"), ("x", "name")],
)  # fmt: skip
def test_a_label_that_marks_no_choice_is_not_taken_for_another(label, marked_by, tmp_path):
    path = write(tmp_path / "a.jsonl", [{"text": "q", "choices": ["x", "y", "z"], "label": label}])
    told = inside(tmp_path, lambda: examples(path, choices="choices", marked_by=marked_by), code=1)
    assert f"row 1: the label {label!r} marks none of 3 choices by its {marked_by}" in told


def test_a_label_marks_its_choice(tmp_path):
    named = '{"text": ["x", "y"], "label": ["A", "B"]}'
    rows = [
        {"text": "q", "choices": ["x", "y", "z"], "label": "c"},
        {"text": "r", "choices": named, "label": "B"},
    ]
    path = write(tmp_path / "a.jsonl", rows)

    def work():
        found = examples(path, choices="choices", marked_by="letter")
        assert [target for _, target in found] == ["z", "y"]

    inside(tmp_path, work)


def test_a_label_that_only_the_test_split_has_stops_before_training(tmp_path):
    rows = [{"text": f"{n}", "label": "ab"[n % 2]} for n in range(40)]
    train = write(tmp_path / "a.jsonl", rows)
    test = write(tmp_path / "b.jsonl", [{"text": "new", "label": "c"}])
    told = inside(tmp_path, lambda: splits(train, evaluation=str(test)), code=1)
    assert "the label 'c' of the test split stands in no training row" in told


@pytest.mark.parametrize("label", ["many", "nan"])
def test_a_number_that_is_none_stops_before_training(label, tmp_path):
    rows = [{"text": f"{n}", "label": label if n == 7 else n} for n in range(40)]
    path = write(tmp_path / "a.jsonl", rows)
    told = inside(tmp_path, lambda: splits(path, "pearson"), code=1)
    assert f"the label {label!r} of the" in told
    assert "is no number" in told


def test_one_question_with_other_choices_is_another_example(tmp_path):
    def rows(word, count):
        return [
            {"text": "Which?", "choices": [f"{word}{n}", "no"], "label": 0} for n in range(count)
        ]

    train, test = (write(tmp_path / f"{w}.jsonl", rows(w, n)) for w, n in (("a", 30), ("b", 5)))

    def work():
        found = splits(train, evaluation=str(test), choices="choices", marked_by="number from 0")
        assert (len(found.train) + len(found.dev), len(found.test)) == (30, 5)

    inside(tmp_path, work)


def test_rows_beyond_the_largest_splits_are_trained_on(tmp_path):
    rows = [{"text": f"{n}", "label": "ab"[n % 2]} for n in range(200)]
    path = write(tmp_path / "a.jsonl", rows)

    def work():
        found = splits(path, most_dev=10, most_test=20)
        assert (len(found.train), len(found.dev), len(found.test)) == (170, 10, 20)

    inside(tmp_path, work)
