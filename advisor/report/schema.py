"""The form of the run file, schema version 1, as pydantic models.

``python -m advisor.report.schema`` prints the JSON Schema; docs/schema/run-1.json is its output.
Keys may be added within a version, never renamed, retyped or dropped.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from advisor.report.confirmation_schema import Measured

Probability = Annotated[float, Field(ge=0, le=1)]
MethodId = Literal[
    "few_shot_prompting",
    "prompt_tuning",
    "p_tuning",
    "prefix_tuning",
    "ia3",
    "lora",
    "qlora",
    "full_fine_tuning",
]
Headline = Literal["prompt_tuning", "full_fine_tuning"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Step(_Part):
    """What one rule adds to a score."""

    rule: str
    effect: int = Field(description="Decibans; for an unsettled rule what it gives in any case.")


class RankingEntry(_Part):
    """One method in the ranking."""

    method: MethodId
    name: str
    score: int = Field(description="Sum of its effects in decibans.")
    score_range: tuple[int, int] = Field(description="Bounds over the unknown facts.")
    probability: Probability = Field(description="Share of 10^(score/10) over the feasible.")
    feasible: bool | None = Field(description="Null while unknown facts could still veto it.")
    vetoes: list[str]
    waterfall: list[Step] | None = Field(
        default=None, description="Adds up to the score; not in files of early versions."
    )


class ParityEntry(_Part):
    """How likely a method ends within the tolerance of full fine-tuning."""

    probability: Probability | None = Field(description="Null while a needed fact is unknown.")
    range: tuple[Probability, Probability]
    rows: int = Field(ge=0, description="Published comparisons near the project.")
    studies: int = Field(ge=0)
    basis: str


class EvidenceEntry(_Part):
    """How near published results are to what the headline compares."""

    method: MethodId
    rows: int = Field(ge=0, description="Published comparisons near the project.")
    studies: int = Field(ge=0)
    kept: Probability = Field(description="Share of the quality rules' log-odds that counts.")
    text: str


class BoundsEntry(_Part):
    """What unknown facts leave possible."""

    reachable: list[Literal["prompt_tuning", "full_fine_tuning", "do_not_train", "infeasible"]]
    exact: bool = Field(description="Each of them, and both ends of every score, are reached.")


class SubDecision(_Part):
    """A level that was settled before any method was scored."""

    name: str
    question: str
    level: str | None
    possible: list[str]
    why: str


class ReasonEntry(_Part):
    """One rule's share in the margin, or a veto."""

    rule: str
    name: str
    kind: Literal["quality", "feasibility", "preference"]
    effect: int | None = Field(description="Decibans for the first of `compared`; null for a veto.")
    effects: dict[MethodId, int]
    veto: list[MethodId]
    claim: str
    why: str
    source: list[str]
    wrong_when: str
    house_rules: str = Field(description="The folder of the house rule, else empty.")
    facts: dict[str, Any] = Field(description="The stated facts that it reads, with values.")


class WhyNot(_Part):
    """What speaks against a method that was not chosen."""

    method: MethodId
    name: str
    text: str
    rules: list[str] = Field(
        description="Its vetoes, or the fewest rules without which it would not be behind."
    )


class Change(_Part):
    """The change that would lift a veto."""

    method: MethodId
    rule: str
    change: str


Status = Literal["decided", "too_close", "undetermined", "infeasible", "do_not_train"]


class OtherAnswer(_Part):
    """An answer that the project could have."""

    status: Status
    recommendation: Headline | None


class Flip(OtherAnswer):
    """The nearest value of a number with another answer, exact to the adjacent value."""

    value: float


class NumberOutlook(_Part):
    """What a known number would change, everything else as it is; null if nothing."""

    fact: str
    now: float
    below: Flip | None
    above: Flip | None


class ChoiceOutlook(OtherAnswer):
    """Another choice of a known fact that gives another answer."""

    fact: str
    value: Any


