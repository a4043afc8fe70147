"""Parity: how likely a method ends within the tolerance of full fine-tuning, on what evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advisor.catalogue import Published, rows_near
from advisor.decide.decide import probability
from advisor.decide.tally import quality_bounds
from advisor.facts import FactBase, Value, is_known
from advisor.rules import Finding, RuleBase, RuleSettings

NEARNESS = ("model.parameters", "data.train_examples", "prompt.transfer_available")
"""The facts that decide which published results are near."""


@dataclass(frozen=True, slots=True)
class Parity:
    """Parity of one tuned method.

    Attributes:
        probability: from the settled quality effects; None while a fact that it needs is unknown.
        low, high: bounds of the probability over the values of the unknown facts.
        rows, studies: published comparisons near this project's model and data size.
        kept: share of the log-odds that counts for confidence; less where evidence is thin.
        located: whether it is known well enough where the project lies among the results.
    """

    method: str
    probability: float | None
    low: float
    high: float
    rows: int
    studies: int
    kept: float
    located: bool


def parities(findings: Sequence[Finding], facts: FactBase, base: RuleBase) -> dict[str, Parity]:
    """Return the parity of every method that trains something on a frozen base."""
    values = facts.values()
    return {
        method: _parity(findings, method, values, base.settings)
        for method in base.settings.groups["frozen_base"]
    }


def _parity(
    findings: Sequence[Finding], method: str, values: Mapping[str, Value], settings: RuleSettings
) -> Parity:
    score, low, high = quality_bounds(findings, method)
    rows = published_near(method, values, settings)
    studies = _studies(rows)
    given = all(is_known(values.get(key)) for key in settings.parity_needs)
    return Parity(
        method=method,
        probability=probability(score) if given else None,
        low=probability(low),
        high=probability(high),
        rows=len(rows or ()),
        studies=studies,
        kept=_kept(method, values, studies, settings),
        located=rows is not None,
    )


def kept_of(method: str, values: Mapping[str, Value], settings: RuleSettings) -> float:
    """The share of the method's log-odds that counts for confidence, without the rest of parity."""
    return _kept(method, values, _studies(published_near(method, values, settings)), settings)


def _kept(method: str, values: Mapping[str, Value], studies: int, settings: RuleSettings) -> float:
    # A trial on the user's own model and data is nearer than any study.
    measured = is_known(values.get(measured_key(method)))
    return 1.0 if measured else kept_share(studies, settings)


def _studies(rows: Sequence[Published] | None) -> int:
    return len({row.study for row in rows or ()})


def measured_key(method: str) -> str:
    """The fact of a trial of the method on the user's own model and data."""
    return f"measured.{method}.points_below_full"


def kept_share(studies: int, settings: RuleSettings) -> float:
    """The share of the log-odds that counts for confidence with so many near studies."""
    near = min(studies / settings.enough_studies, 1.0)
    return settings.kept_without_study + near * (1.0 - settings.kept_without_study)


def published_near(
    method: str, values: Mapping[str, Value], settings: RuleSettings
) -> list[Published] | None:
    """The published comparisons of a method near the project.

    Args:
        method: a method id.
        values: the project's facts, of which those in NEARNESS are read.
        settings: how far is near.

    Returns:
        The rows; None if it is not known where the project is.
    """
    parameters, examples = values.get("model.parameters"), values.get("data.train_examples")
    if not isinstance(parameters, (int, float)) or not isinstance(examples, (int, float)):
        return None
    return rows_near(
        method,
        parameters=parameters,
        train_examples=examples,
        transferred=values.get("prompt.transfer_available") is True,
        decades=settings.neighbourhood_decades,
    )
