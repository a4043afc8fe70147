"""The greatest sum of rule effects over all values of unknown facts, by variable elimination.

Each undetermined rule is a table over the cells of the unknown facts that it reads. One fact after
the other is eliminated: the tables that name it are added up and replaced by their best over its
cells. What a fact does in two rules at once is so counted together, which bounds taken rule by rule
miss (Dechter 1999, Bucket elimination: a unifying framework for reasoning).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Combination = tuple[int, ...]
LARGEST_TABLE = 30_000
"""Entries of a table above which elimination is given up for the sum of single bounds."""


class ShareTable(NamedTuple):
    """What one rule adds for each combination of cells; those left out add nothing."""

    keys: tuple[str, ...]
    entries: Mapping[Combination, float]


class Greatest(NamedTuple):
    """The greatest sum.

    Attributes:
        total: the sum, or an upper bound of it where it is not exact.
        cells: for each fact the cell that gives the sum; empty where it is not exact.
        exact: whether some cells really give the sum.
    """

    total: float
    cells: dict[str, int]
    exact: bool


class _Step(NamedTuple):
    """A fact that has been eliminated: its best cell for each point of its neighbours."""

    key: str
    scope: tuple[str, ...]
    best: dict[Combination, int]


def greatest(tables: Sequence[ShareTable], sizes: Mapping[str, int]) -> Greatest:
    """The greatest sum of the tables over all cells.

    Args:
        tables: effects over cells.
        sizes: how many cells each fact has.
    """
    kinds = {key: _kinds(key, tables, size) for key, size in sizes.items()}
    rest = [_merged(table, kinds) for table in tables]
    counts = {key: len(cells) for key, cells in kinds.items()}
    steps: list[_Step] = []
    while facts := {key for table in rest for key in table.keys}:
        costs = {key: _cost(key, rest, counts) for key in sorted(facts)}
        key = min(costs, key=lambda one: costs[one])
        if costs[key] > LARGEST_TABLE:
            total = math.fsum(_most(table, sizes) for table in tables)
            return Greatest(total, {}, exact=False)
        joined = [table for table in rest if key in table.keys]
        rest = [table for table in rest if key not in table.keys]
        table, step = _eliminated(key, joined, counts)
        rest.append(table)
        steps.append(step)
    total = math.fsum(table.entries.get((), 0) for table in rest)
    cells = {key: kinds[key][cell] for key, cell in _traced(steps).items()}
    return Greatest(total, cells, exact=True)


def _kinds(key: str, tables: Sequence[ShareTable], size: int) -> list[int]:
    """One cell of each kind: cells that add the same in every table are of one kind."""
    added: list[list[tuple[int, Combination, float]]] = [[] for _ in range(size)]
    for number, table in enumerate(tables):
        if key in table.keys:
            place = table.keys.index(key)
            for point, effect in table.entries.items():
                rest = (*point[:place], *point[place + 1 :])
                added[point[place]].append((number, rest, effect))
    first = {frozenset(found): cell for cell, found in reversed(list(enumerate(added)))}
    return sorted(first.values())


def _merged(table: ShareTable, kinds: Mapping[str, list[int]]) -> ShareTable:
    """The table over kinds of cells."""
    places = [{cell: place for place, cell in enumerate(kinds[key])} for key in table.keys]
    entries = {
        tuple(place[cell] for place, cell in zip(places, point, strict=True)): effect
        for point, effect in table.entries.items()
        if all(cell in place for place, cell in zip(places, point, strict=True))
    }
    return ShareTable(table.keys, entries)


def _cost(key: str, tables: Sequence[ShareTable], sizes: Mapping[str, int]) -> int:
    """Entries of the table that eliminating the fact goes through."""
    named = {other for table in tables if key in table.keys for other in table.keys}
    return math.prod(sizes[other] for other in named)


def _most(table: ShareTable, sizes: Mapping[str, int]) -> float:
    everywhere = len(table.entries) == math.prod(sizes[key] for key in table.keys)
    most = max(table.entries.values(), default=0)
    return most if everywhere else max(most, 0)


def _eliminated(
    key: str, joined: Sequence[ShareTable], sizes: Mapping[str, int]
) -> tuple[ShareTable, _Step]:
    scope = tuple(sorted({other for table in joined for other in table.keys} - {key}))
    entries: dict[Combination, float] = {}
    best: dict[Combination, int] = {}
    for point in itertools.product(*(range(sizes[other]) for other in scope)):
        at = dict(zip(scope, point, strict=True))
        sums = [_sum(joined, {**at, key: cell}) for cell in range(sizes[key])]
        entries[point] = max(sums)
        best[point] = sums.index(entries[point])
    return ShareTable(scope, entries), _Step(key, scope, best)


def _sum(tables: Sequence[ShareTable], at: Mapping[str, int]) -> float:
    return sum(table.entries.get(tuple(at[key] for key in table.keys), 0) for table in tables)


def _traced(steps: Sequence[_Step]) -> dict[str, int]:
    """The cells that give the sum: the fact eliminated last is settled first."""
    cells: dict[str, int] = {}
    for step in reversed(steps):
        cells[step.key] = step.best[tuple(cells[key] for key in step.scope)]
    return cells
