"""The run file, part by part: what `record` builds, documents read, and files are checked against.

Keys may be added within a schema version, never renamed, retyped or dropped. A part is written with
its fields in their order. The texts under fields go into docs/schema/run-1.json.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from advisor.decide import Headline
from advisor.facts import Source
from advisor.report.outlook import Outlook
from advisor.report.part import (
    Count,
    MethodId,
    Part,
    Probability,
    Side,
    StatusWord,
    Words,
    part_class,
)
from advisor.rules import RuleKind


@part_class
class EvidenceEntry(Part):
    """How near published results are to what the headline compares."""

    method: MethodId
    rows: Count
    """Published comparisons near the project."""
    studies: Count
    kept: Probability
    """Share of the quality rules' log-odds that counts."""
    text: str


@part_class
class Step(Part):
    """What one rule adds to a score."""

    rule: str
    effect: int
    """Decibans; for an unsettled rule what it gives in any case."""


@part_class
class RankingEntry(Part):
    """One method in the ranking."""

    method: MethodId
    name: str
    score: int
    """Sum of its effects in decibans."""
    score_range: tuple[int, int]
    """Bounds over the unknown facts."""
    probability: Probability
    """Share of 10^(score/10) over the feasible."""
    feasible: bool | None
    """Null while unknown facts could still veto it."""
    vetoes: list[str]
    waterfall: list[Step] | None = None
    """Adds up to the score; not in files of early versions."""


@part_class
class BoundsEntry(Part):
    """What unknown facts leave possible."""

    reachable: list[Annotated[str, Words(lambda: Headline)]]
    exact: bool
    """Each of them, and both ends of every score, are reached."""


@part_class
class ParityEntry(Part):
    """How likely a method ends within the tolerance of full fine-tuning."""

    probability: Probability | None
    """Null while a needed fact is unknown."""
    range: tuple[Probability, Probability]
    rows: Count
    """Published comparisons near the project."""
    studies: Count
    basis: str


@part_class
class SubDecision(Part):
    """A level that was settled before any method was scored."""

    name: str
    question: str
    level: str | None
    possible: list[str]
    why: str


@part_class
class ReasonEntry(Part):
    """One rule's share in the margin, or a veto."""

    rule: str
    name: str
    kind: Annotated[str, Words(lambda: RuleKind)]
    effect: int | None
    """Decibans for the first of `compared`; null for a veto."""
    effects: dict[MethodId, int]
    veto: list[MethodId]
    claim: str
    why: str
    source: list[str]
    wrong_when: str
    house_rules: str
    """The folder of the house rule, else empty."""
    facts: dict[str, Any]
    """The stated facts that it reads, with values."""


@part_class
class WhyNot(Part):
    """What speaks against a method that was not chosen."""

    method: MethodId
    name: str
    text: str
    rules: list[str]
    """Its vetoes, or the fewest rules without which it would not be behind."""


@part_class
class Change(Part):
    """The change that would lift a veto."""

    method: MethodId
    rule: str
    change: str


@part_class
class MissingEntry(Part):
    """An unknown fact that could still turn the headline."""

    fact: str
    question: str
    swing_decibans: int
    rules: list[str]


@part_class
class Belief(Part):
    """What is commonly believed, and what was found."""

    rule: str
    commonly: str
    found: str


@part_class
class RiskEntry(Part):
    """What can go wrong, and how to see it in time."""

    code: str
    name: str
    risk: str
    watch: str
    source: str


@part_class
class Assumption(Part):
    """A default that stands for something nobody has said."""

    fact: str
    value: Any
    could_change_the_answer: bool


@part_class
class UsedStatement(Part):
    """The statement on a fact that counts."""

    value: Any
    source: str


@part_class
class Statement(Part):
    """One of several statements on a fact."""

    value: Any
    source: str
    detail: str = ""


@part_class
class Conflict(Part):
    """Statements on one fact that contradict each other."""

    fact: str
    used: UsedStatement
    others: list[Statement]


@part_class
class FactEntry(Part):
    """A fact with its source; a partial value is text such as ``[1..10]`` or a list."""

    value: Any
    unit: str
    source: Annotated[str, Words(lambda: Source)]
    detail: str


@part_class
class AdviceEntry(Part):
    """What to do, of all methods that there are."""

    method: MethodId | None
    """Null where every method is ruled out."""
    kind: str | None
    """Its family: soft_prompts, full, adapters or prompting."""
    chance_within_tolerance: Probability | None
    """Of ending within the tolerance of full fine-tuning; null where it cannot be told."""
    sentence: str


@part_class
class RunFile(Part):
    """The JSON of `advisor advise`, which every other command takes."""

    schema_version: Literal["1"]
    advisor_version: str
    status: StatusWord
    advice: AdviceEntry | None = None
    """What to do; not in files of early versions."""
    headline: str
    recommendation: Side | None
    leaning_only: bool
    """The recommendation is only the present leaning."""
    variant: MethodId | None
    """Best feasible member of the soft prompts."""
    confidence: Probability | None
    """Odds between the two sides alone."""
    confidence_word: str
    evidence: EvidenceEntry | None = None
    """How near published results are; not in files of early versions."""
    alternative: MethodId | None
    alternative_reason: str
    compared: tuple[MethodId, MethodId] | None
    margin_decibans: int | None
    ranking: list[RankingEntry]
    bounds: BoundsEntry | None = None
    """What unknown facts leave possible; not in early versions."""
    parity: dict[MethodId, ParityEntry]
    sub_decisions: dict[str, SubDecision]
    reasons: list[ReasonEntry]
    why_not: list[WhyNot]
    nearest_changes: list[Change]
    outlook: Outlook | None = None
    """What would change the answer; null where not worked out."""
    missing: list[MissingEntry]
    beliefs: list[Belief]
    risks: list[RiskEntry]
    assumptions: list[Assumption]
    conflicts: list[Conflict]
    how_to: list[str]
    """Steps of the advised method; in files without advice, of the recommended side."""
    how_to_alternative: list[str]
    """Steps of the better of the two sides, where another method is advised."""
    facts: dict[str, FactEntry]

    @property
    def answer(self) -> tuple[str, ...]:
        """What to do, and the answer between the two, as sentences."""
        advice = (self.advice.sentence,) if self.advice else ()
        return (*advice, self.headline)


@part_class
class CandidateEntry(Part):
    """The answer for one of several base models, in short."""

    model: str
    status: str
    recommendation: Side | None
    variant: MethodId | None
    confidence: Probability | None
    alternative: MethodId | None
    headline: str


@part_class
class Pair(Part):
    """One (model, method) pair."""

    model: str
    method: MethodId
    score: int
    feasible: bool | None


@part_class
class CandidatesRun(RunFile):
    """The run of the best of several base models, with all of them in short."""

    model: str
    """Best of several candidates."""
    candidates: list[CandidateEntry]
    pairs: list[Pair]
