"""What a rule is once it has been read and checked."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from advisor.facts import FactType, Interval, Value
from advisor.rules.unary import Test

# A guess by exponentiation is right to some units in the last place; this is far wider.
_NEAR = 1e-12


class RuleKind(str, Enum):
    """What a rule speaks about; only quality can be checked against published results."""

    QUALITY = "quality"
    FEASIBILITY = "feasibility"
    PREFERENCE = "preference"


class Outcome(str, Enum):
    """What the facts make of a rule; unknown facts leave it undetermined, never false."""

    FIRES = "fires"
    SILENT = "silent"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Ramp:
    """An effect that is piecewise linear in the logarithm of one numeric fact.

    Attributes:
        fact: the numeric fact that it reads.
        points: (value of the fact, decibans) with rising values; outside them the end values hold.
    """

    fact: str
    points: tuple[tuple[float, int], ...]

    @property
    def steps(self) -> tuple[tuple[float, ...], tuple[int, ...]]:
        """The numbers at which the rounded effect changes, and the effects between them."""
        return _steps(self.points)

    def cuts(self, fact_type: FactType) -> tuple[float, ...]:
        """The least possible numbers from which another effect holds; whole for a whole fact."""
        steps = self.steps[0]
        return tuple(dict.fromkeys(map(math.ceil, steps))) if fact_type.integer else steps

    def at(self, number: float) -> int:
        """The effect in decibans, rounded to the nearest integer, halves to the even one."""
        return _interpolated(self.points, number)

    def bounds(self, value: Value) -> tuple[int, int]:
        """The least and greatest effect that the value allows."""
        if isinstance(value, (int, float)):
            effect = self.at(value)
            return effect, effect
        low, high = (value.low, value.high) if isinstance(value, Interval) else (0.0, math.inf)
        inside = [y for x, y in self.points if low <= x <= high]
        effects = [self.at(low), self.at(high), *inside]
        return min(effects), max(effects)


def _interpolated(points: tuple[tuple[float, int], ...], number: float) -> int:
    low_x, low_y = points[0]
    if number <= low_x:
        return low_y
    for high_x, high_y in points[1:]:
        if number <= high_x:
            share = math.log10(number / low_x) / math.log10(high_x / low_x)
            return round(low_y + share * (high_y - low_y))
        low_x, low_y = high_x, high_y
    return low_y


@functools.cache
def _steps(points: tuple[tuple[float, int], ...]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Find, exactly to the adjacent float, where the rounded effect changes."""
    cuts: list[float] = []
    effects = [points[0][1]]
    for (low_x, low_y), (high_x, high_y) in itertools.pairwise(points):
        direction = 1 if high_y > low_y else -1
        for effect in range(low_y + direction, high_y + direction, direction):
            share = (effect - direction / 2 - low_y) / (high_y - low_y)
            guess = low_x * math.pow(high_x / low_x, share)
            cuts.append(_first_at(points, effect, guess, direction))
            effects.append(effect)
    return tuple(cuts), tuple(effects)


def _first_at(
    points: tuple[tuple[float, int], ...], effect: int, guess: float, direction: int
) -> float:
    """The least number near ``guess`` whose effect has reached ``effect``."""

    def reached(number: float) -> bool:
        return (_interpolated(points, number) - effect) * direction >= 0

    low, high = guess * (1 - _NEAR), guess * (1 + _NEAR)
    while math.nextafter(low, high) < high:
        middle = low + (high - low) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


Effect: TypeAlias = "int | Ramp"


def decibans_of(effect: Effect) -> tuple[int, ...]:
    """The decibans that an author wrote for an effect: one number, or one at each point."""
    return tuple(y for _, y in effect.points) if isinstance(effect, Ramp) else (effect,)


