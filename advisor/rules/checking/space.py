"""The space of facts that the rules can tell apart, cut into cells, points in it, and covers of it.

A *cell* is an elementary interval or choice within which no test and no effect of the rules
changes. A condition is a *box*: for each fact that it tests the set of cells that pass. On boxes
"equal", "within" and "empty" are exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from advisor.facts import FactType, Relation, Vocabulary, load_vocabulary
from advisor.rules.rule import DecisionTable, Ramp, Rule, RuleBase
from advisor.rules.unary import NumberTest, Test


class Absent:
    """The cell of a fact that need not be there, such as a measurement that was not made."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()
Cell: TypeAlias = "int | float | str | bool | Absent"
Box: TypeAlias = dict[str, frozenset[Cell]]

OTHER_TEXT = "\0"
"""Stands for every text that no test names; no text fact can hold a NUL."""
_SLACK = 1e-6
"""That of the facts' own check: shares in files are rounded."""


class Space:
    """The cells of every fact that rules or tables read."""

    def __init__(self, base: RuleBase) -> None:
        self.vocabulary: Vocabulary = load_vocabulary()
        self.tables: dict[str, DecisionTable] = {table.decides: table for table in base.tables}
        tests: dict[str, list[Test]] = {}
        steps: dict[str, set[float]] = {}
        for when in _conditions(base):
            for key, test in when.items():
                tests.setdefault(key, []).append(test)
        for ramp in _ramps(base.rules):
            steps.setdefault(ramp.fact, set()).update(ramp.cuts(self.vocabulary[ramp.fact]))
        self.cells: dict[str, tuple[Cell, ...]] = {
            key: _cells(self.vocabulary[key], tests.get(key, ()), steps.get(key, set()))
            for key in dict.fromkeys([*tests, *steps])
        }
        self.relations: tuple[Relation, ...] = tuple(
            relation
            for relation in self.vocabulary.relations
            if all(key in self.cells for key in relation.keys)
        )

    def box(self, when: Mapping[str, Test]) -> Box:
        """The cells that pass each test."""
        return {
            key: frozenset(cell for cell in self.cells[key] if passes(test, cell))
            for key, test in when.items()
        }

    def narrowing(self, box: Box) -> Box:
        """The box without the facts that it does not narrow."""
        return {key: passed for key, passed in box.items() if len(passed) < len(self.cells[key])}

    def greatest(self, key: str, cell: Cell) -> float:
        """The greatest number in a cell: the last one before the cell that follows it."""
        start = _number(cell)
        above = [_number(other) for other in self.cells[key] if other is not ABSENT]
        above = [other for other in above if other > start]
        if not above:
            return (self.vocabulary[key].range or (0, math.inf))[1]
        return min(above) - 1 if self.vocabulary[key].integer else math.nextafter(min(above), start)

    def allows(self, relation: Relation, point: Mapping[str, Cell]) -> bool:
        """Whether some values within the cells of the point satisfy the relation.

        This is exact for each relation by itself, and for all of them together as long as no two
        of them bound the same number; a test holds the vocabulary to that.
        """
        if any(point[key] is ABSENT for key in relation.keys):
            return True
        if relation.lower:
            least = _number(point[relation.lower])
            return least <= self.greatest(relation.upper, point[relation.upper])
        if relation.product_at_least_one:
            factors = (self.greatest(k, point[k]) for k in relation.product_at_least_one)
            return math.prod(factors) >= 1.0 - _SLACK
        excludes = relation.excludes or {}
        return _number(point[relation.positive]) <= 0 or any(
            point[key] != value for key, value in excludes.items()
        )

    def level(self, table: DecisionTable, point: Mapping[str, Cell]) -> str:
        """The level that the first row that holds gives; the last row always holds."""
        return next(
            row.level
            for row in table.rows
            if all(passes(test, point[key]) for key, test in row.when.items())
        )


def within(inner: Box, outer: Box) -> bool:
    """Whether a box lies within another."""
    return all(key in inner and inner[key] <= passed for key, passed in outer.items())


def _conditions(base: RuleBase) -> Iterable[Mapping[str, Test]]:
    yield from (rule.when for rule in base.rules)
    yield from (row.when for table in base.tables for row in table.rows)


def _ramps(rules: Iterable[Rule]) -> Iterable[Ramp]:
    for rule in rules:
        yield from (effect for effect in rule.effects.values() if isinstance(effect, Ramp))


def passes(test: Test, cell: Cell) -> bool:
    """Whether all values in the cell pass the test."""
    return not isinstance(cell, Absent) and test.judge(cell) is True


def _number(cell: Cell) -> float:
    assert isinstance(cell, (int, float))  # noqa: S101 - narrows the type
    return cell


def _cells(fact_type: FactType, tests: Sequence[Test], steps: Iterable[float]) -> tuple[Cell, ...]:
    """One possible value of each cell, of a number the least."""
    absent: tuple[Cell, ...] = (ABSENT,) if fact_type.silent_if_absent else ()
    if fact_type.numeric:
        low, high = fact_type.range or (-math.inf, math.inf)
        cuts = {cut for test in tests if isinstance(test, NumberTest) for cut in test.cuts}
        cuts.update(steps)
        return (low, *sorted(cut for cut in cuts if low < cut <= high), *absent)
    if fact_type.type == "boolean":
        return (False, True, *absent)
    if fact_type.choices:
        return (*fact_type.choices, *absent)
    named = {str(m) for test in tests if not isinstance(test, NumberTest) for m in test.members}
    return (*sorted(named), OTHER_TEXT, *absent)


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
        parts = _joined(parts, _Part(set(space.tables[key].reads), tables=[key]))
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
        if known >= set(space.tables[key].reads)
    }
    if any(level not in box[key] for key, level in levels.items()):
        return
    if len(point) == len(choices):
        yield point | levels
        return
    key, cells = choices[len(point)]
    for cell in cells:
        yield from _points(box, space, part, choices, {**point, key: cell})


def uncovered(box: Box, covers: Sequence[Box], space: Space) -> dict[str, Cell] | None:
    """Facts within the box and outside all of the covers; None if there are none.

    What a cover leaves of the box is cut into boxes, one for each fact that the cover tests.
    """
    cover = next((c for c in covers if _meet(box, c, space)), None)
    if cover is None:
        return find_point(box, space)
    inside = dict(box)
    for key, passed in cover.items():
        cells = inside.get(key, frozenset(space.cells[key]))
        found = uncovered({**inside, key: cells - passed}, covers, space)
        if found is not None:
            return found
        inside[key] = cells & passed
    return None


def vetoes_on(method: str, rules: Iterable[Rule], space: Space) -> list[Box]:
    """The conditions under which a method is ruled out."""
    return [space.box(rule.when) for rule in rules if method in rule.veto]


def _meet(box: Box, cover: Box, space: Space) -> bool:
    """Whether the boxes overlap; an empty box overlaps with nothing."""
    return all(box.values()) and all(
        box.get(key, frozenset(space.cells[key])) & passed for key, passed in cover.items()
    )
