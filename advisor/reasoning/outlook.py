"""What the report of a run says would change it: flip points, choices, what to find out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.decide import Number, Status
from advisor.facts import Fact, plain_value
from advisor.reasoning.case import Case
from advisor.reasoning.flips import Stretch, along, among_all
from advisor.reasoning.record import outcome_entry, worth_entry
from advisor.reasoning.worth_knowing import cheapest
from advisor.report import ChoiceOutlook, Flip, NumberOutlook, Outlook
from advisor.rules import Engine

_MOST = 700
"""Judged changes after which no further number is followed that estimates are computed from."""
NUMBERS = (
    "data.train_examples",
    "model.parameters",
    "hardware.accelerator_memory_gib",
    "deployment.tasks_per_base",
    "quality.tolerance_points",
)
"""The numbers that users ask about most; `advisor whatif` follows the others as well."""


def outlook_of(stated: Sequence[Fact], engine: Engine, *, quick: bool = False) -> Outlook | None:
    """The `outlook_of` of a run file.

    Args:
        stated: the facts of the project, defaults and estimates left out.
        engine: the compiled rules.
        quick: whether facts that estimates are computed from are left out, which takes
            milliseconds instead of up to some seconds.

    Returns:
        None if `quick` and the answer is undetermined, since exact bounds take too long then.
    """
    case = Case(stated, engine)
    now = case.outcome()
    assert now is not None  # noqa: S101 - a case whose facts contradict each other is refused
    undetermined = now.status is Status.UNDETERMINED
    if quick and undetermined:
        return None
    worth = cheapest(case, quick=quick)
    if undetermined:
        # Exact bounds for every value would take long, and what is unknown comes first.
        found = None if worth is None else worth_entry(worth, case)
        return Outlook(numbers=[], choices=[], find_out=found, complete=False)
    numbers = list(_numbers(case, quick=quick))
    followed = {one.fact for one in numbers}
    return Outlook(
        numbers=numbers,
        choices=[
            ChoiceOutlook(fact=one.key, value=plain_value(value), **outcome_entry(outcome))
            for one in among_all(case, quick=quick)
            for value, outcome in one.outcomes.items()
            if outcome not in (None, now)
        ],
        find_out=None if worth is None else worth_entry(worth, case),
        complete=followed == {key for key in NUMBERS if case.facts.number(key) is not None}
        and not quick,
    )


def _numbers(case: Case, *, quick: bool) -> Iterator[NumberOutlook]:
    for key in NUMBERS:
        now = case.facts.number(key)
        # Where facts are unknown, estimates reach values that only slow exact bounds tell apart.
        stop = quick or case.open or case.judged > _MOST
        if now is None or (stop and not case.stands_apart(key)):
            continue
        low, high = case.facts.vocabulary[key].range or (now, now)
        parts = along(case, key, low, high)
        here = next(n for n, part in enumerate(parts) if part.low <= now <= part.high)
        yield NumberOutlook(
            fact=key,
            now=now,
            below=_flip(parts[:here], -1),
            above=_flip(parts[here + 1 :], 0),
        )


def _flip(parts: Sequence[Stretch], place: int) -> Flip | None:
    """The nearest value of other stretches, those left out that nobody can have."""
    possible = [part for part in parts if part.outcome is not None]
    if not possible:
        return None
    value: Number = possible[place].high if place else possible[place].low
    return Flip(value=value, **outcome_entry(possible[place].outcome))
