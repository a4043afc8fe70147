"""Bounds made exact: what is open is cut into parts until the bounds of all of them are reached.

The bounds of a part are exact over the facts that rules read themselves. Over facts that estimates
are computed from they are sound only, so such facts are cut; computed facts rise or fall with each
of their inputs, so a narrower part has narrower estimates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from advisor.decide.bounds.cells import cells_of, halves, span_of
from advisor.decide.completion import completed
from advisor.decide.decide import Headline, decider_of
from advisor.decide.decision import Bounds
from advisor.decide.possible import Possible
from advisor.facts import Fact, FactType, Source, Value, is_known
from advisor.rules import Engine
from advisor.support import AdvisorError

Narrowed = Mapping[str, Value]
"""Facts that have been narrowed down, to single values or in part."""
Range = tuple[int, int]
USUAL_PARTS = 40
"""Parts that are judged before bounds that are not reached yet are given as they are."""
_HEADLINE_DECIBANS = 5
"""How much a headline that has not been seen counts beside scores that have not."""
_LEAST = 1e-3
"""Numbers below this count as this one when the widths of ranges are compared."""
_TOO_MANY_FACTS = 3
"""Unknown facts behind estimates from which cutting is not tried: parts multiply with each."""


@dataclass(slots=True)
class _Reached:
    """What values have been seen to give."""

    scores: dict[str, Range] = field(default_factory=dict)
    headlines: set[Headline] = field(default_factory=set)

    def covers(self, leaf: _Leaf) -> bool:
        return leaf.reachable <= self.headlines and not self.lacks(leaf)

    def lacks(self, leaf: _Leaf) -> int:
        """By how many decibans the leaf's scores reach beyond what has been seen."""
        missing = 0
        for method, (low, high) in leaf.scores.items():
            least, most = self.scores.get(method, (high, low))
            missing += max(least - low, 0) + max(high - most, 0)
        return missing

    def note(self, leaf: _Leaf) -> None:
        """Take over what is certain of a leaf."""
        if leaf.attained:
            for method, found in leaf.scores.items():
                self.scores[method] = _hull(found, self.scores.get(method, found))
        if len(leaf.reachable) == 1:
            self.headlines |= leaf.reachable


def bounds_of(stated: Iterable[Fact], engine: Engine, parts: int = USUAL_PARTS) -> Bounds:
    """The range of every score and the headlines within reach.

    Args:
        stated: the facts of a project, defaults and estimates left out.
        engine: the compiled rules.
        parts: how many parts to judge at most.

    Raises:
        AdvisorError: if two facts contradict each other.
    """
    return bounds_and_parts(stated, engine, parts)[0]


def bounds_and_parts(
    stated: Iterable[Fact], engine: Engine, parts: int = USUAL_PARTS
) -> tuple[Bounds, tuple[Narrowed, ...]]:
    """The same, and the parts that what is unknown was cut into, which hold all of it."""
    search = _Search(list(stated), engine, parts)
    return search.run(), tuple(search.parts)


class _Leaf:
    """The project with some unknown facts narrowed down.

    Attributes:
        box: the facts that have been narrowed down.
        scores: for each method bounds of its score.
        reachable: the headlines in reach, none too few.
        attained: whether both ends of every score are really reached.
    """

    def __init__(self, stated: Sequence[Fact], box: Narrowed, engine: Engine) -> None:
        """Judge the part.

        Args:
            stated: the facts of the project.
            box: values that take the place of stated ones.
            engine: the compiled rules.

        Raises:
            AdvisorError: if the values contradict each other, so that nothing lies in the part.
        """
        self.box = box
        self._engine = engine
        said = [Fact(key, value, Source.FLAG, "narrowed down") for key, value in box.items()]
        self._facts = completed([*said, *stated])
        self._possible = Possible(self._facts.values(), engine, self._facts.vocabulary)
        self._open = self._possible.open_rules
        methods = self._facts.vocabulary.methods
        least = {method: self._open.greatest({method: -1}) for method in methods}
        most = {method: self._open.greatest({method: 1}) for method in methods}
        self.scores = {m: (-round(least[m].total), round(most[m].total)) for m in methods}
        # An estimate that is a range although all its inputs are known can be anywhere in it.
        self._linked = [key for key in self._open.computed if any(self._open_inputs(key))]
        ends = (*least.values(), *most.values())
        self.attained = all(end.exact for end in ends) and not self._linked
        self.reachable = self._possible.together.reachable

    def extremes(self) -> Iterator[Narrowed]:
        """Parts of this one in which the lead of one headline method is as far as it goes."""
        methods = self._facts.vocabulary.methods
        for method, rival in decider_of(methods, self._engine.base.settings).pairs:
            for sign in (1, -1):
                found = self._open.greatest({methods[method]: sign, methods[rival]: -sign})
                yield {**self.box, **self._open.values_at(found.cells)}

    def parts(self) -> list[Narrowed]:
        """The leaf cut along one unknown fact; empty if no fact is left to cut along."""
        facts = self.unknown_facts()
        if not facts:
            return []
        fact_type = min(facts, key=lambda one: (one.numeric, -self._width(one)))
        cells = cells_of(fact_type, self._facts.value(fact_type.key), self._engine)
        if fact_type.numeric:
            low, high = span_of(fact_type, self._facts.value(fact_type.key))
            cells = tuple(halves(low, high, cells, integer=fact_type.integer))
        return [{**self.box, fact_type.key: cell} for cell in cells]

    def corners(self) -> list[Narrowed]:
        """The two points at which all unknown facts have their first, and their last, value."""
        first: dict[str, Value] = {}
        last: dict[str, Value] = {}
        for fact_type in self.unknown_facts():
            key, value = fact_type.key, self._facts.value(fact_type.key)
            cells = cells_of(fact_type, value, self._engine)
            first[key] = cells[0]
            last[key] = span_of(fact_type, value)[1] if fact_type.numeric else cells[-1]
        return [{**self.box, **first}, {**self.box, **last}] if first else []

    def unknown_facts(self) -> list[FactType]:
        """The unknown facts behind vetoes and computed facts; the others once these are known."""
        vocabulary = self._facts.vocabulary
        unsettled = self._possible.unsettled
        read = [key for finding in unsettled if finding.rule.veto for key in finding.rule.reads]
        inputs = [one for key in (*read, *self._linked) for one in self._open_inputs(key)]
        first = [key for key in (*read, *inputs) if self._is_open(key)]
        rest = [key for key in self._open.cells if self._is_open(key)]
        return [vocabulary[key] for key in dict.fromkeys(first or rest)]

    def _open_inputs(self, key: str) -> Iterator[str]:
        """The unknown facts that a computed fact is computed from."""
        return (one for one in self._facts.vocabulary[key].inputs if self._is_open(one))

    def _is_open(self, key: str) -> bool:
        """Whether the fact has several possible values that can be gone through."""
        fact_type, value = self._facts.vocabulary[key], self._facts.value(key)
        if fact_type.inputs or fact_type.type == "text" or is_known(value):
            return False
        # What nobody asks for has an assumed value, and a limit that is not named does not bind.
        asked = fact_type.ask is not None and not fact_type.optional
        return value is not None or (asked and self._facts.applies(fact_type))

    def _width(self, fact_type: FactType) -> float:
        """How far a number reaches, in powers of ten."""
        if not fact_type.numeric:
            return 0.0
        low, high = span_of(fact_type, self._facts.value(fact_type.key))
        return math.log10(max(high, _LEAST)) - math.log10(max(low, _LEAST))


