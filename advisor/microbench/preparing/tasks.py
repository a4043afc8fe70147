"""Which task the examples are, and by which route a model of an architecture answers it."""

from __future__ import annotations

from advisor.catalogue import preparation
from advisor.microbench.preparing.checks import (
    require_labels,
    require_numbers,
    require_plain_labels,
    require_rows,
    sorted_labels,
)
from advisor.microbench.preparing.slices import Slice
from advisor.microbench.records import Metric, Route, Task
from advisor.profilers import Columns, Labels, Lengths, Shape, guess_task
from advisor.support import AdvisorError, did_you_mean

_LABELLED = ("classification", "nli_pair")


def choose_task(
    task_type: str | None, architecture: str, train: Slice, evaluation: Slice | None = None
) -> Task:
    """The task, its route and its metric, with everything checked that could spoil a run.

    Code is scored by exact match with the reference; no tests are run.

    Args:
        task_type: as the fact ``task.type``; guessed from the columns and labels if None.
        architecture: as the fact ``model.architecture``.
        train: the training examples.
        evaluation: those of the user's evaluation file, if there is one.

    Raises:
        AdvisorError: if there is no such route, the task cannot be guessed, there are too few
            rows, one label or too many, or a target of a regression is no finite number.
    """
    require_rows(train, evaluation)
    type_ = task_type or _guess(train)
    route = _route(type_, architecture)
    _require_choices(type_, train)
    task = Task(
        type=type_,
        architecture=architecture,
        route=route,
        metric=Metric(preparation().metrics[type_]),
        labels=sorted_labels(train.labels()) if type_ in _LABELLED else (),
    )
    for part in filter(None, (train, evaluation)):
        if type_ == "regression":
            require_numbers(part)
    if task.labels:
        require_labels(task, train, evaluation)
    return task


class _Counts:
    """What the guess reads of the examples."""

    def __init__(self, train: Slice) -> None:
        self.columns: Columns = train.columns
        self.rows = len(train.examples)
        self.labels = Labels()
        self.output_words = Lengths()
        for place, example in zip(train.places, train.examples, strict=True):
            self.labels.add(example.target, place)
            self.output_words.add(len(example.target.split()))


def _guess(train: Slice) -> str:
    counts = _Counts(train)
    guess = guess_task(counts)
    if guess is None:
        if counts.columns.label is not None:
            require_plain_labels(train)
        raise AdvisorError(
            "the columns do not tell what kind of task it is",
            where=str(train.path),
            hint=f"say it: --set task.type=classification, or one of {_known_types()}",
        )
    return guess[0]


def _route(type_: str, architecture: str) -> Route:
    table = preparation()
    if architecture not in table.routes:
        raise AdvisorError(
            f"there is no architecture {architecture!r}",
            where="model.architecture",
            hint=f"{did_you_mean(architecture, table.routes)} "
            f"known are {', '.join(table.routes)}".strip(),
        )
    if type_ not in table.metrics and type_ not in table.refused:
        raise AdvisorError(
            f"there is no task type {type_!r}",
            where="task.type",
            hint=f"{did_you_mean(type_, table.metrics)} known are {_known_types()}".strip(),
        )
    route = table.routes[architecture].get(type_)
    if route is None:
        refusal = table.refused.get(type_) or table.refused[architecture]
        raise AdvisorError(
            f"{type_} ({architecture}): {refusal.reason}",
            where="task.type",
            hint=refusal.hint,
        )
    return Route(route)


def _known_types() -> str:
    return ", ".join(preparation().metrics)


def _require_choices(type_: str, train: Slice) -> None:
    """Only multiple choice has choices, and it cannot do without."""
    has_choices = train.columns.shape is Shape.CHOICES
    if has_choices == (type_ == "multiple_choice"):
        return
    if has_choices:
        raise AdvisorError(
            f"each row has a list of choices, so the task is multiple_choice and not {type_}",
            where=str(train.path),
            hint="name the text columns without the choices, or --set task.type=multiple_choice",
        )
    raise AdvisorError(
        "no column with a list of choices was found",
        where=str(train.path),
        hint='multiple_choice needs rows such as {"question": "...", "choices": ["...", "..."], '
        '"answer": 0}',
    )
