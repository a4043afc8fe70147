"""Scores of every method: what is certain, what is still possible, and what is vetoed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from advisor.rules import Finding, Outcome, RuleKind


@dataclass(slots=True)
class Tally:
    """The score of one method.

    Attributes:
        fired: decibans of the rules that fire.
        score: the same, with the part that is certain of what each open rule adds.
        low, high: sound bounds of the score over all values that unknown facts can take.
        vetoes: findings that make the method infeasible.
        possible_vetoes: findings that could still make it infeasible.
    """

    method: str
    fired: int = 0
    score: int = 0
    low: int = 0
    high: int = 0
    vetoes: list[Finding] = field(default_factory=list)
    possible_vetoes: list[Finding] = field(default_factory=list)

    @property
    def feasible(self) -> bool | None:
        """False if vetoed, None if that is not settled yet."""
        if self.vetoes:
            return False
        return None if self.possible_vetoes else True


def tally_of(findings: Iterable[Finding], methods: Sequence[str]) -> dict[str, Tally]:
    """Add up the findings for every method."""
    tallies = {method: Tally(method) for method in methods}
    fired = dict.fromkeys(methods, 0)
    for rule, outcome, effects, bounds in findings:
        for method, effect in effects:
            fired[method] += effect
        for method in rule.veto:
            entry = tallies[method]
            vetoes = entry.vetoes if outcome is Outcome.FIRES else entry.possible_vetoes
            vetoes.append(Finding(rule, outcome, effects, bounds))
        for method, low, high in bounds:
            entry = tallies[method]
            entry.low += low
            entry.high += high
            entry.score += settled(low, high)
    for method, entry in tallies.items():
        entry.fired = fired[method]
        entry.score += entry.fired
        entry.low += entry.fired
        entry.high += entry.fired
    return tallies


def contributions(finding: Finding) -> dict[str, tuple[int, int]]:
    """The least and greatest effect of a finding on each method, in decibans."""
    if finding.outcome is Outcome.FIRES:
        return {method: (effect, effect) for method, effect in finding.effects}
    return {method: (low, high) for method, low, high in finding.bounds}


def settled(low: int, high: int) -> int:
    """The part of an effect that is certain while it can be from ``low`` to ``high`` decibans.

    This is the value nearest to zero: none of an effect that may be nothing or change its sign.
    """
    return max(low, min(0, high))


def settled_share(finding: Finding, method: str) -> int:
    """What a finding adds for certain to the score of a method."""
    least, greatest = contributions(finding).get(method, (0, 0))
    return settled(least, greatest)


def settled_lead(finding: Finding, method: str, rival: str) -> int:
    """What a finding adds to the lead of a method's score over a rival's."""
    return settled_share(finding, method) - settled_share(finding, rival)


def waterfall(findings: Iterable[Finding], method: str) -> list[tuple[Finding, int]]:
    """What each finding adds to the score of a method, the greatest first; together the score."""
    shares = [(finding, settled_share(finding, method)) for finding in findings]
    moving = [(finding, share) for finding, share in shares if share]
    return sorted(moving, key=lambda pair: (-abs(pair[1]), pair[0].rule.label))


def quality_bounds(findings: Iterable[Finding], method: str) -> tuple[int, int, int]:
    """Certain, least and greatest sum of the quality effects on one method, in decibans."""
    score = low = high = 0
    for finding in findings:
        if finding.rule.kind is RuleKind.QUALITY:
            least, greatest = contributions(finding).get(method, (0, 0))
            score += settled_share(finding, method)
            low += least
            high += greatest
    return score, low, high


def lead_bounds(unsettled: Iterable[Finding], method: Tally, rival: Tally) -> tuple[int, int]:
    """Sound bounds of ``method``'s score minus ``rival``'s.

    Taking the difference rule by rule is tighter than subtracting two ranges: an unsettled rule
    either fires for both or for neither.

    Args:
        unsettled: the findings that are undetermined; the others are in the tallies.
        method: the method whose lead is wanted.
        rival: the method that it is compared with.
    """
    low = high = method.fired - rival.fired
    for finding in unsettled:
        least, greatest = lead_of(finding, method.method, rival.method)
        low += least
        high += greatest
    return low, high


def counted_lead(
    findings: Iterable[Finding], method: str, rival: str, share: float
) -> tuple[float, float]:
    """The least and greatest lead where only a share of what quality rules add to it counts."""
    low = high = 0.0
    for finding in findings:
        counted = share if finding.rule.kind is RuleKind.QUALITY else 1.0
        least, greatest = lead_of(finding, method, rival)
        low, high = low + counted * least, high + counted * greatest
    return low, high


def lead_of(finding: Finding, method: str, rival: str) -> tuple[int, int]:
    """What one finding adds to ``method``'s lead over ``rival``, at least and at most."""
    effects = contributions(finding)
    own, other = effects.get(method, (0, 0)), effects.get(rival, (0, 0))
    fixed = finding.rule.effects
    own_effect, other_effect = fixed.get(method, 0), fixed.get(rival, 0)
    if isinstance(own_effect, int) and isinstance(other_effect, int):
        lead = own_effect - other_effect
        if finding.outcome is Outcome.FIRES:
            return lead, lead
        return min(0, lead), max(0, lead)
    return own[0] - other[1], own[1] - other[0]
