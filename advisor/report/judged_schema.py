"""The parts of the run file that tell what was judged, and what would change it.

As in schema.py, keys may be added within a version, never renamed, retyped or dropped.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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


class Part(BaseModel):
    """A part of the run file: all its keys are known."""

    model_config = ConfigDict(extra="forbid")


class Step(Part):
    """What one rule adds to a score."""

    rule: str
    effect: int = Field(description="Decibans; for an unsettled rule what it gives in any case.")


class RankingEntry(Part):
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


class ParityEntry(Part):
    """How likely a method ends within the tolerance of full fine-tuning."""

    probability: Probability | None = Field(description="Null while a needed fact is unknown.")
    range: tuple[Probability, Probability]
    rows: int = Field(ge=0, description="Published comparisons near the project.")
    studies: int = Field(ge=0)
    basis: str


class EvidenceEntry(Part):
    """How near published results are to what the headline compares."""

    method: MethodId
    rows: int = Field(ge=0, description="Published comparisons near the project.")
    studies: int = Field(ge=0)
    kept: Probability = Field(description="Share of the quality rules' log-odds that counts.")
    text: str


class BoundsEntry(Part):
    """What unknown facts leave possible."""

    reachable: list[Literal["prompt_tuning", "full_fine_tuning", "do_not_train", "infeasible"]]
    exact: bool = Field(description="Each of them, and both ends of every score, are reached.")


class SubDecision(Part):
    """A level that was settled before any method was scored."""

    name: str
    question: str
    level: str | None
    possible: list[str]
    why: str


class ReasonEntry(Part):
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


class WhyNot(Part):
    """What speaks against a method that was not chosen."""

    method: MethodId
    name: str
    text: str
    rules: list[str] = Field(
        description="Its vetoes, or the fewest rules without which it would not be behind."
    )


class Change(Part):
    """The change that would lift a veto."""

    method: MethodId
    rule: str
    change: str


Status = Literal["decided", "too_close", "undetermined", "infeasible", "do_not_train"]


class OtherAnswer(Part):
    """An answer that the project could have."""

    status: Status
    recommendation: Headline | None


class Flip(OtherAnswer):
    """The nearest value of a number with another answer, exact to the adjacent value."""

    value: float


class NumberOutlook(Part):
    """What a known number would change, everything else as it is; null if nothing."""

    fact: str
    now: float
    below: Flip | None
    above: Flip | None


class ChoiceOutlook(OtherAnswer):
    """Another choice of a known fact that gives another answer."""

    fact: str
    value: Any


class FindOut(Part):
    """A fact that is unknown or assumed and can change the answer."""

    fact: str
    question: str
    assumed: Any = Field(description="The default that stands for it, or null.")
    effort: Literal["look_up", "count", "ask", "measure"]
    how: str
    share: Probability = Field(description="Of its values that change the answer.")
    answers: list[OtherAnswer]


class Outlook(Part):
    """What would change the answer."""

    numbers: list[NumberOutlook]
    choices: list[ChoiceOutlook]
    find_out: FindOut | None = Field(description="The cheapest fact worth finding out.")
    complete: bool = Field(description="False if facts behind estimates were left out.")