class _Search:
    def __init__(self, stated: Sequence[Fact], engine: Engine, parts: int) -> None:
        self._stated = stated
        self._engine = engine
        self._most = parts
        self._judged: dict[tuple[tuple[str, Value], ...], _Leaf | None] = {}
        self._reached = _Reached()
        self._contradictory: list[Narrowed] = []
        self.parts: list[Narrowed] = []

    def run(self) -> Bounds:
        root = self._root()
        leaves: list[_Leaf] = [root]
        whole: list[_Leaf] = []
        if root.attained or len(root.unknown_facts()) <= _TOO_MANY_FACTS:
            while len(self._judged) < self._most and (open_ := self._not_covered(leaves)):
                leaf = max(open_, key=self._urgency)
                leaves.remove(leaf)
                parts = self._cut(leaf)
                # A leaf that cannot be cut keeps its bounds: an estimate is a range by itself.
                (leaves if parts else whole).extend(parts or [leaf])
        leaves += whole
        scores = {method: _hull(*(one.scores[method] for one in leaves)) for method in root.scores}
        open_ = self._not_covered(leaves)
        reachable = self._reached.headlines.union(*(leaf.reachable for leaf in open_))
        self.parts = [*(leaf.box for leaf in leaves), *self._contradictory]
        return Bounds(scores, frozenset(reachable), exact=not open_)

    def _root(self) -> _Leaf:
        root = _Leaf(self._stated, {}, self._engine)
        self._reached.note(root)
        for corner in root.corners():
            self._judge(corner)
        return root

    def _not_covered(self, leaves: Iterable[_Leaf]) -> list[_Leaf]:
        return [leaf for leaf in leaves if not self._reached.covers(leaf)]

    def _urgency(self, leaf: _Leaf) -> int:
        unseen = len(leaf.reachable - self._reached.headlines)
        return _HEADLINE_DECIBANS * unseen + self._reached.lacks(leaf)

    def _cut(self, leaf: _Leaf) -> list[_Leaf]:
        """The parts of a leaf; the leaf itself if looking at single points is enough."""
        for box in leaf.extremes() if leaf.attained else ():
            if self._reached.covers(leaf):
                return [leaf]
            self._judge(box)
        boxes = leaf.parts()
        parts = [part for box in boxes if (part := self._judge(box)) is not None]
        self._contradictory += [box for box in boxes if self._judge(box) is None]
        for part in parts:
            for corner in part.corners():
                self._judge(corner)
        return parts

    def _judge(self, box: Narrowed) -> _Leaf | None:
        """A part, or None if its values contradict each other; each part is judged once."""
        key = tuple(sorted(box.items()))
        if key not in self._judged:
            try:
                leaf = _Leaf(self._stated, box, self._engine)
            except AdvisorError:
                self._judged[key] = None
            else:
                self._judged[key] = leaf
                self._reached.note(leaf)
        return self._judged[key]


def _hull(*ranges: Range) -> Range:
    return min(low for low, _ in ranges), max(high for _, high in ranges)
