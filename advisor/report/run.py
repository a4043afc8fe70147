"""The run file, part by part: what `record` builds, documents read, and files are checked against.

Keys may be added within a schema version, never renamed, retyped or dropped. A part is written with
its fields in their order. The texts under fields go into docs/schema/run-1.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from advisor.decide import Headline, Status
from advisor.facts import Source
from advisor.methods import FULL, SOFT_PROMPT, load_methods
from advisor.report.part import Part, Within, Words
from advisor.rules import RuleKind

Probability = Annotated[float, Within(0, 1)]
Count = Annotated[int, Within(0)]
MethodId = Annotated[str, Words(load_methods)]
Side = Annotated[str, Words(lambda: (SOFT_PROMPT, FULL))]
StatusWord = Annotated[str, Words(lambda: Status)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EvidenceEntry(Part):
    """How near published results are to what the headline compares."""

    method: MethodId
    rows: Count
    """Published comparisons near the project."""
    studies: Count
    kept: Probability
    """Share of the quality rules' log-odds that counts."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Step(Part):
    """What one rule adds to a score."""

    rule: str
    effect: int
    """Decibans; for an unsettled rule what it gives in any case."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BoundsEntry(Part):
    """What unknown facts leave possible."""

    reachable: list[Annotated[str, Words(lambda: Headline)]]
    exact: bool
    """Each of them, and both ends of every score, are reached."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ParityEntry(Part):
    """How likely a method ends within the tolerance of full fine-tuning."""

    probability: Probability | None
    """Null while a needed fact is unknown."""
    range: tuple[Probability, Probability]
    rows: Count
    """Published comparisons near the project."""
    studies: Count
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SubDecision(Part):
    """A level that was settled before any method was scored."""

    name: str
    question: str
    level: str | None
    possible: list[str]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WhyNot(Part):
    """What speaks against a method that was not chosen."""

    method: MethodId
    name: str
    text: str
    rules: list[str]
    """Its vetoes, or the fewest rules without which it would not be behind."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Change(Part):
    """The change that would lift a veto."""

    method: MethodId
    rule: str
    change: str


class Answered(Protocol):
    """What an answer comes down to."""

    @property
    def status(self) -> str:
        """How far it goes."""

    @property
    def recommendation(self) -> str | None:
        """The side that it names, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAnswer(Part):
    """An answer that the project could have."""

    status: StatusWord
    recommendation: Side | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Flip(Part):
    """The nearest value of a number with another answer, exact to the adjacent value."""

    value: int | float
    status: StatusWord
    recommendation: Side | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class NumberOutlook(Part):
    """What a known number would change, everything else as it is; null if nothing."""

    fact: str
    now: int | float
    below: Flip | None
    above: Flip | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ChoiceOutlook(Part):
    """Another choice of a known fact that gives another answer."""

    fact: str
    value: Any
    status: StatusWord
    recommendation: Side | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FindOut(Part):
    """A fact that is unknown or assumed and can change the answer."""

    fact: str
    question: str
    assumed: Any
    """The default that stands for it, or null."""
    effort: Annotated[str, Words(lambda: ("look_up", "count", "ask", "measure"))]
    how: str
    share: Probability
    """Of its values that change the answer."""
    answers: list[OtherAnswer]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Outlook(Part):
    """What would change the answer."""

    numbers: list[NumberOutlook]
    choices: list[ChoiceOutlook]
    find_out: FindOut | None
    """The cheapest fact worth finding out."""
    complete: bool
    """False if facts behind estimates were left out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MapAxis(Part):
    """A number that a decision map is drawn over."""

    fact: str
    values: list[int | float]
    here: int | None
    """The place of the project's own value; None where that is not known exactly."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MapEntry(Part):
    """A decision map, as `advisor whatif --map` writes it."""

    across: MapAxis
    up: MapAxis
    answers: list[OtherAnswer]
    """Each once."""
    grid: list[list[int]]
    """Places among the answers: a row for each value upwards, rising."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MissingEntry(Part):
    """An unknown fact that could still turn the headline."""

    fact: str
    question: str
    swing_decibans: int
    rules: list[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Belief(Part):
    """What is commonly believed, and what was found."""

    rule: str
    commonly: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RiskEntry(Part):
    """What can go wrong, and how to see it in time."""

    code: str
    name: str
    risk: str
    watch: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Assumption(Part):
    """A default that stands for something nobody has said."""

    fact: str
    value: Any
    could_change_the_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class UsedStatement(Part):
    """The statement on a fact that counts."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Statement(Part):
    """One of several statements on a fact."""

    value: Any
    source: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Conflict(Part):
    """Statements on one fact that contradict each other."""

    fact: str
    used: UsedStatement
    others: list[Statement]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FactEntry(Part):
    """A fact with its source; a partial value is text such as ``[1..10]`` or a list."""

    value: Any
    unit: str
    source: Annotated[str, Words(lambda: Source)]
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AdviceEntry(Part):
    """What to do, of all methods that there are."""

    method: MethodId | None
    """Null where every method is ruled out."""
    kind: str | None
    """Its family: soft_prompts, full, adapters or prompting."""
    chance_within_tolerance: Probability | None
    """Of ending within the tolerance of full fine-tuning; null where it cannot be told."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CandidateEntry(Part):
    """The answer for one of several base models, in short."""

    model: str
    status: str
    recommendation: Side | None
    variant: MethodId | None
    confidence: Probability | None
    alternative: MethodId | None
    headline: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Pair(Part):
    """One (model, method) pair."""

    model: str
    method: MethodId
    score: int
    feasible: bool | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CandidatesRun(RunFile):
    """The run of the best of several base models, with all of them in short."""

    model: str
    """Best of several candidates."""
    candidates: list[CandidateEntry]
    pairs: list[Pair]
