"""The fewest known facts whose change gives another answer, proven by going through all others.

*One fact* is proven exactly, over all its values. *Two or three facts* that bounds exclude are
proven over all their values, too; those that bounds leave are gone through over `representatives`,
which `Proof` says. Facts that are text, and facts that the questionnaire does not ask for, stay as
they are.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from advisor.decide import Gist, Headline, Number, Status, before, middle
from advisor.facts import FactType, Interval, Value
from advisor.reasoning.case import Case
from advisor.reasoning.flips import Along, Among

Wanted = Callable[[Gist], bool]
ANOTHER = "another_answer"
LARGEST = 3
_MOST = 250
"""Changes of one set of facts that are looked at before the set is given up."""
_MOST_IN_ALL = 3_000
"""Changes that are looked at for one wanted answer."""
_OPEN = 20
"""What one of them counts for while facts are unknown, since exact bounds take that much longer."""


class Proof(str, Enum):
    """What is known of a number of facts that is too small to give the wanted answer."""

    ALL_VALUES = "all_values"
    CELLS = "cells"
    NOT_PROVEN = "not_proven"


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Facts to change together, and the answer then."""

    changes: Mapping[str, Value]
    outcome: Gist


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest changes that give a wanted answer.

    Attributes:
        found: one for each set of facts, all of one size, the nearest first; empty if there is
            none of up to `LARGEST` facts, or none was found.
        proofs: for one fact, for two and so on, why so few are not enough; of the size that was
            found there is no entry.
    """

    found: tuple[Counterfactual, ...]
    proofs: tuple[Proof, ...]


def smallest_changes(
    case: Case, numbers: Iterable[Along], choices: Iterable[Among]
) -> dict[str, Smallest]:
    """The smallest changes to another answer, and to each side being decided for.

    While facts are unknown nothing is said of the sides: finding out comes before changing.

    Args:
        case: the project.
        numbers: as `along_all` gives them.
        choices: as `among_all` gives them.
    """
    now = case.outcome()
    search = Counterfactuals(case, numbers, choices)
    found = {ANOTHER: search.smallest(lambda outcome: outcome != now)}
    if not case.open:
        for side in (Headline.PROMPT_TUNING, Headline.FULL_FINE_TUNING):
            wanted = Gist(Status.DECIDED, side.value)
            if wanted != now:
                found[side.value] = search.smallest(wanted.__eq__)
    return found


class Counterfactuals:
    """Looks for the smallest changes of one project."""

    def __init__(self, case: Case, numbers: Iterable[Along], choices: Iterable[Among]) -> None:
        """Take the project with what each fact alone does.

        Args:
            case: the project.
            numbers: as `along_all` gives them.
            choices: as `among_all` gives them.
        """
        self._case = case
        self._numbers = tuple(numbers)
        self._choices = tuple(choices)
        keys = [number.key for number in self._numbers] + [choice.key for choice in self._choices]
        self._types = {key: case.facts.vocabulary[key] for key in keys}
        self._values: dict[str, tuple[Value, ...]] = {}

    def smallest(self, wanted: Wanted) -> Smallest:
        """The smallest changes that give an answer of the wanted kind."""
        found = self._ordered(self._single(wanted))
        proofs = [] if found else [Proof.ALL_VALUES]
        search = _Search(self._case, self._types, self._of, wanted)
        while not found and len(proofs) < LARGEST and Proof.NOT_PROVEN not in proofs:
            found = self._ordered(search.all_of_size(len(proofs) + 1))
            if not found:
                proofs.append(search.proof)
        return Smallest(tuple(found), tuple(proofs))

    def _single(self, wanted: Wanted) -> Iterator[Counterfactual]:
        """For each fact that gives a wanted answer alone, the nearest value that does."""
        for number in self._numbers:
            flips = [
                Counterfactual({number.key: min(max(number.now, p.low), p.high)}, p.outcome)
                for p in number.stretches
                if p.outcome is not None and wanted(p.outcome)
            ]
            yield from self._ordered(flips)[:1]
        for choice in self._choices:
            for value, after in choice.outcomes.items():
                if after is not None and value != choice.now and wanted(after):
                    yield Counterfactual({choice.key: value}, after)
                    break

    def _of(self, key: str) -> tuple[Value, ...]:
        if key not in self._values:
            self._values[key] = representatives(self._case, self._types[key])
        return self._values[key]

    def _ordered(self, found: Iterable[Counterfactual]) -> list[Counterfactual]:
        return sorted(found, key=lambda one: distance(self._case, one.changes))


def distance(case: Case, changes: Mapping[str, Value]) -> tuple[int, float]:
    """How far changes go: the choices among them, then the decades that numbers move."""
    moved = 0.0
    choices = 0
    for key, value in changes.items():
        now = case.facts.number(key)
        if now is None or isinstance(value, bool) or not isinstance(value, (int, float)):
            choices += 1
        else:
            moved += decades(now, value)
    return choices, moved


class _Search:
    """Goes through the sets of one size."""

    def __init__(
        self,
        case: Case,
        types: Mapping[str, FactType],
        values_of: Callable[[str], tuple[Value, ...]],
        wanted: Wanted,
    ) -> None:
        self._case = case
        self._types = types
        self._values_of = values_of
        self._wanted = wanted
        self._in_all = _MOST_IN_ALL
        self._left = 0
        self._cost = _OPEN if case.open else 1
        self.proof = Proof.ALL_VALUES

    def all_of_size(self, size: int) -> Iterator[Counterfactual]:
        """For each set of facts with a solution the nearest one."""
        self.proof = Proof.ALL_VALUES
        for keys in itertools.combinations(self._types, size):
            if not self._may_do({key: everything(self._types[key]) for key in keys}):
                continue
            given = self._left = min(_MOST, self._in_all)
            found = min(
                # Facts with few values first, so that bounds exclude much early.
                self._solutions(sorted(keys, key=lambda one: len(self._values_of(one))), {}),
                key=lambda one: distance(self._case, one.changes),
                default=None,
            )
            self._in_all -= given - max(self._left, 0)
            if self.proof is not Proof.NOT_PROVEN:
                self.proof = Proof.CELLS if self._left > 0 else Proof.NOT_PROVEN
            if found is not None:
                yield found

    def _may_do(self, changes: Mapping[str, Value]) -> bool:
        return any(map(self._wanted, self._case.reachable(changes)))

    def _solutions(
        self, keys: Sequence[str], fixed: Mapping[str, Value]
    ) -> Iterator[Counterfactual]:
        """Values of the keys that, with what is fixed, give a wanted answer."""
        key, *rest = keys
        for value in self._values_of(key):
            if self._left <= 0:
                return
            changes = {**fixed, key: value}
            if rest:
                self._left -= 1
                open_ = {other: everything(self._types[other]) for other in rest}
                if self._may_do({**changes, **open_}):
                    yield from self._solutions(rest, changes)
                continue
            self._left -= self._cost
            outcome = self._case.outcome(changes)
            if outcome is not None and self._wanted(outcome):
                yield Counterfactual(changes, outcome)


def everything(fact_type: FactType) -> Value:
    """All values of a fact at once.

    A number gets its whole range rather than "unknown", which of a limit would say that there is
    none.
    """
    return Interval(*(fact_type.range or (0, math.inf))) if fact_type.numeric else None


_NARROW = 1.01
"""Ratio of two numbers between which no further cell of an estimate is looked for."""
_FINE = 24
"""Parts between the steps of ramps that are looked at, of one fact."""
_LEAST = 1e-3
"""Numbers below this count as this one where ratios are compared."""


def representatives(case: Case, fact_type: FactType) -> tuple[Value, ...]:
    """Other values of a known fact, the nearest first.

    Of a choice these are all other choices. Of a number it is the value nearest to the present
    one in each part of its range within which, everything else as it is, no estimate passes a
    number that a rule tests; and of the finer parts, within which no step of a ramp lies either,
    that of at most some, evenly spread.

    Args:
        case: the project.
        fact_type: a fact with a definite value.
    """
    now = case.facts.value(fact_type.key)
    if fact_type.type == "boolean":
        return (not now,)
    if not fact_type.numeric:
        return tuple(choice for choice in fact_type.choices if choice != now)
    assert isinstance(now, (int, float))  # noqa: S101 - narrows the type
    low, high = fact_type.range or (0, math.inf)
    if fact_type.integer:
        low, high = int(low), int(high)
    cells = _Cells(case, fact_type)
    coarse, all_ = (
        {min(max(now, first), last) for first, last in cells.parts(low, high, tested=tested)}
        for tested in (True, False)
    )
    fine = sorted(all_)
    some = fine[:: math.ceil(len(fine) / _FINE)] + fine[-1:]
    found = {*coarse, *some} - {now}
    return tuple(sorted(found, key=lambda value: decades(now, value)))


def parts(
    case: Case, fact_type: FactType, low: Number, high: Number
) -> list[tuple[Number, Number]]:
    """A range of a number cut where the rules, or a test on an estimate, change by itself."""
    return list(_Cells(case, fact_type).parts(low, high, tested=True))


def decades(now: Number, value: Number) -> float:
    """How far a number is moved, in powers of ten."""
    return abs(math.log10(max(value, _LEAST) / max(now, _LEAST)))


class _Cells:
    """The parts of a number's range that rules tell apart."""

    def __init__(self, case: Case, fact_type: FactType) -> None:
        self._case = case
        self._type = fact_type

    def parts(self, low: Number, high: Number, *, tested: bool) -> Iterator[tuple[Number, Number]]:
        """First and last number of each part; `tested` leaves out steps of ramps on estimates."""
        starts = {low}
        for number in self._case.engine.numbers_of(self._type.key):
            first = math.ceil(number) if self._type.integer else number
            starts |= {first} if low < first <= high else set()
        ordered = sorted(starts)
        ends = [before(start, integer=self._type.integer) for start in ordered[1:]] + [high]
        for start, end in zip(ordered, ends, strict=True):
            yield from self._parts(start, end, tested=tested)

    def _parts(self, low: Number, high: Number, *, tested: bool) -> list[tuple[Number, Number]]:
        """A cell of the rules cut where estimates pass numbers of their own."""
        pieces, found = [(low, high)], []
        while pieces:
            left, right = pieces.pop()
            between = middle(left, right, integer=self._type.integer)
            one, other = (
                self._case.cells({self._type.key: value}, tested=tested) for value in (left, right)
            )
            if one == other:
                found.append((left, right))
            elif between is None or right <= left * _NARROW:
                found += [(left, left), (right, right)]
            else:
                pieces += [(between, right), (left, between)]
        return found
