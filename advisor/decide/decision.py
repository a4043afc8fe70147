"""From findings of the rules to the decision: status, recommendation, confidence, alternative."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from advisor.decide.decide import (
    HEADLINES,
    NOBODY,
    Advice,
    Conclusion,
    Decider,
    Gist,
    Headline,
    Leaning,
    Status,
    decider_of,
)
from advisor.decide.parity import Parity, kept_of, parities
from advisor.decide.tally import Tally, lead_bounds, quality_bounds, tally_of
from advisor.facts import FactBase, Value
from advisor.rules import Finding, Outcome, RuleBase, RuleSettings

Leads: TypeAlias = Callable[[Tally, Tally], tuple[int, int]]
"""Sound bounds of the first method's score minus the second's."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is still possible while facts are unknown.

    Attributes:
        scores: for each method the least and greatest score in decibans.
        reachable: the headlines that some values of the unknown facts give.
        exact: whether all of these are reached; otherwise they are bounds, none too narrow.
    """

    scores: Mapping[str, tuple[int, int]]
    reachable: frozenset[Headline]
    exact: bool


@dataclass(frozen=True, slots=True)
class Contest:
    """The state of the contest between the two sides.

    Attributes:
        leaning: the headline on the settled scores.
        reachable: all headlines that unknown facts could still lead to, by sound bounds.
        variant: the best feasible member of the soft prompts, if any is feasible.
        margin: decibans by which the soft-prompt side leads; negative if full leads; None if
            one side is vetoed.
    """

    leaning: Headline
    reachable: frozenset[Headline]
    variant: str | None
    margin: int | None


class Decision(NamedTuple):
    """The answer without its reasons.

    Attributes:
        status: how far it goes.
        recommendation, variant, confidence, alternative: as in the verdict.
        state: of the contest between the two sides.
        tallies: scores by method.
        parity: by method with a frozen base.
    """

    status: Status
    recommendation: str | None
    variant: str | None
    confidence: float | None
    alternative: str | None
    state: Contest
    tallies: Mapping[str, Tally]
    parity: Mapping[str, Parity]

    @property
    def advice(self) -> Advice:
        """The decision in short."""
        return Advice(self.status, self.recommendation, self.variant, self.alternative)


def decision_of(
    findings: Sequence[Finding], facts: FactBase, base: RuleBase, bounds: Bounds | None = None
) -> Decision:
    """Decide on the findings of the rules.

    Args:
        findings: what the rules make of the facts.
        facts: the facts, with defaults and estimates.
        base: the rules.
        bounds: what unknown facts leave possible; by default bounds taken rule by rule.
    """
    settings = base.settings
    tallies = tally_of(findings, facts.vocabulary.methods)
    before = contest(tallies, findings, settings)
    state = before if bounds is None else narrowed(before, bounds)
    if bounds is not None:
        for method, entry in tallies.items():
            entry.low, entry.high = bounds.scores[method]
    parity = parities(findings, facts, base)
    # Where bounds have ruled out what seemed feasible, only what surely is counts.
    sure = state.leaning is not before.leaning
    decider = decider_of(tuple(tallies), settings)
    leaning, found = _concluded(
        state, tallies, findings, decider, lambda method: parity[method].kept, sure=sure
    )
    advice = decider.advice(leaning.variant, found)
    return Decision(
        status=advice.status,
        recommendation=advice.recommendation,
        variant=advice.variant,
        confidence=None if advice.recommendation is None else decider.confidence(found.lead),
        alternative=advice.alternative,
        state=state,
        tallies=tallies,
        parity=parity,
    )


def gist_of(
    findings: Sequence[Finding],
    values: Mapping[str, Value],
    methods: Sequence[str],
    base: RuleBase,
    bounds: Bounds | None = None,
) -> Gist:
    """Status and recommendation as `decision_of` gives them, without all that these do not need.

    Args:
        findings: what the rules make of the facts.
        values: the facts, with defaults and estimates.
        methods: all methods, in the order of the vocabulary.
        base: the rules.
        bounds: as for `decision_of`.
    """
    settings = base.settings
    tallies = tally_of(findings, methods)
    state = contest(tallies, findings, settings)
    if bounds is not None:
        state = narrowed(state, bounds)
    decider = decider_of(tuple(tallies), settings)
    leaning, found = _concluded(
        state, tallies, findings, decider, lambda method: kept_of(method, values, settings)
    )
    return Gist(*decider.advice(leaning.variant, found)[:2])


def contest(
    tallies: Mapping[str, Tally],
    findings: Sequence[Finding],
    settings: RuleSettings,
    leads: Leads | None = None,
) -> Contest:
    """The headline as far as the facts allow.

    Args:
        tallies: scores by method.
        findings: what the rules make of the facts.
        settings: the thresholds.
        leads: bounds of leads; by default they are taken rule by rule.
    """
    entries = list(tallies.values())
    decider = decider_of(tuple(tallies), settings)
    vetoed = [entry.feasible is False for entry in entries]
    leaning = decider.leaning([entry.score for entry in entries], vetoed)
    reachable = frozenset({HEADLINES[leaning.headline]})
    unsettled = [f for f in findings if f.outcome is Outcome.UNDETERMINED]
    if unsettled:
        leads = leads or (lambda method, rival: lead_bounds(unsettled, method, rival))
        spans = [
            (0, 0) if vetoed[one] or vetoed[two] else leads(entries[one], entries[two])
            for one, two in decider.pairs
        ]
        doubtful = [entry.feasible is None for entry in entries]
        found = decider.reachable(vetoed, doubtful, *zip(*spans, strict=True))
        reachable = frozenset(one for one, may in zip(HEADLINES, found, strict=True) if may)
    return Contest(
        leaning=HEADLINES[leaning.headline],
        reachable=reachable,
        variant=None if leaning.variant == NOBODY else entries[leaning.variant].method,
        margin=leaning.margin if leaning.contested else None,
    )


def narrowed(state: Contest, bounds: Bounds) -> Contest:
    """The contest with no headline left that the bounds exclude.

    The scores hold of a rule that is not settled only what it adds in any case, so they can favour
    a headline that is out of reach. One in reach is then named, with no lead.
    """
    if state.leaning in bounds.reachable:
        return replace(state, reachable=bounds.reachable)
    leaning = next(headline for headline in Headline if headline in bounds.reachable)
    if leaning is Headline.INFEASIBLE:
        return Contest(leaning, bounds.reachable, variant=None, margin=None)
    margin = None if state.margin is None else 0
    return replace(state, leaning=leaning, reachable=bounds.reachable, margin=margin)


def _concluded(
    state: Contest,
    tallies: Mapping[str, Tally],
    findings: Sequence[Finding],
    decider: Decider,
    kept: Callable[[str], float],
    *,
    sure: bool = False,
) -> tuple[Leaning, Conclusion]:
    """A contest in numbers, and what it comes to.

    Args:
        state: of the contest.
        tallies: scores by method.
        findings: what the rules make of the facts.
        decider: of the methods.
        kept: the share of a method's quality that counts.
        sure: whether only what surely is feasible counts as alternative.
    """
    entries = list(tallies.values())
    variant, given_up = state.variant, 0.0
    if variant is not None and state.margin is not None:
        given_up = quality_bounds(findings, variant)[0] * (1.0 - kept(variant))
    leaning = Leaning(
        headline=HEADLINES.index(state.leaning),
        variant=NOBODY if variant is None else decider.methods.index(variant),
        score=0 if variant is None else tallies[variant].score,
        margin=state.margin or 0,
        contested=state.margin is not None,
    )
    return leaning, decider.conclude(
        leaning,
        len(state.reachable) > 1,
        [entry.score for entry in entries],
        [not entry.feasible if sure else entry.feasible is False for entry in entries],
        given_up,
    )
