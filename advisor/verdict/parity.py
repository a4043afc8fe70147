"""Parity: how likely a method ends within the tolerance of full fine-tuning, on what evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.catalogue.evidence import Published, rows_near
from advisor.facts import FactBase
from advisor.rules.engine import Finding
from advisor.rules.rule import RuleBase, Settings
from advisor.verdict.tally import quality_bounds

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
    return {
        method: _parity(findings, method, facts, base)
        for method in base.settings.groups["frozen_base"]
    }


def _parity(findings: Sequence[Finding], method: str, facts: FactBase, base: RuleBase) -> Parity:
    score, low, high = quality_bounds(findings, method)
    rows = _rows_near(method, facts, base.settings)
    studies = len({row.study for row in rows or ()})
    given = all(facts.known(key) for key in base.settings.parity_needs)
    return Parity(
        method=method,
        probability=probability(score) if given else None,
        low=probability(low),
        high=probability(high),
        rows=len(rows or ()),
        studies=studies,
        kept=_kept(method, studies, facts, base.settings),
        located=rows is not None,
    )


def measured_key(method: str) -> str:
    """The fact of a trial of the method on the user's own model and data."""
    return f"measured.{method}.points_below_full"


def kept_on(method: str, facts: FactBase, settings: Settings) -> float:
    """The share of the quality rules' log-odds on a method that counts for confidence."""
    rows = _rows_near(method, facts, settings)
    return _kept(method, len({row.study for row in rows or ()}), facts, settings)


def _kept(method: str, studies: int, facts: FactBase, settings: Settings) -> float:
    # A trial on the user's own model and data is nearer than any study.
    return 1.0 if facts.known(measured_key(method)) else kept_share(studies, settings)


def kept_share(studies: int, settings: Settings) -> float:
    """The share of the log-odds that counts for confidence with so many near studies."""
    near = min(studies / settings.enough_studies, 1.0)
    return settings.kept_without_study + near * (1.0 - settings.kept_without_study)


def _rows_near(method: str, facts: FactBase, settings: Settings) -> list[Published] | None:
    """The comparisons near the project; None if it is not known where the project is."""
    parameters, examples = facts.number("model.parameters"), facts.number("data.train_examples")
    if parameters is None or examples is None:
        return None
    return rows_near(
        method,
        parameters=parameters,
        train_examples=examples,
        transferred=facts.value("prompt.transfer_available") is True,
        decades=settings.neighbourhood_decades,
    )


def probability(decibans: float) -> float:
    """The probability whose odds are ``decibans`` tenths of a power of ten."""
    return 1.0 / (1.0 + math.pow(10.0, -decibans / 10.0))