class FindOut(_Part):
    """A fact that is unknown or assumed and can change the answer."""

    fact: str
    question: str
    assumed: Any = Field(description="The default that stands for it, or null.")
    effort: Literal["look_up", "count", "ask", "measure"]
    how: str
    share: Probability = Field(description="Of its values that change the answer.")
    answers: list[OtherAnswer]


class Outlook(_Part):
    """What would change the answer."""

    numbers: list[NumberOutlook]
    choices: list[ChoiceOutlook]
    find_out: FindOut | None = Field(description="The cheapest fact worth finding out.")
    complete: bool = Field(description="False if facts behind estimates were left out.")


class MissingEntry(_Part):
    """An unknown fact that could still turn the headline."""

    fact: str
    question: str
    swing_decibans: int
    rules: list[str]


class Belief(_Part):
    """What is commonly believed, and what was found."""

    rule: str
    commonly: str
    found: str


class RiskEntry(_Part):
    """What can go wrong, and how to see it in time."""

    code: str
    name: str
    risk: str
    watch: str
    source: str


class Assumption(_Part):
    """A default that stands for something nobody has said."""

    fact: str
    value: Any
    could_change_the_answer: bool


class Statement(_Part):
    """One of several statements on a fact."""

    value: Any
    source: str
    detail: str = ""


class Conflict(_Part):
    """Statements on one fact that contradict each other."""

    fact: str
    used: Statement
    others: list[Statement]


class FactEntry(_Part):
    """A fact with its source; a partial value is text such as ``[1..10]`` or a list."""

    value: Any
    unit: str
    source: Literal[
        "flag",
        "measured",
        "answered",
        "detected",
        "read_from_file",
        "catalogue",
        "estimated",
        "default",
    ]
    detail: str


class CandidateEntry(_Part):
    """The answer for one of several base models, in short."""

    model: str
    status: str
    recommendation: Headline | None
    variant: MethodId | None
    confidence: Probability | None
    alternative: MethodId | None
    headline: str


class Pair(_Part):
    """One (model, method) pair."""

    model: str
    method: MethodId
    score: int
    feasible: bool | None


class RunFile(Measured):
    """The JSON of `advisor advise`, which every other command takes."""

    schema_version: Literal["1"]
    advisor_version: str
    status: Status
    headline: str
    recommendation: Headline | None
    leaning_only: bool = Field(description="The recommendation is only the present leaning.")
    variant: MethodId | None = Field(description="Best feasible member of the soft prompts.")
    confidence: Probability | None = Field(description="Odds between the two sides alone.")
    confidence_word: str
    evidence: EvidenceEntry | None = Field(
        default=None, description="How near published results are; not in files of early versions."
    )
    alternative: MethodId | None
    alternative_reason: str
    compared: tuple[MethodId, MethodId] | None
    margin_decibans: int | None
    ranking: list[RankingEntry]
    bounds: BoundsEntry | None = Field(
        default=None, description="What unknown facts leave possible; not in early versions."
    )
    parity: dict[MethodId, ParityEntry]
    sub_decisions: dict[str, SubDecision]
    reasons: list[ReasonEntry]
    why_not: list[WhyNot]
    nearest_changes: list[Change]
    outlook: Outlook | None = Field(
        default=None, description="What would change the answer; null where not worked out."
    )
    missing: list[MissingEntry]
    beliefs: list[Belief]
    risks: list[RiskEntry]
    assumptions: list[Assumption]
    conflicts: list[Conflict]
    how_to: list[str]
    how_to_alternative: list[str]
    facts: dict[str, FactEntry]
    model: str | None = Field(default=None, description="Best of several candidates.")
    candidates: list[CandidateEntry] | None = None
    pairs: list[Pair] | None = None


def json_schema() -> str:
    """The JSON Schema of the run file."""
    return json.dumps(RunFile.model_json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")  # noqa: T201 - printing it is what the module is run for
