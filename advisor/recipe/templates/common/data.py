"""The user's rows as examples, and their splits.

The test split is judged once, at the end. Every choice is made on the development split.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import path_of


@dataclass(frozen=True)
class Example:
    """One or two input texts, the answer, and the choices of a multiple-choice question."""

    inputs: tuple[str, ...]
    target: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Splits:
    """Examples to train on, to choose by, and to judge by."""

    train: list[Example]
    dev: list[Example]
    test: list[Example]


def read_splits(settings: dict) -> Splits:
    """Read the files and divide the rows; no input stands in two splits."""
    data = settings["data"]
    chance = random.Random(data["seed"])
    train = _without_repeats(read_examples(path_of(data["train"]), data))
    by_label = settings["task"]["metric"] == "accuracy" and not data["choices"]
    if data["evaluation"]:
        test = _without_repeats(read_examples(path_of(data["evaluation"]), data))
        judged = {example.inputs for example in test}
        train = [example for example in train if example.inputs not in judged]
        # Files are often sorted by label, and only so many rows count.
        random.Random(data["seed"]).shuffle(test)
    else:
        test, train = _part(train, data["test_share"], by_label, chance)
    dev, train = _part(train, data["dev_share"], by_label, chance)
    chance.shuffle(train)
    for name, part in (("training", train), ("development", dev), ("test", test)):
        if not part:
            raise SystemExit(f"{data['train']}: no example is left for the {name} split")
    return Splits(train, dev[: data["most_dev"]], test[: data["most_test"]])


def read_examples(path: Path, data: dict) -> list[Example]:
    """The rows that have an input and an answer."""
    examples = []
    for number, row in enumerate(_rows(path), 1):
        try:
            example = example_of(row, data)
        except (KeyError, ValueError, TypeError) as error:
            raise SystemExit(f"{path}, row {number}: {error!r}; see data in config.yaml") from None
        if example.target and any(example.inputs):
            examples.append(example)
    return examples


def example_of(row: dict[str, Any], data: dict) -> Example:
    """The columns of a row that the settings name."""
    inputs = [_text(row[name]) for name in data["text"]]
    if not data["pair"]:
        inputs = ["\n".join(filter(None, inputs))]
    target = _text(row.get(data["label"]))
    if not data["choices"]:
        return Example(tuple(inputs), target)
    names, texts = _choices(row[data["choices"]])
    if target:
        target = texts[_right_one(target, names, texts, data["marked_by"])]
    return Example(tuple(inputs), target, texts)


def _choices(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names (if any) and texts of the choices of a cell."""
    if isinstance(value, str):
        value = json.loads(value)
    if isinstance(value, dict) and "text" in value:
        return tuple(map(_text, value.get("label", ()))), tuple(map(_text, value["text"]))
    if isinstance(value, dict):
        return tuple(value), tuple(map(_text, value.values()))
    named = [item.get("label", item.get("key")) for item in value if isinstance(item, dict)]
    return tuple(map(_text, named)), tuple(map(_text, value))


def _right_one(target: str, names: tuple, texts: tuple, marked_by: str) -> int:
    if marked_by == "name":
        return names.index(target)
    if marked_by == "text":
        return texts.index(target)
    if marked_by == "letter":
        return "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(target.upper())
    return int(target) - (1 if marked_by == "number from 1" else 0)


def _text(value: Any) -> str:
    """A cell as text; of a list or an object with answers the first one counts."""
    if isinstance(value, dict):
        value = value.get("text", "")
    while isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    return "" if value is None else str(value).strip()


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    suffix = path.suffix.lower()
    if not path.is_file():
        raise SystemExit(f"{path}: there is no such file")
    if suffix == ".parquet":
        import pyarrow.parquet

        yield from pyarrow.parquet.read_table(path).to_pylist()
    elif suffix in (".csv", ".tsv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t" if suffix == ".tsv" else ",")
    elif suffix == ".json":
        yield from json.loads(path.read_text(encoding="utf-8-sig"))
    elif suffix == ".jsonl":
        with path.open(encoding="utf-8-sig") as file:
            yield from (json.loads(line) for line in file if line.strip())
    else:
        raise SystemExit(f"{path}: rows are read from .jsonl, .json, .csv, .tsv and .parquet")


def _without_repeats(examples: list[Example]) -> list[Example]:
    """The first example of each input."""
    first: dict[Any, Example] = {}
    for example in examples:
        first.setdefault((example.inputs, example.choices), example)
    return list(first.values())


def _part(
    examples: list[Example], share: float, by_label: bool, chance: random.Random
) -> tuple[list[Example], list[Example]]:
    """A share of the examples, of each label alike, and the rest."""
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.target if by_label else "", []).append(example)
    part, rest = [], []
    for group in groups.values():
        chance.shuffle(group)
        count = round(share * len(group))
        part += group[:count]
        rest += group[count:]
    chance.shuffle(part)
    return part, rest
