"""Random definite facts, with few enough vetoes that there is something to decide."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence

from advisor.facts.vocabulary import Relation
from advisor.rules.checking.space import ABSENT, Box, Cell
from advisor.rules.rule import Ramp
from advisor.verification.compiled import Compiled, Point

_HARDSHIP = (0.0, 0.02, 0.1, 0.4)
"""How often a fact takes a value that rules something out; one of these for each scenario."""
_PRESENT = (0.0, 0.2, 0.7)
"""How often a fact is there that need not be."""
_TRIES = 30


class Scenarios:
    """Draws points in the cells of a compiled rule base; the series is fixed by its seed."""

    def __init__(self, compiled: Compiled, seed: int = 0) -> None:
        self._compiled = compiled
        self._chance = random.Random(seed)  # noqa: S311 - the series must be reproducible
        space = compiled.space
        self._cells = [_definite(key, compiled) for key in compiled.stated]
        self._harmful = [_harmful(key, compiled) for key in compiled.stated]
        self._absent = [
            space.cells[key].index(ABSENT) if ABSENT in space.cells[key] else None
            for key in compiled.stated
        ]
        self._ties = [_tie(relation, compiled) for relation in space.relations]

    @property
    def count(self) -> int:
        """How many points there are, without regard to relations."""
        return math.prod(len(cells) for cells in self._cells)

    def every(self) -> Iterator[Point]:
        """Every point that relations allow."""
        for stated in itertools.product(*self._cells):
            if not any(self._broken(stated)):
                yield self._compiled.point(stated)

    def draw(self, box: Box | None = None) -> Point | None:
        """A point, within a box if one is given; None if luck did not lead into it."""
        within = self._narrowed(box or {})
        chance = self._chance
        for _ in range(_TRIES):
            hardship, present = chance.choice(_HARDSHIP), chance.choice(_PRESENT)
            stated = [
                self._cell(number, within.get(number), hardship, present)
                for number in range(len(self._cells))
            ]
            point = self._settled(stated, box or {})
            if point is not None:
                return point
        return None

    def neighbour(self, point: Point, box: Box) -> Point | None:
        """The point with another cell for one or two facts, still within the box."""
        within = self._narrowed(box)
        stated = list(point[: len(self._cells)])
        for _ in range(self._chance.choice((1, 1, 2))):
            number = self._chance.randrange(len(stated))
            stated[number] = self._chance.choice(within.get(number) or self._cells[number])
        return self._settled(stated, box)

    def _narrowed(self, box: Box) -> dict[int, Sequence[int]]:
        """By place, the cells of stated facts that the box allows."""
        place, cells = self._compiled.place, self._compiled.space.cells
        return {
            place[key]: [n for n in self._cells[place[key]] if cells[key][n] in passed]
            for key, passed in box.items()
            if place[key] < len(self._cells)
        }

    def _cell(
        self, number: int, within: Sequence[int] | None, hardship: float, present: float
    ) -> int:
        chance = self._chance
        cells = self._cells[number] if within is None else within
        absent = self._absent[number]
        if absent is not None and absent in cells and chance.random() >= present:
            return absent
        harmful = self._harmful[number]
        if harmful and chance.random() >= hardship:
            cells = [cell for cell in cells if cell not in harmful] or cells
        return chance.choice(cells)

    def _broken(self, stated: Sequence[int]) -> Iterator[int | None]:
        """For each relation that does not hold, the place of the fact that is bounded above."""
        for lower, places, allowed in self._ties:
            if tuple(stated[place] for place in places) not in allowed:
                yield lower

    def _settled(self, stated: list[int], box: Box) -> Point | None:
        """The point of stated facts, repaired where a relation is broken; None if it is no use."""
        for lower in self._broken(stated):
            if lower is None:
                return None
            stated[lower] = 0  # the least value is below whatever bounds it
        compiled = self._compiled
        point = compiled.point(stated)
        cells = compiled.space.cells
        inside = all(cells[k][point[compiled.place[k]]] in passed for k, passed in box.items())
        return point if inside else None


def _definite(key: str, compiled: Compiled) -> list[int]:
    """The cells of a fact; without absence where a ramp cannot do without the fact."""
    ramps = any(
        isinstance(effect, Ramp) and effect.fact == key and key not in rule.when
        for rule in compiled.base.rules
        for effect in rule.effects.values()
    )
    cells = compiled.space.cells[key]
    return [n for n, cell in enumerate(cells) if not (ramps and cell is ABSENT)]


def _harmful(key: str, compiled: Compiled) -> frozenset[int]:
    """The cells of a fact with which a veto can fire; none if every cell is such a one.

    Vetoes on the fact alone count first; those on several facts only where there are none.
    """
    cells = compiled.space.cells[key]
    boxes = [compiled.boxes[rule.label] for rule in compiled.base.rules if rule.veto]
    boxes = [box for box in boxes if key in box]
    boxes = [box for box in boxes if len(box) == 1] or boxes
    bad: set[Cell] = set().union(*(box[key] for box in boxes))
    found = frozenset(n for n, cell in enumerate(cells) if cell in bad)
    return frozenset() if len(found) == len(cells) else found


def _tie(
    relation: Relation, compiled: Compiled
) -> tuple[int | None, Sequence[int], frozenset[tuple[int, ...]]]:
    """The place of the lower fact, of all facts, and the combinations that are allowed."""
    space = compiled.space
    numbered = [list(enumerate(space.cells[key])) for key in relation.keys]
    allowed = []
    for some in itertools.product(*numbered):
        point: Mapping[str, Cell] = {
            key: cell for key, (_, cell) in zip(relation.keys, some, strict=True)
        }
        if space.allows(relation, point):
            allowed.append(tuple(number for number, _ in some))
    places = [compiled.place[key] for key in relation.keys]
    lower = compiled.place[relation.lower] if relation.lower else None
    return lower, places, frozenset(allowed)
