"""Three disjoint, stratified splits: to train on, to choose by, and to judge by, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from advisor.microbench.preparing.checks import named, require_known, sorted_labels
from advisor.microbench.preparing.sizes import SplitSizes, fitting, least_sizes, sizes_of
from advisor.microbench.preparing.slices import Slice, input_mark
from advisor.microbench.preparing.strata import Strata
from advisor.microbench.spec import Example, Splits, Task
from advisor.profilers.data.notes import rows
from advisor.support.errors import AdvisorError


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
