"""Which unknown facts could still turn the headline, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from advisor.decide.tally import lead_of
from advisor.facts import FactBase, Vocabulary
from advisor.methods import FULL
from advisor.rules import DecisionTable, Finding, Outcome, RuleSettings

_VETO_SWING = 100
"""Decibans that a possible veto of a headline side counts as, when facts are put in order."""


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that is unknown, or known only in part, and matters.

    Attributes:
        swing: decibans by which the headline could move, all rules that read it together; an upper
            bound, used to put the facts in order.
        rules: the codes of these rules.
    """

    key: str
    swing: int
    rules: tuple[str, ...]


def missing_facts(
    findings: Sequence[Finding],
    facts: FactBase,
    settings: RuleSettings,
    tables: Iterable[DecisionTable],
) -> list[MissingFact]:
    """Return the unknown facts that unsettled rules on the headline read, widest swing first."""
    by_table = {table.decides: table for table in tables}
    swings: dict[str, int] = {}
    rules: dict[str, list[str]] = {}
    for finding in findings:
        if finding.outcome is not Outcome.UNDETERMINED:
            continue
        swing = _swing(finding, settings)
        for key in sorted(unknown_inputs(finding.rule.reads, facts, by_table)) if swing else ():
            swings[key] = swings.get(key, 0) + swing
            rules.setdefault(key, []).append(finding.rule.label)
    order = sorted(swings, key=lambda key: (-swings[key], key))
    return [MissingFact(key, swings[key], tuple(rules[key])) for key in order]


def _swing(finding: Finding, settings: RuleSettings) -> int:
    soft = settings.groups["soft_prompts"]
    if finding.rule.veto:
        return _VETO_SWING if {FULL, *soft} & set(finding.rule.veto) else 0
    leads = [lead_of(finding, method, FULL) for method in soft]
    return max(high - low for low, high in leads)


def unknown_inputs(
    keys: Iterable[str], facts: FactBase, tables: Mapping[str, DecisionTable]
) -> set[str]:
    """The stated facts behind ``keys`` that are not known, through tables and computed facts."""
    unknown: set[str] = set()
    queue = list(keys)
    seen: set[str] = set()
    while queue:
        key = queue.pop()
        if key in seen or facts.known(key):
            continue
        seen.add(key)
        inputs = _inputs(key, facts.vocabulary, tables)
        queue.extend(inputs)
        if not inputs and _matters(key, facts):
            unknown.add(key)
    return unknown


def _inputs(
    key: str, vocabulary: Vocabulary, tables: Mapping[str, DecisionTable]
) -> tuple[str, ...]:
    if key in tables:
        return tables[key].reads
    return vocabulary[key].inputs


def _matters(key: str, facts: FactBase) -> bool:
    """Whether the fact can play a part: not RAM where an accelerator is used, and so on.

    Shapes and lengths that are unknown have assumed values, so only facts that can be asked for
    are named.
    """
    fact_type = facts.vocabulary[key]
    return fact_type.ask is not None and facts.applies(fact_type)
