"""What must not grow or vary: memory, imports, and facts under another order of rows."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.profilers.data import profile_data
from advisor.profilers.data.nearduplicates import Fingerprints, NearDuplicates
from advisor.support.errors import AdvisorError

HEAVY = ("numpy", "pandas", "pyarrow", "torch", "datasets", "transformers", "tokenizers")


def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Fingerprints.__init__, "__defaults__", (1000,))
    monkeypatch.setattr(NearDuplicates.__init__, "__defaults__", (200,))
    peaks = []
    for rows in (6_000, 18_000):
        path = tmp_path / f"{rows}.jsonl"
        with path.open("w", encoding="utf-8") as stream:
            for n in range(rows):
                stream.write(f'{{"text": "row {n} of a long file", "label": {n % 5}}}\n')
        tracemalloc.start()
        profile_data(path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < 12 * 2**20
    assert peaks[1] < 1.3 * peaks[0]


@pytest.mark.slow
def test_memory_stays_bounded_on_a_stream_of_many_rows(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("text,label\n")
        for n in range(300_000):
            stream.write(f'"row {n}, one of a very long file",{n % 5}\n')
    tracemalloc.start()
    profile = profile_data(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert profile.facts[0].value == 300_000
    assert peak < 96 * 2**20


def test_only_parquet_and_tokenizers_import_heavy_libraries(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a b c", "label": 1}\n' * 3, encoding="utf-8")
    (tmp_path / "a.csv").write_text("text,label\na b c,1\nd e f,2\n", encoding="utf-8")
    program = (
        "import sys; from advisor.profilers.data import profile_data\n"
        "for name in sys.argv[1:3]: profile_data(name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "a.jsonl"), str(tmp_path / "a.csv")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.text(max_size=40) | st.none(),
            "label": st.sampled_from(["a", "b", "c", "", None, 1, 2.5, True]),
        }
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_change_the_facts(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]], seed: int
) -> None:
    path = tmp_path_factory.mktemp("d") / "a.jsonl"
    outcomes = []
    other_order = random.Random(seed).sample(rows, len(rows))
    for shuffled in (rows, other_order):
        path.write_text("".join(json.dumps(r) + "\n" for r in shuffled), encoding="utf-8")
        try:
            found = profile_data(path, text_columns=["text"], label_column="label")
            outcomes.append(str(found.facts))
        except AdvisorError as error:
            outcomes.append(error.message)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.json", "a.csv", "a.tsv", "a.txt", "a.jsonl.gz", "a.dat"]
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    raw=st.binary(max_size=200)
    | st.text('{}[]":,\t\n\r;| ab\u00e91.e-', max_size=80).map(str.encode)
    | st.lists(
        st.dictionaries(
            st.sampled_from(["text", "label", "messages", "tokens", "answer", "question", "x"]),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["role", "content", "text", "k"]), inner)
                ),
                max_leaves=6,
            ),
        ),
        max_size=6,
    ).map(lambda rows: "\n".join(json.dumps(row) for row in rows).encode())
)
def test_no_bytes_at_all_raise_anything_but_an_advisor_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, raw: bytes
) -> None:
    path = tmp_path_factory.mktemp("d") / name
    path.write_bytes(raw)
    try:
        profile = profile_data(path, eval_data=path)
    except AdvisorError as error:
        assert error.message
        return
    assert profile.facts