@dataclass(frozen=True, slots=True)
class FittedWeight:
    """What calibration has made of one effect of a rule.

    Attributes:
        rule: the rule's label.
        methods: the methods that share the effect.
        authored, fitted: decibans, one number for each point of a ramp.
        states: a short digest of what the rule states for these methods.
        low, high: 90 % interval of the fitted decibans that lie furthest from zero.
        rows, studies: published comparisons in which the rule says something of these methods.
    """

    rule: str
    methods: tuple[str, ...]
    authored: tuple[int, ...]
    fitted: tuple[int, ...]
    states: str
    low: int
    high: int
    rows: int
    studies: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted to the published comparisons.

    Attributes:
        as_of: the day of the fit.
        rows, studies: how many comparisons it rests on.
        methods: the methods that are compared in them.
        weights: the fitted weights.
    """

    as_of: str
    rows: int
    studies: int
    methods: tuple[str, ...]
    weights: tuple[FittedWeight, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule's claim comes from."""

    title: str
    says: str


@dataclass(frozen=True, slots=True)
class RuleCase:
    """An example in the rule file: facts, and what the rule must do with them."""

    name: str
    facts: Mapping[str, Value]
    expect: Outcome
    effects: Mapping[str, int] | None
    method: str
    where: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, or one method's instance of a rule that is written for several methods.

    Attributes:
        code: the stable identifier, such as ``Q101``.
        method: the method of this instance for a rule with ``for_each``, else empty.
        when: the test on each fact; all must hold. Empty means that the rule always fires.
        effects: decibans (or a ramp of them) by method id.
        veto: the methods that are infeasible when the rule fires.
        pack: empty for the rules that ship with the advisor, else the folder of a house rule.
        fitted: where effects come from calibration rather than from the author.
    """

    code: str
    name: str
    kind: RuleKind
    when: Mapping[str, Test]
    effects: Mapping[str, Effect]
    veto: tuple[str, ...]
    claim: str
    why: str
    wrong_when: str
    sources: tuple[Citation, ...]
    cases: tuple[RuleCase, ...]
    where: str
    believed: str = ""
    found: str = ""
    fix: str = ""
    method: str = ""
    pack: str = ""
    fitted: tuple[FittedWeight, ...] = ()

    @property
    def label(self) -> str:
        """The code, with the method where the rule is written for several."""
        return f"{self.code}[{self.method}]" if self.method else self.code

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that the rule depends on, in tests and ramps."""
        ramps = [e.fact for e in self.effects.values() if isinstance(e, Ramp)]
        return tuple(dict.fromkeys([*self.when, *ramps]))


@dataclass(frozen=True, slots=True)
class SubdecisionRow:
    """One row of a sub-decision table: the level that holds if its tests do."""

    when: Mapping[str, Test]
    level: str
    why: str


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A sub-decision: the first row whose tests hold decides the level of the fact."""

    decides: str
    name: str
    question: str
    rows: tuple[SubdecisionRow, ...]
    sources: tuple[Citation, ...]
    where: str

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that its rows test."""
        return tuple(dict.fromkeys(key for row in self.rows for key in row.when))


@dataclass(frozen=True, slots=True)
class Risk:
    """What can go wrong with some methods, and how to see it in time; it moves no score."""

    code: str
    name: str
    methods: tuple[str, ...]
    when: Mapping[str, Test]
    risk: str
    watch: str
    source: str


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """The thresholds that turn scores into words; they live in rules/settings.yaml."""

    too_close_decibans: int
    alternative_decibans: int
    do_not_train_decibans: int
    confidence_with_vetoed_rival: float
    confidence_words: tuple[tuple[float, str], ...]
    parity_needs: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    checks: Mapping[str, tuple[str, ...]]
    neighbourhood_decades: float
    kept_without_study: float
    enough_studies: int

    def __hash__(self) -> int:
        # Mappings have no hash; settings that differ elsewhere alone merely collide.
        return hash((self.too_close_decibans, self.do_not_train_decibans, self.enough_studies))


@dataclass(frozen=True, slots=True)
class RuleBase:
    """All rules, tables, risks and settings of one run."""

    rules: tuple[Rule, ...]
    tables: tuple[DecisionTable, ...]
    risks: tuple[Risk, ...]
    settings: RuleSettings
    calibration: Calibration | None = None

    @property
    def claims(self) -> dict[str, str]:
        """What each rule claims, by its label."""
        return {rule.label: rule.claim for rule in self.rules}
