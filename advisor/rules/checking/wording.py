"""Boxes of facts in words."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from advisor.facts import FactType
from advisor.facts.showing import show_value
from advisor.rules.checking.space import ABSENT, OTHER_TEXT, Box, Cell, Space


def said(box: Box, space: Space) -> str:
    """The facts that a box narrows, each with the values that it leaves."""
    narrowed = space.narrowing(box)
    return "; ".join(_fact(key, narrowed[key], space) for key in sorted(narrowed))


def _fact(key: str, passed: Iterable[Cell], space: Space) -> str:
    fact_type, cells = space.vocabulary[key], space.cells[key]
    inside = [cell for cell in cells if cell in passed]
    if inside == [ABSENT]:
        return f"no {key}"
    values = [cell for cell in inside if cell is not ABSENT]
    said_values = _numbers(fact_type, values, cells) if fact_type.numeric else _names(values, cells)
    absent = " or absent" if len(values) < len(inside) else ""
    return f"{key} {said_values}{absent}"


def _names(values: Sequence[Cell], cells: Sequence[Cell]) -> str:
    """The choices, or those that are left out where they are fewer."""
    others = [cell for cell in cells if cell not in values and cell is not ABSENT]
    if len(others) < len(values) or OTHER_TEXT in values:
        return "not " + ", ".join(map(_name, others))
    return " or ".join(map(_name, values))


def _name(cell: Cell) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _numbers(fact_type: FactType, values: Sequence[Cell], cells: Sequence[Cell]) -> str:
    return " or ".join(_runs(fact_type, values, [cell for cell in cells if cell is not ABSENT]))


def _runs(fact_type: FactType, values: Sequence[Cell], cells: Sequence[Cell]) -> Iterator[str]:
    """Each run of neighbouring cells as one interval."""

    def shown(cell: Cell) -> str:
        return show_value(fact_type, cell)  # type: ignore[arg-type]

    for inside, run in itertools.groupby(range(len(cells)), key=lambda n: cells[n] in values):
        places = list(run)
        if not inside:
            continue
        first, after = places[0], places[-1] + 1
        if first == 0 and after == len(cells):
            yield "any"
        elif first == 0:
            yield f"below {shown(cells[after])}"
        elif after == len(cells):
            yield f"{shown(cells[first])} or more"
        else:
            yield f"from {shown(cells[first])} to below {shown(cells[after])}"
