"""Find facts on which leaving a rule out changes the answer, and facts that lead to each answer.

First scenarios are drawn at random, and every rule that fires is left out in turn. For a rule that
has changed nothing by then, scenarios are drawn within its condition, and steered, one fact at a
time, to where the methods that it moves stand closest to others. Whatever is found is a
witness only once the program's own engine and decision confirm it on facts that contradict nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from advisor.facts import FactBase
from advisor.facts.consistency import require_consistent
from advisor.rules.checking.space import Box
from advisor.rules.engine import Engine
from advisor.rules.rule import RuleBase
from advisor.support.errors import AdvisorError
from advisor.verdict.decision import decide
from advisor.verification.compiled import Compiled, Point
from advisor.verification.outcome import Outcome, outcome_of
from advisor.verification.scenarios import Scenarios

_ALL = 5_000
_DRAWN = 600
_STARTS = 40
_STEPS = 40


@dataclass(slots=True)
class Found:
    """What a search has found.

    Attributes:
        decisive: by label of a rule, facts on which it decides.
        reached: by field of the outcome and its value, facts that lead to it; an empty point is
            "nothing known".
        looked_at: how many scenarios were judged.
        complete: whether those were all there are. Then ``possible`` holds every outcome that some
            amount of evidence gives, and ``doubtful`` the rules that some amount lets decide.
    """

    decisive: dict[str, Point] = field(default_factory=dict)
    reached: dict[tuple[str, str | None], Point] = field(default_factory=dict)
    looked_at: int = 0
    complete: bool = False
    possible: set[Outcome] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)


class Search:
    """A search on one rule base."""

    def __init__(self, base: RuleBase, compiled: Compiled) -> None:
        self._base, self._compiled = base, compiled
        self._engine = Engine(base)
        self._scenarios = Scenarios(compiled)
        self._open = {rule.label: rule for rule in base.rules}
        self._met: set[Outcome] = set()
        self.found = Found()

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

    def _steered(self, label: str, box: Box, point: Point) -> Iterator[Point]:
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

    def _distance(self, label: str, point: Point) -> float:
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

    def _look_at(self, point: Point, labels: Sequence[str]) -> None:
        compiled = self._compiled
        self.found.looked_at += 1
        total, mask = compiled.sum(point)
        outcome = compiled.outcome(total, point)
        if outcome not in self._met and self._reach(outcome, point):
            self._met.add(outcome)
        for label in labels:
            share = compiled.share(label, point, mask)
            if share and compiled.outcome(total - share, point) != outcome:
                self._confirm(label, point)

    def _weigh_evidence(self, point: Point) -> None:
        """Note what other amounts of evidence near the facts of a point would give."""
        total, mask = self._compiled.sum(point)
        outcomes = self._compiled.outcomes(total)
        self.found.possible.update(outcomes)
        for label in self._open:
            share = self._compiled.share(label, point, mask)
            if share and self._compiled.outcomes(total - share) != outcomes:
                self.found.doubtful.add(label)

    def _confirm(self, label: str, point: Point) -> None:
        facts = self._consistent(point)
        if facts is not None and self.decided(facts) != self.decided(facts, without=label):
            self.found.decisive[label] = point
            del self._open[label]

    def _reach(self, outcome: Outcome, point: Point) -> bool:
        """Note what the outcome reaches; False if the facts at the point do not confirm it."""
        named = list(outcome._asdict().items())
        if all(pair in self.found.reached for pair in named):
            return True
        facts = self._consistent(point)
        if facts is None or self.decided(facts) != outcome:
            return False
        for pair in named:
            self.found.reached.setdefault(pair, point)
        return True

    def _consistent(self, point: Point) -> FactBase | None:
        facts = self._compiled.facts(point)
        try:
            require_consistent(facts)
        except AdvisorError:
            return None
        return facts

    def decided(self, facts: FactBase, without: str = "") -> Outcome:
        """The outcome by the program's own engine and decision, with one rule left out."""
        findings = self._engine.assess(facts.values()).findings
        kept = [finding for finding in findings if finding.rule.label != without]
        return outcome_of(decide(kept, facts, self._base))
