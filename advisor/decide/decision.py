"""What the answer comes down to: status, recommendation, confidence and alternative."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from advisor.decide.headline import Bounds, Contest, Headline, contest, narrowed
from advisor.decide.parity import Parity, kept_of, parities, probability
from advisor.decide.tally import Tally, quality_bounds, tally
from advisor.facts import FactBase, Value
from advisor.methods import FULL
from advisor.rules.engine import Finding
from advisor.rules.rule import RuleBase, Settings


class Status(str, Enum):
    """How far the answer goes; docs/exit-codes.md gives the exit code of each."""

    DECIDED = "decided"
    TOO_CLOSE = "too_close"
    UNDETERMINED = "undetermined"
    INFEASIBLE = "infeasible"
    DO_NOT_TRAIN = "do_not_train"


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
    def chosen(self) -> str | None:
        """The method that is recommended, the variant where it is a soft prompt."""
        return _chosen(self.recommendation, self.state)


def other_methods(tallies: Mapping[str, Tally], settings: Settings) -> list[Tally]:
    """The methods beside the two sides of the headline that are not ruled out."""
    sides = {FULL, *settings.groups["soft_prompts"]}
    return [t for m, t in tallies.items() if m not in sides and t.feasible is not False]


def decide(
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
    tallies = tally(findings, facts.vocabulary.methods)
    state = before = contest(tallies, findings, settings)
    if bounds is not None:
        state = narrowed(before, bounds)
        for method, entry in tallies.items():
            entry.low, entry.high = bounds.scores[method]
    others = other_methods(tallies, settings)
    if state.leaning is not before.leaning:
        # Bounds have ruled out what may seem feasible, so only what surely is counts.
        others = [entry for entry in others if entry.feasible]
    parity = parities(findings, facts, base)
    lead = _believed_lead(state, findings, lambda method: parity[method].kept)
    status = _status(state, lead, settings)
    recommendation = _recommendation(status, state)
    return Decision(
        status=status,
        recommendation=recommendation,
        variant=state.variant,
        confidence=_confidence(recommendation, lead, settings),
        alternative=_alternative(recommendation, state, tallies, others, settings),
        state=state,
        tallies=tallies,
        parity=parity,
    )


def outcome_of(
    findings: Sequence[Finding],
    values: Mapping[str, Value],
    methods: Sequence[str],
    base: RuleBase,
    bounds: Bounds | None = None,
) -> tuple[Status, str | None]:
    """Status and recommendation as `decide` gives them, without all that these do not need.

    Args:
        findings: what the rules make of the facts.
        values: the facts, with defaults and estimates.
        methods: all methods, in the order of the vocabulary.
        base: the rules.
        bounds: as for `decide`.
    """
    settings = base.settings
    state = contest(tally(findings, methods), findings, settings)
    if bounds is not None:
        state = narrowed(state, bounds)
    lead = _believed_lead(state, findings, lambda method: kept_of(method, values, settings))
    status = _status(state, lead, settings)
    return status, _recommendation(status, state)


def _believed_lead(
    state: Contest, findings: Sequence[Finding], kept: Callable[[str], float]
) -> float | None:
    """The lead of the leaning side with the part of it given up that thin evidence does not bear.

    Zero where that turns the lead; None if a side is vetoed. Preferences are the user's own, so
    only what quality rules add to the lead is drawn towards nothing.
    """
    if state.margin is None or state.variant is None:
        return None
    quality, *_ = quality_bounds(findings, state.variant)
    given_up = quality * (1.0 - kept(state.variant))
    lead = state.margin - given_up
    # Where preferences outvote quality, less of quality would even add to the lead.
    return min(abs(lead), abs(state.margin)) if lead * state.margin > 0 else 0.0


def _status(state: Contest, lead: float | None, settings: Settings) -> Status:
    if len(state.reachable) > 1:
        return Status.UNDETERMINED
    if state.leaning is Headline.INFEASIBLE:
        return Status.INFEASIBLE
    if state.leaning is Headline.DO_NOT_TRAIN:
        return Status.DO_NOT_TRAIN
    if lead is not None and lead < settings.too_close_decibans:
        return Status.TOO_CLOSE
    return Status.DECIDED


def _recommendation(status: Status, state: Contest) -> str | None:
    if status in (Status.INFEASIBLE, Status.DO_NOT_TRAIN):
        return None
    if state.leaning in (Headline.INFEASIBLE, Headline.DO_NOT_TRAIN):
        return None  # undetermined, and the leaning is towards neither side
    return str(state.leaning.value)


def _confidence(recommendation: str | None, lead: float | None, settings: Settings) -> float | None:
    if recommendation is None:
        return None
    return settings.confidence_with_vetoed_rival if lead is None else probability(lead)


def _chosen(recommendation: str | None, state: Contest) -> str | None:
    """The method behind the recommendation: the variant where a soft prompt is recommended."""
    return FULL if recommendation == FULL else state.variant if recommendation else None


def _alternative(
    recommendation: str | None,
    state: Contest,
    tallies: Mapping[str, Tally],
    others: Iterable[Tally],
    settings: Settings,
) -> str | None:
    best = max(others, key=lambda entry: entry.score, default=None)
    if best is None:
        return None
    chosen = _chosen(recommendation, state)
    if chosen is None:
        return best.method
    lead = best.score - tallies[chosen].score
    return best.method if lead >= settings.alternative_decibans else None
