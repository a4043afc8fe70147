"""Bounds made exact: what is open is cut into parts until the bounds of all of them are reached.

The bounds of a part are exact over the facts that rules read themselves. Over facts that estimates
are computed from they are sound only, so such facts are cut; computed facts rise or fall with each
of their inputs, so a narrower part has narrower estimates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from advisor.decide.bounds.region import Box, Leaf
from advisor.decide.decide import Headline
from advisor.decide.decision import Bounds
from advisor.facts import Fact, Value
from advisor.rules.engine import Engine
from advisor.support.errors import AdvisorError

Range = tuple[int, int]
PARTS = 40
"""Parts that are judged before bounds that are not reached yet are given as they are."""
_HEADLINE_DECIBANS = 5
"""How much a headline that has not been seen counts beside scores that have not."""
_TOO_MANY_FACTS = 3
"""Unknown facts behind estimates from which cutting is not tried: parts multiply with each."""


@dataclass(slots=True)
class _Reached:
    """What values have been seen to give."""

    scores: dict[str, Range] = field(default_factory=dict)
    headlines: set[Headline] = field(default_factory=set)

    def covers(self, leaf: Leaf) -> bool:
        return leaf.state.reachable <= self.headlines and not self.lacks(leaf)

    def lacks(self, leaf: Leaf) -> int:
        """By how many decibans the leaf's scores reach beyond what has been seen."""
        missing = 0
        for method, (low, high) in leaf.scores.items():
            least, most = self.scores.get(method, (high, low))
            missing += max(least - low, 0) + max(high - most, 0)
        return missing

    def note(self, leaf: Leaf) -> None:
        """Take over what is certain of a leaf."""
        if leaf.settled:
            for method, found in leaf.scores.items():
                self.scores[method] = _hull(found, self.scores.get(method, found))
        if len(leaf.state.reachable) == 1:
            self.headlines |= leaf.state.reachable


def bounds_of(stated: Iterable[Fact], engine: Engine, parts: int = PARTS) -> Bounds:
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
    stated: Iterable[Fact], engine: Engine, parts: int = PARTS
) -> tuple[Bounds, tuple[Box, ...]]:
    """The same, and the parts that what is unknown was cut into, which hold all of it."""
    search = _Search(list(stated), engine, parts)
    return search.run(), tuple(search.parts)


class _Search:
    def __init__(self, stated: Sequence[Fact], engine: Engine, parts: int) -> None:
        self._stated = stated
        self._engine = engine
        self._most = parts
        self._judged: dict[tuple[tuple[str, Value], ...], Leaf | None] = {}
        self._reached = _Reached()
        self._contradictory: list[Box] = []
        self.parts: list[Box] = []

    def run(self) -> Bounds:
        root = self._root()
        leaves: list[Leaf] = [root]
        whole: list[Leaf] = []
        if root.settled or len(root.unknown_facts()) <= _TOO_MANY_FACTS:
            while len(self._judged) < self._most and (open_ := self._not_covered(leaves)):
                leaf = max(open_, key=self._urgency)
                leaves.remove(leaf)
                parts = self._cut(leaf)
                # A leaf that cannot be cut keeps its bounds: an estimate is a range by itself.
                (leaves if parts else whole).extend(parts or [leaf])
        leaves += whole
        scores = {method: _hull(*(one.scores[method] for one in leaves)) for method in root.scores}
        open_ = self._not_covered(leaves)
        reachable = self._reached.headlines.union(*(leaf.state.reachable for leaf in open_))
        self.parts = [*(leaf.box for leaf in leaves), *self._contradictory]
        return Bounds(scores, frozenset(reachable), exact=not open_)

    def _root(self) -> Leaf:
        root = Leaf(self._stated, {}, self._engine)
        self._reached.note(root)
        for corner in root.corners():
            self._judge(corner)
        return root

    def _not_covered(self, leaves: Iterable[Leaf]) -> list[Leaf]:
        return [leaf for leaf in leaves if not self._reached.covers(leaf)]

    def _urgency(self, leaf: Leaf) -> int:
        unseen = len(leaf.state.reachable - self._reached.headlines)
        return _HEADLINE_DECIBANS * unseen + self._reached.lacks(leaf)

    def _cut(self, leaf: Leaf) -> list[Leaf]:
        """The parts of a leaf; the leaf itself if looking at single points is enough."""
        for box in leaf.extremes() if leaf.settled else ():
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

    def _judge(self, box: Box) -> Leaf | None:
        """A part, or None if its values contradict each other; each part is judged once."""
        key = tuple(sorted(box.items()))
        if key not in self._judged:
            try:
                leaf = Leaf(self._stated, box, self._engine)
            except AdvisorError:
                self._judged[key] = None
            else:
                self._judged[key] = leaf
                self._reached.note(leaf)
        return self._judged[key]


def _hull(*ranges: Range) -> Range:
    return min(low for low, _ in ranges), max(high for _, high in ranges)
