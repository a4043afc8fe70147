"""What must hold of the examples before a model is trained on them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from advisor.catalogue import preparation
from advisor.microbench.preparing.slices import Slice
from advisor.microbench.records import Task
from advisor.profilers import is_number
from advisor.support import AdvisorError, excerpt

_LISTED = 10
_TWO = 2


def sorted_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels in one order for the same set: by size if all are numbers, else by spelling."""
    listed = sorted(labels)
    if all(is_number(label) and math.isfinite(float(label)) for label in listed):
        listed.sort(key=float)
    return tuple(listed)


def named(labels: Iterable[str]) -> str:
    """Labels for a message, the first ones of many."""
    listed = list(labels)
    shown = ", ".join(repr(excerpt(label, 40)) for label in listed[:_LISTED])
    more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    return ("labels " if len(listed) > 1 else "label ") + shown + more


def require_rows(train: Slice, evaluation: Slice | None) -> None:
    """Raise AdvisorError, with the number needed, unless there are enough examples to split."""
    least = preparation().least_rows
    parts = [f"{least.train} to train on", f"{least.dev} to choose by"]
    needed = least.train + least.dev
    if evaluation is None:
        needed += least.test
        parts.append(f"{least.test} to judge by")
    found = [(train, needed, ", ".join(parts))]
    if evaluation is not None:
        found.append((evaluation, least.test, "to judge by"))
    for part, number, purpose in found:
        if len(part.examples) < number:
            raise AdvisorError(
                f"{_examples(len(part.examples))} with different inputs are too few for a "
                f"micro-benchmark: it needs {number} ({purpose})",
                where=str(part.path),
                hint="label more rows; advisor advise answers without any",
            )


def require_numbers(part: Slice) -> None:
    """Raise AdvisorError, with its place, for a target that is not a finite number."""
    for number, example in enumerate(part.examples):
        if not is_number(example.target) or not math.isfinite(float(example.target)):
            raise AdvisorError(
                f"the target {excerpt(example.target, 40)!r} is not a finite number, as a "
                "regression needs",
                where=part.where(number),
                hint="leave a missing target empty; with words for labels it is a classification",
            )
    if len({float(example.target) for example in part.examples}) == 1:
        raise AdvisorError(
            "every row has the same target, so there is nothing to learn or to correlate with",
            where=str(part.path),
            hint="check the label column",
        )


def require_plain_labels(part: Slice) -> None:
    """Raise AdvisorError for the defects of a label column that hide which task it is."""
    _require_two(part)
    words = [n for n, example in enumerate(part.examples) if not is_number(example.target)]
    if 0 < len(words) <= preparation().stray_share * len(part.examples):
        shown = excerpt(part.examples[words[0]].target, 40)
        raise AdvisorError(
            f"nearly all labels are numbers, but {len(words):,} of {len(part.examples):,} are not, "
            f"such as {shown!r}",
            where=part.where(words[0]),
            hint="for a regression leave these targets empty; else say what it is: "
            "--set task.type=classification",
        )


def _require_two(part: Slice) -> None:
    labels = sorted_labels(part.labels())
    if len(labels) < _TWO:
        raise AdvisorError(
            f"one class only: every row has the {named(labels)}",
            where=str(part.path),
            hint="a file needs rows of at least two classes; check the label column",
        )


def require_labels(task: Task, train: Slice, evaluation: Slice | None) -> None:
    """Raise AdvisorError unless the labels make a choice that can be learned and judged."""
    for part in filter(None, (train, evaluation)):
        _require_two(part)
    most = preparation().most_labels[task.route.value]
    if len(task.labels) > most:
        raise AdvisorError(
            f"{len(task.labels):,} classes are too many for a micro-benchmark "
            f"({task.architecture}): at most {most} are taken",
            where=str(train.path),
            hint="check the label column, or leave out rare labels",
        )


def require_known(labels: Iterable[str], evaluation: Slice) -> None:
    """Raise AdvisorError for labels to be judged by which nothing was trained on."""
    unknown = sorted_labels(evaluation.labels().keys() - set(labels))
    if unknown:
        stand = "stand" if len(unknown) > 1 else "stands"
        raise AdvisorError(
            f"the {named(unknown)} {stand} in the evaluation file but not in the training file",
            where=str(evaluation.path),
            hint="add training rows of that label, or leave these rows out; a large training file "
            "is sampled, and a very rare label may be missed",
        )


def _examples(count: int) -> str:
    return f"{count:,} example" + ("" if count == 1 else "s")
