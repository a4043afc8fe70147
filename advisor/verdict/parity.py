"""Parity: how likely a method ends within the tolerance of full fine-tuning, on what evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.catalogue.evidence import rows_near
from advisor.facts import FactBase
from advisor.rules.engine import Finding
from advisor.rules.rule import Settings
from advisor.verdict.tally import quality_bounds


@dataclass(frozen=True, slots=True)
class Parity:
    """Parity of one tuned method.

    Attributes:
        probability: from the settled quality effects; None while a fact that it needs is unknown.
        low, high: bounds of the probability over the values of the unknown facts.
        rows, studies: published comparisons near this project's model and data size.
    """

    method: str
    probability: float | None
    low: float
    high: float
    rows: int
    studies: int


def parities(findings: Sequence[Finding], facts: FactBase, settings: Settings) -> dict[str, Parity]:
    """Return the parity of every method that trains something on a frozen base."""
    needed = all(facts.known(key) for key in settings.parity_needs)
    return {
        method: _parity(findings, method, facts, settings, given=needed)
        for method in settings.groups["frozen_base"]
    }


def _parity(
    findings: Sequence[Finding], method: str, facts: FactBase, settings: Settings, *, given: bool
) -> Parity:
    score, low, high = quality_bounds(findings, method)
    parameters, examples = facts.number("model.parameters"), facts.number("data.train_examples")
    rows = (
        rows_near(
            method,
            parameters=parameters,
            train_examples=examples,
            transferred=facts.value("prompt.transfer_available") is True,
            decades=settings.neighbourhood_decades,
        )
        if parameters is not None and examples is not None
        else []
    )
    return Parity(
        method=method,
        probability=probability(score) if given else None,
        low=probability(low),
        high=probability(high),
        rows=len(rows),
        studies=len({row.study for row in rows}),
    )


def probability(decibans: float) -> float:
    """The probability whose odds are ``decibans`` tenths of a power of ten."""
    return 1.0 / (1.0 + math.pow(10.0, -decibans / 10.0))
