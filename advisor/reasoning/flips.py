"""What one fact alone changes: exact values of numbers, choices; and which rules a change moves.

Between two numbers that stand in a rule or ramp the answer can only change where a computed fact,
such as memory needed against memory there is, passes one of its own numbers. Computed facts rise or
fall with each input, so these places are found by halving, to the adjacent value.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from advisor.catalogue import load_evidence
from advisor.decide import Gist, Number, Status, before, middle
from advisor.facts import Fact, FactType, Interval, Value, is_known
from advisor.reasoning.case import Case
from advisor.rules import Outcome
from advisor.support import AdvisorError

_TINY = 1e-9
"""Share by which an edge of a neighbourhood may be off after a power of ten."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values of a fact that all give one answer.

    Attributes:
        low, high: the first and the last of them.
        outcome: the answer; None where the values contradict other facts.
    """

    low: Number
    high: Number
    outcome: Gist | None


def stretches(case: Case, key: str, low: Number, high: Number) -> list[Stretch]:
    """Cut a range of a numeric fact into the longest stretches of one answer each.

    Args:
        case: the project.
        key: a numeric fact that is not computed.
        low: the first value of the range.
        high: its last value.

    Returns:
        the stretches from low to high; where one ends the next begins at the adjacent value.
    """
    search = _Search(case, case.facts.vocabulary[key])
    found = [Stretch(low, low, search.outcome(low))]
    for start, end in search.segments(low, high):
        for begin in search.changes(start, end):
            found[-1] = Stretch(found[-1].low, search.before(begin), found[-1].outcome)
            found.append(Stretch(begin, begin, search.outcome(begin)))
    found[-1] = Stretch(found[-1].low, high, found[-1].outcome)
    return found


_HARD_TO_BOUND = (Status.UNDETERMINED, Status.TOO_CLOSE)
"""Answers that bounds hardly ever tell from all others, so that they are not tried."""
_WORTH_FILLING = 3
"""Points from which on some lie between others."""
_MANY = 2
"""Steps between two values that have to be looked at between."""


class _Search:
    """Looks for changes of the answer along one fact."""

    def __init__(self, case: Case, fact_type: FactType) -> None:
        self._case = case
        self._key = fact_type.key
        self._integer = fact_type.integer

    def outcome(self, value: Number) -> Gist | None:
        return self._case.outcome({self._key: value})

    def before(self, value: Number) -> Number:
        return before(value, integer=self._integer)

    def _after(self, value: Number) -> Number:
        return value + 1 if self._integer else math.nextafter(value, math.inf)

    def segments(self, low: Number, high: Number) -> Iterator[tuple[Number, Number]]:
        """Neighbouring values between which no number of the rules themselves lies.

        Those within a piece that surely has one answer are left out.
        """
        now = self._case.facts.value(self._key)
        points = {low, high}
        for number in self._numbers():
            if low < number <= high:
                points |= {number, self.before(number)}
            if low <= number < high:
                points.add(self._after(number))
        ordered = sorted(points)
        here = self._case.outcome()
        if here is None or here.status in _HARD_TO_BOUND:
            self._fill(ordered)
            yield from itertools.pairwise(ordered)
            return
        if now not in ordered:
            yield from self._not_constant(ordered)
            return
        # Only at the present size of the model its shape holds, so no bounds reach across.
        place = ordered.index(now)
        yield from self._not_constant(ordered[:place])
        yield from itertools.pairwise(ordered[max(place - 1, 0) : place + 2])
        yield from self._not_constant(ordered[place + 1 :])

    def _not_constant(self, points: Sequence[Number]) -> Iterator[tuple[Number, Number]]:
        """Neighbouring points, pieces left out within which bounds allow one answer alone."""
        if len(points) == _WORTH_FILLING - 1:
            yield points[0], points[1]
        elif len(points) >= _WORTH_FILLING and not self._is_constant(points[0], points[-1]):
            half = len(points) // 2
            yield from self._not_constant(points[: half + 1])
            yield from self._not_constant(points[half:])

    def _is_constant(self, low: Number, high: Number) -> bool:
        """Whether all values from one to the other surely give one answer."""
        ends = {self.outcome(low), self.outcome(high)}
        one = self.outcome(low)
        if len(ends) > 1 or one is None or one.status in _HARD_TO_BOUND:
            return False
        return self._case.reachable({self._key: Interval(low, high)}) == ends

    def _fill(self, points: Sequence[Number]) -> None:
        """Spare estimates at points between two others at which all computed facts lie alike.

        Computed facts rise or fall along the fact, so there they lie alike as well. The present
        size of the model stands apart, since only there the present shape holds.
        """
        now = self._case.facts.value(self._key)
        pieces = (
            [
                [point for point in points if point < now],
                [point for point in points if point > now],
            ]
            if isinstance(now, (int, float))
            else [list(points)]
        )
        while pieces:
            piece = pieces.pop()
            if len(piece) < _WORTH_FILLING:
                continue
            first = {self._key: piece[0]}
            if self._case.cells(first) == self._case.cells({self._key: piece[-1]}):
                known = self._case.values(first)
                for point in piece[1:-1]:
                    alike = None if known is None else {**known, self._key: point}
                    self._case.supply({self._key: point}, alike)
            else:
                half = len(piece) // 2
                pieces += [piece[: half + 1], piece[half:]]

    def _numbers(self) -> Iterator[Number]:
        yield from map(self._on_grid, self._case.engine.numbers_of(self._key))
        yield 0  # from there on a range can be halved by ratio
        now = self._case.facts.number(self._key)
        if now is not None:  # another size forgets the shape of the present model
            yield now
        for edge in _neighbourhood_edges(self._key, self._case):
            for number in (edge * (1 - _TINY), edge * (1 + _TINY)):
                yield self._on_grid(number)

    def _on_grid(self, number: float) -> Number:
        return math.ceil(number) if self._integer else number

    def changes(self, low: Number, high: Number) -> Iterator[Number]:
        """The values after `low`, up to `high`, that give another answer than the one before."""
        pieces = [(low, high)]
        while pieces:
            left, right = pieces.pop()
            same = self.outcome(left) == self.outcome(right)
            if same and self._steps(left, right) <= 1:
                # At most one computed fact passes one number, and the answer is the same either
                # side of it.
                continue
            between = middle(left, right, integer=self._integer)
            if same and between is not None:
                now = self._case.facts.value(self._key)
                if now not in (left, right) and self._is_constant(left, right):
                    continue
            if between is not None:
                pieces += [(between, right), (left, between)]
            elif not same:
                yield right

    def _steps(self, low: Number, high: Number) -> int:
        """How many numbers computed facts pass between two values; many if that cannot be told."""
        left, right = (self._case.cells({self._key: value}) for value in (low, high))
        if left is None or right is None:
            return 0 if left is right else _MANY
        return sum(_passed(one, other) for one, other in zip(left, right, strict=True))


def _passed(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    """How many numbers one computed fact passes; each end of a range passes them by itself."""
    if not left or not right:
        return 0 if left == right else _MANY
    low, high = abs(left[0] - right[0]), abs(left[1] - right[1])
    return low if left[2] and right[2] else low + high


def _neighbourhood_edges(key: str, case: Case) -> Iterator[float]:
    """Where published results come near or go out of sight, which moves the confidence."""
    attribute = {"model.parameters": "parameters", "data.train_examples": "train_examples"}.get(key)
    if attribute is None:
        return
    reach = 10.0**case.engine.base.settings.neighbourhood_decades
    for size in {getattr(row, attribute) for row in load_evidence()}:
        yield size / reach
        yield size * reach


@dataclass(frozen=True, slots=True)
class Along:
    """The answer along one numeric fact, everything else as it is."""

    key: str
    now: Number
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Among:
    """The answer for each choice of one fact, everything else as it is; None contradicts others."""

    key: str
    now: Value
    outcomes: Mapping[Value, Gist | None]


class Saying(NamedTuple):
    """What a rule says of a project: its outcome, decibans by method, and the methods it vetoes."""

    outcome: Outcome
    effects: Mapping[str, int]
    veto: tuple[str, ...]


_SILENT = Saying(Outcome.SILENT, {}, ())


@dataclass(frozen=True, slots=True)
class Moved:
    """A rule that says something else after a change."""

    rule: str
    claim: str
    before: Saying
    after: Saying


def along_all(case: Case) -> Iterator[Along]:
    """Every known number that a user can change, over all values that it can have."""
    for fact_type, fact in _known(case):
        if fact_type.numeric and fact_type.range is not None:
            low, high = fact_type.range
            assert isinstance(fact.value, (int, float))  # noqa: S101 - narrows the type
            yield Along(fact_type.key, fact.value, tuple(along(case, fact_type.key, low, high)))


def along(case: Case, key: str, low: Number, high: Number) -> list[Stretch]:
    """Stretches of one answer each; see `stretches`.

    Raises:
        AdvisorError: if a computed fact reads the number and neither rises nor falls with it.
    """
    for computed in case.facts.vocabulary.values():
        if key in computed.reads and case.engine.numbers_of(computed.key):
            raise AdvisorError(
                f"the answer cannot be followed exactly along {key}: {computed.key} is computed "
                "from it, and neither rises nor falls with it",
                where=key,
                hint=f"compare single values: advisor whatif FILE --set {key}=...",
            )
    if case.facts.vocabulary[key].integer:
        low, high = int(low), int(high)
    return stretches(case, key, low, high)


def among_all(case: Case, *, quick: bool = False) -> Iterator[Among]:
    """Every known choice that a user can change, with the answer for each of its values.

    With `quick` those are left out that estimates are computed from.
    """
    for fact_type, fact in _known(case):
        if quick and not case.stands_apart(fact_type.key):
            continue
        choices: tuple[Value, ...] = fact_type.choices
        if fact_type.type == "boolean":
            choices = (False, True)
        if choices:
            outcomes = {choice: case.outcome({fact_type.key: choice}) for choice in choices}
            yield Among(fact_type.key, fact.value, outcomes)


def _known(case: Case) -> Iterator[tuple[FactType, Fact]]:
    """Facts with a definite value that the questionnaire asks for."""
    for fact in case.facts:
        fact_type = case.facts.vocabulary[fact.key]
        if fact_type.ask is not None and is_known(fact.value):
            yield fact_type, fact


def moved_rules(case: Case, changes: Mapping[str, Value]) -> list[Moved]:
    """The rules that say something else once the facts are changed, in the order of their codes.

    Args:
        case: the project.
        changes: other values; they must not contradict each other.
    """
    before, after = _said(case, None), _said(case, changes)
    claims = case.engine.base.claims
    return [
        Moved(label, claims[label], before.get(label, _SILENT), after.get(label, _SILENT))
        for label in sorted({*before, *after})
        if before.get(label, _SILENT) != after.get(label, _SILENT)
    ]


def _said(case: Case, changes: Mapping[str, Value] | None) -> dict[str, Saying]:
    values = case.values(changes or {}) or {}
    return {
        finding.rule.label: Saying(finding.outcome, dict(finding.effects), finding.rule.veto)
        for finding in case.engine.assess(values).findings
    }
