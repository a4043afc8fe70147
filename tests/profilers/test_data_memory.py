"""However small a file and however much it unfolds to, the memory of its reader is bounded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from advisor.profilers.data.lines import MAX_LINE_BYTES
from advisor.profilers.data.rows import MAX_VALUES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads the peak as Linux tells it")

MOST_MIB = 400
PROFILE = """
import json, resource, sys
from advisor.profilers.data import profile_data
from advisor.support.errors import AdvisorError
import advisor.profilers.data.tokens
for name in sys.argv[2:]:
    __import__(name)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

before = peak()
try:
    told = {"rows": profile_data(sys.argv[1], text_columns=["text"]).facts[0].value}
except AdvisorError as error:
    told = {"error": error.message, "where": error.where, "hint": error.hint}
print(json.dumps(told | {"grown": peak() - before}))
"""


def read(path, *libraries):
    """What the reader says of a file, after its memory has been found to stay below the bound."""
    done = subprocess.run(
        [sys.executable, "-c", PROFILE, path, *libraries],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("grown") < MOST_MIB
    return told


def filled(unit, before='{"text": "good", "more": [', behind="0]}"):
    """A row of the largest size, filled with a unit."""
    room = MAX_LINE_BYTES - len(before) - len(behind) - 8
    return before + unit * (room // len(unit.encode())) + behind


def row_of(values):
    return '{"text": "good", "more": [' + ",".join(values) + "]}"


def lay(path, rows):
    """The rows as lines, or as one list under .json."""
    if path.suffix == ".json":
        path.write_text("[" + ",\n".join(rows) + "]", encoding="utf-8")
    else:
        path.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    return path


FORMS = pytest.mark.parametrize("name", ["a.jsonl", "a.json"])


@FORMS
@pytest.mark.parametrize("unit", ["{},", '"\u0436",'])
def test_a_row_of_very_many_values_is_refused_before_it_is_parsed(name, unit, tmp_path):
    told = read(lay(tmp_path / name, [row_of(["1"]), filled(unit)]))
    assert f"values, more than {MAX_VALUES:,}" in told["error"]
    assert told["where"] == f"{tmp_path / name}, {'line' if name == 'a.jsonl' else 'row'} 2"
    assert told["hint"]


@FORMS
@pytest.mark.parametrize("unit", ["\u0436\u044a ", '\\"'])
def test_the_longest_texts_are_read(name, unit, tmp_path):
    rows = [filled(unit, before='{"text": "', behind='"}')] * 2
    assert "error" not in read(lay(tmp_path / name, rows))


@FORMS
@pytest.mark.parametrize("value", ['{"": 0.5}', '"\u0436\u044a"'])
def test_many_rows_of_as_many_values_as_there_may_be(name, value, tmp_path):
    each = 1 + (value[0] == "{")
    rows = [row_of([value] * (MAX_VALUES // each - 2))] * 8
    assert "error" not in read(lay(tmp_path / name, rows))


@FORMS
def test_more_columns_than_a_file_has_are_refused(name, tmp_path):
    rows = [
        json.dumps({"text": "good"} | {f"{row} {key}": 1.5 for key in range(6_000)})
        for row in range(12)
    ]
    told = read(lay(tmp_path / name, rows))
    assert told["error"] == "there are 12,001 columns, more than 10,000"


def test_a_table_of_very_many_columns_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("\u0436," * 2_700_000 + "text\n", encoding="utf-8")
    assert "columns, more than 10,000" in read(path)["error"]


def test_a_large_list_is_read_row_by_row(tmp_path):
    rows = [json.dumps({"text": f"{n} {'word ' * 3_000}", "label": n % 2}) for n in range(4_500)]
    path = lay(tmp_path / "a.json", rows)
    assert path.stat().st_size > 64 * 2**20
    assert read(path)["rows"] == 4_500


@pytest.mark.parametrize(
    ("text", "said"),
    [("[" + "{}," * 22_000_000 + "{}]", "no row has text|there is no column"),
     ("[" + "1," * 33_000_000 + "1]", "this is a number"),
     ("[" + " " * 66_000_000 + "]", "longer than 8 MiB"),
     ("[" + '{"text": "' + "a" * 66_000_000 + '"}]', "longer than 8 MiB")],
)  # fmt: skip
def test_a_large_list_of_anything_else_is_refused(text, said, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    assert any(part in read(path)["error"] for part in said.split("|"))


def parquet_of(path, columns, **settings):
    """A file of a few kilobytes."""
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table(columns), path, compression="zstd", **settings)
    assert path.stat().st_size < 50_000
    return path


def unpacked(path):
    return read(path, "pyarrow.parquet", "pyarrow.compute")


LARGE = 20_000_000


def once(count):
    """A large text that stands once and is named by many rows."""
    arrow = pytest.importorskip("pyarrow")
    return arrow.DictionaryArray.from_arrays(
        arrow.array([0] * count, arrow.int32()), arrow.array(["a" * LARGE])
    )


def test_a_text_that_many_rows_name_is_refused_with_its_row_and_column(tmp_path):
    path = parquet_of(tmp_path / "a.parquet", {"text": once(400)})
    assert path.stat().st_size < 3_000
    assert unpacked(path) == {
        "error": "the row holds 20,000,000 bytes, more than 8 MiB, most of them in the column "
        "'text'",
        "where": f"{path}, row 1",
        "hint": "leave the column out, or shorten texts that no model could read whole",
    }


@pytest.mark.parametrize("form", ["dictionary", "plain", "list", "struct"])
def test_large_texts_are_refused_wherever_they_stand(form, tmp_path):
    arrow = pytest.importorskip("pyarrow")
    count = 12 if form == "plain" else 400
    more = once(count)
    if form == "plain":
        more = more.dictionary_decode()
    elif form == "list":
        more = arrow.ListArray.from_arrays(arrow.array(range(401), arrow.int32()), more)
    elif form == "struct":
        more = arrow.StructArray.from_arrays([more], ["inner"])
    columns = {"text": ["good"] * count, "more": more}
    path = parquet_of(tmp_path / "a.parquet", columns, store_schema=False)
    told = unpacked(path)
    assert "holds 20,000,0" in told["error"]
    assert "column 'more'" in told["error"]
    assert told["where"] == f"{path}, row 1"


def wide(kind):
    """Columns that unfold to gigabytes without a text in a dictionary."""
    import pyarrow as arrow

    if kind == "texts stored by what differs":
        texts = ["a" * 2_000_000] * 160
        return {"text": texts}, {
            "use_dictionary": False,
            "column_encoding": {"text": "DELTA_BYTE_ARRAY"},
        }
    text = ["good"] * 20
    if kind == "a list of nulls":
        ends = arrow.array([0, 60_000_000] + [60_000_001] * 19, arrow.int32())
        more = arrow.ListArray.from_arrays(ends, arrow.nulls(60_000_001, arrow.int32()))
    elif kind == "bytes of one width":
        more = arrow.array([b"x" * LARGE] * 20, arrow.binary(LARGE))
    else:
        numbers = arrow.nulls(60_000_000, arrow.int8()).fill_null(0)
        more = arrow.FixedSizeListArray.from_arrays(numbers, 3_000_000)
    return {"text": text, "more": more}, {}


@pytest.mark.parametrize(
    "kind",
    ["texts stored by what differs", "a list of nulls", "bytes of one width",
     "lists of one length"],
)  # fmt: skip
def test_what_unfolds_beyond_all_bounds_is_refused(kind, tmp_path):
    pytest.importorskip("pyarrow")
    columns, settings = wide(kind)
    path = parquet_of(tmp_path / "a.parquet", columns, **settings)
    assert unpacked(path) == {
        "error": "the next rows take more than 256 MiB to unpack",
        "where": f"{path}, after row 0",
        "hint": "convert the file to JSON Lines, or write it with shorter texts and smaller pages",
    }


def test_a_row_of_lists_of_nothing_is_refused(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    inner = arrow.ListArray.from_arrays(
        arrow.nulls(6_000_001, arrow.int32()).fill_null(0), arrow.array([], arrow.string())
    )
    ends = arrow.array([n * 300_000 for n in range(21)], arrow.int32())
    columns = {"text": ["good"] * 20, "more": arrow.ListArray.from_arrays(ends, inner)}
    told = unpacked(parquet_of(tmp_path / "a.parquet", columns))
    assert told["error"] == "the row holds 300,002 values, more than 200,000"
    assert told["where"] == f"{tmp_path / 'a.parquet'}, row 1"


def test_rows_of_very_many_columns_are_refused(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(
        arrow.table({f"c{n}": arrow.nulls(3) for n in range(12_000)}), tmp_path / "a.parquet"
    )
    assert unpacked(tmp_path / "a.parquet")["error"] == "there are 12,000 columns, more than 10,000"


def test_very_many_rows_of_nothing_are_read(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    path = parquet_of(tmp_path / "a.parquet", {"text": arrow.nulls(300_000)})
    assert unpacked(path)["error"] == "no row has text"


def test_deep_nesting_is_refused(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    kind, value = arrow.string(), "x"
    for _ in range(90):
        kind, value = arrow.struct([("a", kind)]), {"a": value}
    columns = {"text": ["good"] * 3, "more": arrow.array([value] * 3, kind)}
    told = unpacked(parquet_of(tmp_path / "a.parquet", columns))
    assert "error" not in told or told["hint"]


def test_large_files_of_long_texts_are_read(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    texts = [f"{n} long text " * 15_000 for n in range(300)]
    table = arrow.table({"text": texts, "label": ["a", "b", "c"] * 100})
    parquet.write_table(table, tmp_path / "a.parquet", use_dictionary=False)
    assert unpacked(tmp_path / "a.parquet")["rows"] == 300
