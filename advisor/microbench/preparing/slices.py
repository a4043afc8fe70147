"""A part of a user's file as examples, each with the place that it stands at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from advisor.microbench.preparing.choices import Marking
from advisor.microbench.records import Example
from advisor.profilers import Columns, fingerprint


@dataclass(frozen=True)
class Slice:
    """Examples of one file, in its order, with no input twice.

    Attributes:
        path: the file.
        unit: what a place counts, "line" or "row".
        examples: the rows that were kept.
        places: where each of them stands, from 1.
        columns: the columns that were read.
        marking: how the label marks the right choice; None unless it is multiple choice.
        notes: sentences that a person should see.
    """

    path: Path
    unit: str
    examples: tuple[Example, ...]
    places: tuple[int, ...]
    columns: Columns
    marking: Marking | None = None
    notes: tuple[str, ...] = ()

    def where(self, number: int) -> str:
        """The file and the line or row of an example, for error messages."""
        return f"{self.path}, {self.unit} {self.places[number]}"

    def labels(self) -> Counter[str]:
        """How many examples have each target."""
        return Counter(example.target for example in self.examples)


def input_mark(example: Example) -> int:
    """A hash that is the same for inputs which differ in case and white space alone.

    The same question with the same choices in another order is the same input, too.
    """
    return fingerprint([*example.inputs, *sorted(example.choices)])


def first_of_each(examples: Sequence[Example]) -> tuple[list[int], int]:
    """The numbers of the examples that repeat no earlier input, and how many inputs contradict.

    An input contradicts itself if it comes back with another target.
    """
    first: dict[int, int] = {}
    contradicting: set[int] = set()
    for number, example in enumerate(examples):
        mark = input_mark(example)
        kept = first.setdefault(mark, number)
        if example.target != examples[kept].target:
            contradicting.add(mark)
    return list(first.values()), len(contradicting)
