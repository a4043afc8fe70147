"""Search scenarios for facts on which a rule decides, and facts that lead to each answer.

First scenarios are drawn at random, and every rule that fires is left out in turn. For a rule that
has changed nothing by then, scenarios are drawn within its condition, and steered, one fact at a
time, to where the methods that it moves stand closest to others. Whatever is found is a
witness only once the program's own engine and decision confirm it on facts that contradict nothing.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from advisor.decide import Advice, decision_of
from advisor.facts import FactBase, Relation, require_consistent
from advisor.rules import ABSENT, Box, Cell, Engine, Ramp, RuleBase
from advisor.support import AdvisorError
from advisor.verification.compiled import Compiled, FactPoint

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

    def every(self) -> Iterator[FactPoint]:
        """Every point that relations allow."""
        for stated in itertools.product(*self._cells):
            if not any(self._broken(stated)):
                yield self._compiled.point(stated)

    def draw(self, box: Box | None = None) -> FactPoint | None:
        """A point, within a box if one is given; None if luck did not lead into it."""
        within = self._narrowed(box or {})
        chance = self._chance
        for _ in range(_TRIES):
            hardship, present = chance.choice(_HARDSHIP), chance.choice(_PRESENT)
            stated = [
                self._cell(number, within.get(number), hardship, present)
                for number in range(len(self._cells))
            ]
            point = self._repaired(stated, box or {})
            if point is not None:
                return point
        return None

    def neighbour(self, point: FactPoint, box: Box) -> FactPoint | None:
        """The point with another cell for one or two facts, still within the box."""
        within = self._narrowed(box)
        stated = list(point[: len(self._cells)])
        for _ in range(self._chance.choice((1, 1, 2))):
            number = self._chance.randrange(len(stated))
            stated[number] = self._chance.choice(within.get(number) or self._cells[number])
        return self._repaired(stated, box)

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

    def _repaired(self, stated: list[int], box: Box) -> FactPoint | None:
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


_ALL = 5_000
_DRAWN = 600
_STARTS = 40
_STEPS = 40


@dataclass(slots=True)
class Witnessed:
    """What a search has found.

    Attributes:
        decisive: by label of a rule, facts on which it decides.
        reached: by field of the advice and its value, facts that lead to it; an empty point is
            "nothing known".
        looked_at: how many scenarios were judged.
        complete: whether those were all there are. Then ``possible`` holds all advice that some
            amount of evidence gives, and ``doubtful`` the rules that some amount lets decide.
    """

    decisive: dict[str, FactPoint] = field(default_factory=dict)
    reached: dict[tuple[str, str | None], FactPoint] = field(default_factory=dict)
    looked_at: int = 0
    complete: bool = False
    possible: set[Advice] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)


class Search:
    """A search on one rule base."""

    def __init__(self, base: RuleBase, compiled: Compiled) -> None:
        self._base, self._compiled = base, compiled
        self._engine = Engine(base)
        self._scenarios = Scenarios(compiled)
        self._open = {rule.label: rule for rule in base.rules}
        self._met: set[Advice] = set()
        self.found = Witnessed()

    def broadly(self) -> None:
        """Look at every point if there are few, else at random ones, and at no facts at all."""
        self.found.complete = self._scenarios.count <= _ALL
        drawn = (self._scenarios.draw() for _ in range(_DRAWN))
        for point in self._scenarios.every() if self.found.complete else drawn:
            if point is not None:
                self._look_at(point, list(self._open))
                if self.found.complete:
                    self._weigh_evidence(point)
        for pair in self.decided(FactBase())._asdict().items():
            self.found.reached.setdefault(pair, ())

    def within(self, label: str, box: Box) -> None:
        """Search for a witness of one rule in scenarios in which it fires."""
        for _ in range(_STARTS):
            point = self._scenarios.draw(box)
            for step in self._steered(label, box, point) if point else ():
                self._look_at(step, [label])
                if label in self.found.decisive:
                    return

    def _steered(self, label: str, box: Box, point: FactPoint) -> Iterator[FactPoint]:
        """The point, and neighbours ever closer to where the rule could decide."""
        nearest = self._distance(label, point)
        yield point
        for _ in range(_STEPS):
            other = self._scenarios.neighbour(point, box)
            if other is None:
                continue
            distance = self._distance(label, other)
            if distance <= nearest:
                nearest, point = distance, other
                yield point

    def _distance(self, label: str, point: FactPoint) -> float:
        """How far, in decibans, the nearest comparison is that the rule moves."""
        compiled = self._compiled
        total, mask = compiled.sum(point)
        scores, _, vetoes = compiled.numbers(total)
        rest, _, others = compiled.numbers(total - compiled.share(label, point, mask))
        moved = [s - r for s, r in zip(scores, rest, strict=True)]
        free = [m for m, (v, o) in enumerate(zip(vetoes, others, strict=True)) if not min(v, o)]
        released = {m for m in free if vetoes[m]}
        gaps = [
            abs(scores[a] - scores[b])
            for a in free
            for b in free
            if a != b and (moved[a] != moved[b] or a in released)
        ]
        return min(gaps, default=float("inf"))

    def _look_at(self, point: FactPoint, labels: Sequence[str]) -> None:
        compiled = self._compiled
        self.found.looked_at += 1
        total, mask = compiled.sum(point)
        advice = compiled.advice(total, point)
        if advice not in self._met and self._reach(advice, point):
            self._met.add(advice)
        for label in labels:
            share = compiled.share(label, point, mask)
            if share and compiled.advice(total - share, point) != advice:
                self._confirm(label, point)

    def _weigh_evidence(self, point: FactPoint) -> None:
        """Note what other amounts of evidence near the facts of a point would give."""
        total, mask = self._compiled.sum(point)
        advice = self._compiled.advice_by_evidence(total)
        self.found.possible.update(advice)
        for label in self._open:
            share = self._compiled.share(label, point, mask)
            if share and self._compiled.advice_by_evidence(total - share) != advice:
                self.found.doubtful.add(label)

    def _confirm(self, label: str, point: FactPoint) -> None:
        facts = self._consistent(point)
        if facts is not None and self.decided(facts) != self.decided(facts, without=label):
            self.found.decisive[label] = point
            del self._open[label]

    def _reach(self, advice: Advice, point: FactPoint) -> bool:
        """Note what the advice reaches; False if the facts at the point do not confirm it."""
        named = list(advice._asdict().items())
        if all(pair in self.found.reached for pair in named):
            return True
        facts = self._consistent(point)
        if facts is None or self.decided(facts) != advice:
            return False
        for pair in named:
            self.found.reached.setdefault(pair, point)
        return True

    def _consistent(self, point: FactPoint) -> FactBase | None:
        facts = self._compiled.facts(point)
        try:
            require_consistent(facts)
        except AdvisorError:
            return None
        return facts

    def decided(self, facts: FactBase, without: str = "") -> Advice:
        """The advice by the program's own engine and decision, with one rule left out."""
        findings = self._engine.assess(facts.values()).findings
        kept = [finding for finding in findings if finding.rule.label != without]
        return decision_of(kept, facts, self._base).advice
