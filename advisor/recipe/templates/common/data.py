"""The user's rows as examples, and their splits.

The test split is judged once, at the end. Every choice is made on the development split.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cells import answer_of, choices_of, right_one, text_of
from rows import require_columns, rows_of
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
    data, metric = settings["data"], settings["task"]["metric"]
    chance = random.Random(data["seed"])
    train = _without_repeats(read_examples(path_of(data["train"]), data))
    by_label = metric == "accuracy" and not data["choices"]
    if data["evaluation"]:
        test = _without_repeats(read_examples(path_of(data["evaluation"]), data))
        judged = set(map(_asked, test))
        train = [example for example in train if _asked(example) not in judged]
        # Files are often sorted by label, and only so many rows count.
        random.Random(data["seed"]).shuffle(test)
        test = test[: data["most_test"]]
    else:
        test, train = _part(train, data["test_share"], data["most_test"], by_label, chance)
    dev, train = _part(train, data["dev_share"], data["most_dev"], by_label, chance)
    chance.shuffle(train)
    parts = {"training": train, "development": dev, "test": test}
    for name, part in parts.items():
        if not part:
            raise SystemExit(f"{data['train']}: no example is left for the {name} split")
    _require_answers(parts, by_label=by_label, numbers=metric == "pearson")
    return Splits(train, dev, test)


def read_examples(path: Path, data: dict) -> list[Example]:
    """The rows that have an input and an answer."""
    rows, examples = rows_of(path), []
    require_columns(path, rows, columns_of(data))
    for number, row in enumerate(rows, 1):
        try:
            example = example_of(row, data)
        except (ValueError, TypeError) as error:
            raise SystemExit(f"{path}, row {number}: {error}; see data in config.yaml") from None
        if example.target and any(example.inputs):
            examples.append(example)
    return examples


def labels_of(examples: list[Example]) -> list[str]:
    """The labels of examples in one order: by size if all are numbers, else by spelling."""
    labels = sorted({example.target for example in examples})
    return sorted(labels, key=float) if all(map(_is_number, labels)) else labels


def answers_of(examples: list[Example]) -> list[Any]:
    """The right answers; of choices the places, as choices differ by question."""
    return [e.choices.index(e.target) if e.choices else e.target for e in examples]


def columns_of(data: dict, *, asked: bool = False) -> list[str]:
    """The columns that the settings name; without that of the label where a row is only asked."""
    return [*data["text"], *filter(None, [data["choices"], None if asked else data["label"]])]


def example_of(row: dict[str, Any], data: dict) -> Example:
    """The columns of a row that the settings name; one that is missing is empty."""
    inputs = [text_of(row.get(name)) for name in data["text"]]
    if not data["pair"]:
        inputs = ["\n".join(filter(None, inputs))]
    target = answer_of(row.get(data["label"]))
    if not data["choices"]:
        return Example(tuple(inputs), target)
    names, texts = choices_of(row.get(data["choices"]))
    if target:
        target = texts[right_one(target, names, texts, data["marked_by"])]
    return Example(tuple(inputs), target, texts)


def _asked(example: Example) -> Any:
    """What two examples that ask the same have in common."""
    return example.inputs, example.choices


def _without_repeats(examples: list[Example]) -> list[Example]:
    """The first example of each input."""
    first: dict[Any, Example] = {}
    for example in examples:
        first.setdefault(_asked(example), example)
    return list(first.values())


def _part(
    examples: list[Example], share: float, most: int, by_label: bool, chance: random.Random
) -> tuple[list[Example], list[Example]]:
    """A share of the examples, of each label alike but ``most`` at most, and the rest."""
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
    return part[:most], rest + part[most:]


def _require_answers(parts: dict[str, list[Example]], *, by_label: bool, numbers: bool) -> None:
    """Stop before training at an answer that could not be judged after it."""
    known = {example.target for example in parts["training"]}
    for name, part in parts.items():
        for target in {example.target: None for example in part}:
            if by_label and target not in known:
                raise SystemExit(
                    f"the label {target!r} of the {name} split stands in no training row"
                )
            if numbers and not _is_number(target):
                raise SystemExit(f"the label {target!r} of the {name} split is no number")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
