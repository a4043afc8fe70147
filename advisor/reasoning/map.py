"""A decision map: the answer at each point of a grid over two numbers, everything else as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.decide import Gist, Number
from advisor.facts import FactType, read_value
from advisor.reasoning.case import Case
from advisor.support import AdvisorError

DEFAULT_AXES = ("model.parameters", "data.train_examples")
_DECADES = 3
"""Powers of ten that the map reaches on either side of the project."""
_ACROSS, _UP = 10, 4
"""Points for each power of ten."""
_LEAST = 1e-3
"""Where a logarithmic axis begins at the lowest, for facts that can be zero."""


@dataclass(frozen=True, slots=True)
class PlacedAxis:
    """One number of a map: its values, rising, and the place of the present one, if it is known."""

    key: str
    values: tuple[Number, ...]
    here: int | None


@dataclass(frozen=True, slots=True)
class DecisionMap:
    """Answers over two numbers.

    Attributes:
        across, up: the two facts.
        outcomes: a row for each value of `up`, in each an answer for each value of `across`; None
            where the values contradict other facts.
    """

    across: PlacedAxis
    up: PlacedAxis
    outcomes: tuple[tuple[Gist | None, ...], ...]


def draw_map(case: Case, x: str, y: str) -> DecisionMap:
    """Judge every point of the grid.

    Args:
        case: the project.
        x: the fact across.
        y: the fact upwards.

    Raises:
        AdvisorError: if one of them is no number that a user can state, or both are the same.
    """
    across, up = (_axis(case, key, steps) for key, steps in ((x, _ACROSS), (y, _UP)))
    if x == y:
        raise AdvisorError("a map needs two different facts", where=f"{x},{y}")
    rows = tuple(
        tuple(case.outcome({x: right, y: high}) for right in across.values) for high in up.values
    )
    return DecisionMap(across, up, rows)


def _axis(case: Case, key: str, steps: int) -> PlacedAxis:
    fact_type = case.facts.vocabulary.require(key, where="a map")
    if not fact_type.numeric or fact_type.inputs:
        raise AdvisorError(
            f"{key} is no number that can be stated, so there is no axis for it",
            where="a map",
            hint=f"the default is {','.join(DEFAULT_AXES)}",
        )
    now = case.facts.number(key)
    centre = now or read_value(fact_type, fact_type.example, where=key)
    assert isinstance(centre, (int, float))  # noqa: S101 - examples of numbers are numbers
    values = _values(fact_type, centre, steps)
    if now is not None:
        values = sorted({*values, now})
    return PlacedAxis(key, tuple(values), None if now is None else values.index(now))


def _values(fact_type: FactType, centre: Number, steps: int) -> Sequence[Number]:
    """Values around a centre in even ratios, within what is possible."""
    low, high = fact_type.range or (_LEAST, centre * 10**_DECADES)
    places = range(-_DECADES * steps, _DECADES * steps + 1)
    values: list[Number] = [centre * 10 ** (place / steps) if place else centre for place in places]
    if fact_type.integer:
        values = [round(value) for value in values]
    return sorted({value for value in values if max(low, _LEAST) <= value <= high})
