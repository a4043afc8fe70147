"""Training, development and test rows, each stratified and of a stated size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from advisor.catalogue import preparation
from advisor.microbench.preparing.checks import named, require_known, sorted_labels
from advisor.microbench.preparing.slices import Slice, input_mark
from advisor.microbench.records import Example, Splits, Task
from advisor.profilers import rows
from advisor.support import AdvisorError


class SplitSizes(NamedTuple):
    """Examples of each split."""

    train: int
    dev: int
    test: int


def fitting(sizes: SplitSizes, count: int) -> SplitSizes:
    """The sizes that ``count`` rows allow, no more than the table's share of them to judge by."""
    asked = sum(sizes)
    if count >= asked:
        return sizes
    least = least_sizes(sizes)
    learning = sizes.train + sizes.dev
    share = min(sizes.test / asked, preparation().test_share)
    test = min(sizes.test, max(least.test, int(share * count), count - learning))
    dev = min(sizes.dev, max(least.dev, (count - test) * sizes.dev // learning))
    return SplitSizes(min(sizes.train, count - dev - test), dev, test)


def least_sizes(sizes: SplitSizes) -> SplitSizes:
    """The table's minimum, or what was asked for where that is less."""
    least = preparation().least_rows
    return SplitSizes(*map(min, sizes, (least.train, least.dev, least.test)))


def sizes_of(splits: Splits) -> SplitSizes:
    """The sizes that the splits have."""
    return SplitSizes(len(splits.train), len(splits.dev), len(splits.test))


_ALL = ""


class Strata:
    """The examples of each stratum in random order, to be taken out part by part.

    Strata are labels, or for a regression equal parts by the size of the number; other tasks have
    a single one.
    """

    def __init__(self, task: Task, examples: Sequence[Example], random: Random) -> None:
        self._groups = _groups(task, examples)
        for name in self._groups:
            random.shuffle(self._groups[name])
        self.rare = tuple(
            name
            for name, group in self._groups.items()
            if task.labels and len(group) < preparation().least_rows_of_label
        )

    def take(self, count: int, *, leave: int = 0) -> tuple[Example, ...]:
        """Take up to ``count`` examples, so that every prefix of them is fair (see `fair_order`).

        Args:
            count: how many.
            leave: how many each stratum has to keep; a rare one then keeps all.
        """
        sizes = {name: len(group) for name, group in self._groups.items()}
        most = {
            name: 0 if leave and name in self.rare else max(size - leave, 0)
            for name, size in sizes.items()
        }
        order = fair_order(sizes, most)
        return tuple(self._groups[name].pop() for name, _ in zip(order, range(count), strict=False))


def fair_order(sizes: Mapping[str, int], most: Mapping[str, int]) -> Iterator[str]:
    """Names in an order in which every prefix holds them in the shares of ``sizes``.

    First each name stands once, the largest first; then comes the one that lags furthest behind
    its share, until each stands there ``most`` times.
    """
    left = {name: count for name, count in most.items() if count > 0}
    total = sum(sizes[name] for name in left)
    taken = dict.fromkeys(left, 0)
    first = iter(sorted(left, key=lambda name: -sizes[name]))
    for length in range(1, sum(left.values()) + 1):
        name = next(first, None)
        if name is None:
            name = max(left, key=lambda n: sizes[n] * length - taken[n] * total)
        yield name
        taken[name] += 1
        if taken[name] == most[name]:
            del left[name]


def _groups(task: Task, examples: Sequence[Example]) -> dict[str, list[Example]]:
    if task.type == "regression":
        return _bins(examples)
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.target if task.labels else _ALL].append(example)
    return dict(sorted(groups.items()))


def _bins(examples: Sequence[Example]) -> dict[str, list[Example]]:
    ordered = sorted(examples, key=lambda example: float(example.target))
    bins = max(1, min(preparation().regression_bins, len(ordered) // 3))
    edges = [len(ordered) * number // bins for number in range(bins + 1)]
    return {str(number): ordered[edges[number] : edges[number + 1]] for number in range(bins)}


@dataclass(frozen=True)
class Split:
    """The splits and what there is to say about them.

    Attributes:
        splits: the examples.
        overlapping: examples of the evaluation file whose input stands in the training file, too;
            they were not trained on. Both counts are of the examples that were read.
        evaluated: examples of the evaluation file; 0 if there is none.
        notes: sentences that a person should see.
    """

    splits: Splits
    overlapping: int
    evaluated: int
    notes: tuple[str, ...]

    @property
    def overlap(self) -> float:
        """The share of the evaluation examples that stand in the training file."""
        return self.overlapping / self.evaluated if self.evaluated else 0.0


def split(
    task: Task, train: Slice, evaluation: Slice | None, sizes: SplitSizes, seed: int
) -> Split:
    """Divide the examples; the order within each split is such that its prefixes are fair.

    The test split comes from the evaluation file if there is one, else out of the training file;
    the development split always comes out of the training file. Where there are fewer rows than
    ``sizes`` asks for, development and test keep their share of them, but no less than the table's
    minimum, and training gets the rest. Labels with fewer than three rows are only trained on.

    Args:
        task: by whose labels or numbers the splits are stratified.
        train: examples of the training file, no input twice.
        evaluation: examples of the evaluation file.
        sizes: how many of each are wanted.
        seed: of the drawing.

    Raises:
        AdvisorError: if there are too few rows, or a label to judge by is not trained on.
    """
    random = Random(seed)  # noqa: S311 - a split, no secret
    judged = {input_mark(example) for example in evaluation.examples} if evaluation else set()
    left = [example for example in train.examples if input_mark(example) not in judged]
    strata = Strata(task, left, random)
    if evaluation is None:
        wanted = fitting(sizes, len(left))
        test = strata.take(wanted.test, leave=2)
    else:
        wanted = fitting(sizes._replace(test=0), len(left))
        test = Strata(task, evaluation.examples, random).take(sizes.test)
    dev = strata.take(wanted.dev, leave=1)
    splits = Splits(train=strata.take(wanted.train), dev=dev, test=test)
    _require_enough(splits, sizes, train)
    _require_labels(task, splits, train, evaluation)
    overlapping = len(train.examples) - len(left)
    notes = _notes(task, splits, sizes, strata.rare, overlapping)
    return Split(
        splits=splits,
        overlapping=overlapping,
        evaluated=len(evaluation.examples) if evaluation else 0,
        notes=tuple(notes),
    )


def _require_enough(splits: Splits, sizes: SplitSizes, train: Slice) -> None:
    purposes = ("to train on", "to choose by", "to judge by")
    for found, least, purpose in zip(sizes_of(splits), least_sizes(sizes), purposes, strict=True):
        if found < least:
            raise AdvisorError(
                f"{found:,} of at least {least} examples are left {purpose}",
                where=str(train.path),
                hint="label more rows; rows that also stand in the evaluation file are not "
                "trained on, and rare labels neither chosen nor judged by",
            )


def _require_labels(task: Task, splits: Splits, train: Slice, evaluation: Slice | None) -> None:
    if not task.labels:
        return
    if evaluation is not None:
        require_known(task.labels, evaluation)
    lacking = _lacking(task, splits.train)
    if lacking:
        raise AdvisorError(
            f"the {named(lacking)} would be missing in the training split of "
            f"{len(splits.train):,} examples",
            where=str(train.path),
            hint="add rows of that label, or leave it out; rows that also stand in the evaluation "
            "file are not trained on",
        )


def _lacking(task: Task, part: tuple[Example, ...]) -> tuple[str, ...]:
    return sorted_labels(set(task.labels) - {example.target for example in part})


def _notes(
    task: Task, splits: Splits, sizes: SplitSizes, rare: tuple[str, ...], overlapping: int
) -> Iterator[str]:
    if overlapping:
        yield (
            f"{rows(overlapping)} of the training file also stand in the evaluation file and are "
            "not trained on."
        )
    found = sizes_of(splits)
    if found != sizes:
        yield (
            f"{found.train:,} examples to train on, {found.dev:,} to choose by and {found.test:,} "
            f"to judge by; {sizes.train:,}, {sizes.dev:,} and {sizes.test:,} were asked for."
        )
    if rare:
        yield f"Too rare to be spared for choosing or judging: {named(rare)}."
    for name, part in (("development", splits.dev), ("test", splits.test)):
        lacking = [label for label in _lacking(task, part) if label not in rare]
        if lacking:
            yield f"No example in the {name} split, so no score tells about it: {named(lacking)}."
