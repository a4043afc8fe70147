"""The form of the rule files, as pydantic models, and what is said of a file that breaks it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from advisor.support import AdvisorError, YamlDocument, did_you_mean

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


_MODELS: dict[str, type[BaseModel]] = {
    "rules": RulesFile,
    "risks": RisksFile,
    "table": TableFile,
    "settings": SettingsFile,
    "fitted": FittedFile,
}


def check_form(document: YamlDocument, kind: str) -> None:
    """Raise AdvisorError on the first thing in which the document differs from its form.

    Args:
        document: the parsed file.
        kind: ``rules``, ``risks``, ``table``, ``settings`` or ``fitted``.
    """
    model = _MODELS[kind]
    try:
        model.model_validate(document.value)
    except ValidationError as error:
        first, path = _telling(error, document.value)
        location: tuple[Any, ...] = first["loc"]
        field = ".".join(str(part) for part in path)
        message = first["msg"][0].lower() + first["msg"][1:]
        hint = ""
        if first["type"] == "extra_forbidden":
            message = f"there is no field named {location[-1]!r} here"
            hint = did_you_mean(str(location[-1]), _field_names(model))
        elif first["type"] == "missing":
            message = f"the field {location[-1]!r} is missing"
        raise AdvisorError(
            f"{field}: {message}" if field else message,
            where=document.where(*path),
            hint=hint or "advisor rules schema prints the form of a rule file",
        ) from None


def _telling(error: ValidationError, value: Any) -> tuple[ErrorDetails, tuple[Any, ...]]:
    """The first error and its path; of the branches of a union, the one that fits best so far."""
    errors = error.errors(include_url=False, include_context=False)
    paths = [_path(found, value) for found in errors]
    best = 0
    for number, path in enumerate(paths):
        if len(path) > len(paths[best]) and path[: len(paths[best])] == paths[best]:
            best = number
    return errors[best], paths[best]


def _path(found: ErrorDetails, value: Any) -> tuple[Any, ...]:
    """Where an error is, without the names that pydantic gives to the branches of a union."""
    path = []
    for part in found["loc"]:
        inside: Iterable[Any] = value if isinstance(value, dict) else ()
        if isinstance(value, list):
            inside = range(len(value))
        if part in inside:
            path.append(part)
            value = value[part]
    if found["type"] == "missing":
        path.append(found["loc"][-1])
    return tuple(path)


def _field_names(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})
