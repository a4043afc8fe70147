"""The form of the rule files, as pydantic models; `advisor rules schema` prints it for editors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Sentence = Annotated[str, StringConstraints(min_length=10, max_length=1000)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,4}[0-9]{1,4}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
TestText = str | int | float | bool | list[str | int | float | bool]
Decibans = Annotated[int, Field(ge=-100, le=100)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class RampFile(_Strict):
    """An effect that changes with the logarithm of one numeric fact."""

    ramp: str = Field(description="The numeric fact.")
    points: dict[str | int | float, Decibans] = Field(
        min_length=2, description="Value of the fact to decibans, with rising values."
    )


class CitationFile(_Strict):
    """Where a claim comes from."""

    title: Annotated[str, StringConstraints(min_length=5, max_length=300)]
    says: Sentence
    read: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")] = Field(
        description="Year and month in which the source was read."
    )


class CaseFile(_Strict):
    """Facts and what the rule must make of them."""

    name: Name
    facts: dict[str, Any]
    expect: Literal["fires", "silent", "undetermined"]
    effects: dict[str, int] | None = None
    method: str = ""


class BeliefFile(_Strict):
    """A common belief that the rule examines."""

    commonly: Sentence
    found: Sentence


class RuleFile(_Strict):
    """One rule."""

    code: Code
    name: Name
    kind: Literal["quality", "feasibility", "preference"]
    since: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+$")]
    for_each: list[str] = Field(
        default=[], description="Methods or groups; {method} stands for each."
    )
    when: dict[str, TestText]
    effects: dict[str, Decibans | RampFile] = Field(
        default={}, description="Decibans by method or group."
    )
    veto: list[str] = Field(default=[], description="Methods or groups made infeasible.")
    claim: Sentence
    why: Sentence
    wrong_when: Sentence
    source: list[CitationFile] = Field(min_length=1)
    believed: BeliefFile | None = None
    fix: str = Field(default="", description="For a veto: the nearest change that lifts it.")
    cases: list[CaseFile] = Field(min_length=1)


class RulesFile(_Strict):
    """A file of rules."""

    rules: list[RuleFile] = Field(min_length=1)


class RowFile(_Strict):
    """One row of a sub-decision table."""

    when: dict[str, TestText]
    level: str
    why: Sentence


class TableFile(_Strict):
    """A sub-decision table; its first row whose tests hold decides."""

    decides: str
    name: str
    question: Sentence
    source: list[CitationFile] = Field(min_length=1)
    rows: list[RowFile] = Field(min_length=2)


class RiskFile(_Strict):
    """One risk."""

    code: Code
    name: Name
    methods: list[str] = Field(min_length=1)
    when: dict[str, TestText]
    risk: Sentence
    watch: Sentence
    source: Annotated[str, StringConstraints(min_length=5, max_length=300)]


class RisksFile(_Strict):
    """A file of risks."""

    risks: list[RiskFile] = Field(min_length=1)


class ConfidenceWord(_Strict):
    """From which probability on a word describes the confidence."""

    from_probability: Annotated[float, Field(ge=0.5, le=1)]
    word: str


class SettingsFile(_Strict):
    """rules/settings.yaml."""

    too_close_decibans: Annotated[int, Field(ge=0, le=50)]
    alternative_decibans: Annotated[int, Field(ge=0, le=50)]
    do_not_train_decibans: Annotated[int, Field(ge=0, le=50)]
    confidence_with_vetoed_rival: Annotated[float, Field(ge=0.5, le=1)]
    confidence_words: list[ConfidenceWord] = Field(min_length=1)
    parity_needs: list[str]
    neighbourhood_decades: Annotated[float, Field(gt=0, le=5)]
    kept_without_study: Annotated[float, Field(ge=0, le=1)]
    enough_studies: Annotated[int, Field(ge=1)]
    groups: dict[str, list[str]]
    checks: dict[Literal["evaluation", "overlap", "licence", "disk"], list[Code]]


class FittedWeightFile(_Strict):
    """One fitted weight."""

    rule: str
    methods: list[str] = Field(min_length=1)
    authored: list[Decibans] = Field(min_length=1)
    fitted: list[Decibans] = Field(min_length=1)
    states: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
    interval: list[Decibans] = Field(min_length=2, max_length=2)
    rows: Annotated[int, Field(ge=1)]
    studies: Annotated[int, Field(ge=1)]


class ChosenFile(_Strict):
    """What leave-one-study-out chose among the candidates of calibration.yaml."""

    strength: Annotated[float, Field(gt=0)]
    lone_study: Annotated[float, Field(ge=0)]


class FittedFile(_Strict):
    """rules/fitted.yaml, which `advisor evidence fit` writes."""

    as_of: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    rows: Annotated[int, Field(ge=1)]
    studies: Annotated[int, Field(ge=2)]
    methods: list[str] = Field(min_length=1)
    chosen: ChosenFile
    weights: list[FittedWeightFile] = Field(min_length=1)
