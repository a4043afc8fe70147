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
@pytest.mark.parametrize("unit", ["\u0436\u044a ", "\U0001f600", '\\"', "[,"])
def test_the_longest_texts_are_read(name, unit, tmp_path):
    rows = [filled(unit, before='{"text": "', behind='"}')] * 2
    assert "error" not in read(lay(tmp_path / name, rows))


@FORMS
@pytest.mark.parametrize("value", ["{}", '{"": 0.5}', '"\u0436\u044a"'])
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
