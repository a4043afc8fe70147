"""Find facts within a box, or prove that there are none.

The tables decide their levels from other facts, and relations tie facts together, so a box of
possible values can still hold no possible facts. Facts that a table or a relation connects are
tried together, cell by cell; a branch is left as soon as a table or relation fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from advisor.facts.vocabulary import Relation
from advisor.rules.checking.space import Box, Cell, Space, inputs_of, passes


@dataclass(slots=True)
class _Part:
    """Facts that hang together, and what ties them; apart from all other facts."""

    keys: set[str]
    tables: list[str] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)


def exists(box: Box, space: Space) -> bool:
    """Whether some facts lie within the box."""
    return find_point(box, space) is not None


def find_point(box: Box, space: Space) -> dict[str, Cell] | None:
    """Cells of facts within the box that tables and relations allow; None if there are none."""
    if not all(box.values()):
        return None
    point: dict[str, Cell] = {}
    for part in _parts(box, space):
        found = next(_points(box, space, part, _choices(part, box, space), {}), None)
        if found is None:
            return None
        point.update(found)
    for key in box.keys() - point.keys():
        point[key] = next(cell for cell in space.cells[key] if cell in box[key])
    return point


def _parts(box: Box, space: Space) -> list[_Part]:
    """The facts behind the box that are tied, part by part; free facts are in none."""
    parts: list[_Part] = []
    for key in box.keys() & space.tables.keys():
        parts = _joined(parts, _Part(set(inputs_of(space.tables[key])), tables=[key]))
    # A relation with facts outside the box ties the box only through another relation or table.
    touched = set(box)
    touched.update(key for part in parts for key in part.keys)
    for relation in space.relations:
        if touched & set(relation.keys):
            parts = _joined(parts, _Part(set(relation.keys), relations=[relation]))
    return parts


def _joined(parts: Iterable[_Part], new: _Part) -> list[_Part]:
    """The parts with a new one, which takes in those that share a fact with it."""
    apart = []
    for part in parts:
        if part.keys & new.keys:
            new = _Part(
                part.keys | new.keys, part.tables + new.tables, part.relations + new.relations
            )
        else:
            apart.append(part)
    return [*apart, new]


def _choices(part: _Part, box: Box, space: Space) -> list[tuple[str, list[Cell]]]:
    """The cells to try for each fact, narrow facts first, so that branches fail early.

    Of the cells that no table of the part can tell apart one is enough, unless a relation can.
    """
    tied = {key for relation in part.relations for key in relation.keys}
    choices = []
    for key in part.keys:
        cells = [cell for cell in space.cells[key] if key not in box or cell in box[key]]
        if key not in tied:
            rows = [row for decided in part.tables for row in space.tables[decided].rows]
            tests = [row.when[key] for row in rows if key in row.when]
            alike = {tuple(passes(test, cell) for test in tests): cell for cell in reversed(cells)}
            cells = [cell for cell in cells if cell in alike.values()]
        choices.append((key, cells))
    return sorted(choices, key=lambda choice: (len(choice[1]), choice[0]))


def _points(
    box: Box,
    space: Space,
    part: _Part,
    choices: list[tuple[str, list[Cell]]],
    point: dict[str, Cell],
) -> Iterator[dict[str, Cell]]:
    """Every combination of cells, fact by fact, that the tables and relations allow."""
    known = point.keys()
    if any(
        not space.allows(relation, point)
        for relation in part.relations
        if known >= set(relation.keys)
    ):
        return
    levels = {
        key: space.level(space.tables[key], point)
        for key in part.tables
        if known >= set(inputs_of(space.tables[key]))
    }
    if any(level not in box[key] for key, level in levels.items()):
        return
    if len(point) == len(choices):
        yield point | levels
        return
    key, cells = choices[len(point)]
    for cell in cells:
        yield from _points(box, space, part, choices, {**point, key: cell})
