"""The form of the run file, schema version 1, as pydantic models.

``python -m advisor.report.schema`` prints the JSON Schema; docs/schema/run-1.json is its output.
Keys may be added within a version, never renamed, retyped or dropped.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import Field

from advisor.report.confirmation_schema import Measured
from advisor.report.judged_schema import (
    BoundsEntry,
    Change,
    EvidenceEntry,
    Headline,
    MethodId,
    Outlook,
    ParityEntry,
    Part,
    Probability,
    RankingEntry,
    ReasonEntry,
    Status,
    SubDecision,
    WhyNot,
)


class MissingEntry(Part):
    """An unknown fact that could still turn the headline."""

    fact: str
    question: str
    swing_decibans: int
    rules: list[str]


class Belief(Part):
    """What is commonly believed, and what was found."""

    rule: str
    commonly: str
    found: str


class RiskEntry(Part):
    """What can go wrong, and how to see it in time."""

    code: str
    name: str
    risk: str
    watch: str
    source: str


class Assumption(Part):
    """A default that stands for something nobody has said."""

    fact: str
    value: Any
    could_change_the_answer: bool


class Statement(Part):
    """One of several statements on a fact."""

    value: Any
    source: str
    detail: str = ""


class Conflict(Part):
    """Statements on one fact that contradict each other."""

    fact: str
    used: Statement
    others: list[Statement]


class FactEntry(Part):
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


class CandidateEntry(Part):
    """The answer for one of several base models, in short."""

    model: str
    status: str
    recommendation: Headline | None
    variant: MethodId | None
    confidence: Probability | None
    alternative: MethodId | None
    headline: str


class Pair(Part):
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
