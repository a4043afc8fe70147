"""Whether an answer stands for all that is still open, by bounds taken rule by rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advisor.facts import FactType
from advisor.rules.engine import Finding
from advisor.rules.rule import Kind, Outcome, Settings
from advisor.verdict.decision import Decision, Status, other_methods
from advisor.verdict.headline import FEW_SHOT, FULL
from advisor.verdict.parity import NEARNESS
from advisor.verdict.tally import Tally, lead_bounds, lead_of

_WITHOUT_TRAINING = (Status.INFEASIBLE, Status.DO_NOT_TRAIN)


def stands(
    decision: Decision,
    findings: Sequence[Finding],
    questions: Iterable[FactType],
    settings: Settings,
) -> bool:
    """Whether status, recommendation, variant and alternative are the same for every reply.

    The bounds are sound, and a little wider than what is really possible.

    Args:
        decision: the decision with the open facts unknown, or known in part.
        findings: what the rules make of these facts.
        questions: the open ones, "unknown" being a reply to each.
        settings: the thresholds.
    """
    if decision.status is Status.UNDETERMINED:
        return False
    unsettled = [finding for finding in findings if finding.outcome is Outcome.UNDETERMINED]
    open_ = {one.key for one in questions}
    limits = any(one.optional for one in questions)
    return (
        _feasibility_stands(decision, limited=limits)
        and _status_stands(decision, findings, open_, settings)
        and _variant_stands(decision, unsettled, settings)
        and _alternative_stands(decision, unsettled, settings)
    )


def _feasibility_stands(decision: Decision, *, limited: bool) -> bool:
    """Whether no veto is left open, by rules or by a limit that may yet be named.

    A limit that nobody names does not bind, so it looks settled while its question is open. It can
    rule out only what is trained.
    """
    if any(entry.feasible is None for entry in decision.tallies.values()):
        return False
    without = decision.status in _WITHOUT_TRAINING and decision.alternative in (None, FEW_SHOT)
    return not limited or without


def _status_stands(
    decision: Decision, findings: Sequence[Finding], open_: set[str], settings: Settings
) -> bool:
    """Whether the lead of the leaning side stays on its side of "too close to call".

    That lead is the smaller one of the scores' own and of what thin evidence leaves of it, so both
    count; where the project lies among the published results may be open as well.
    """
    if decision.status in _WITHOUT_TRAINING or decision.state.margin is None:
        return True
    variant = str(decision.variant)
    placed = open_.isdisjoint(NEARNESS)
    kept = decision.parity[variant].kept if placed else settings.kept_without_study
    needed = settings.too_close_decibans
    leads = [_lead_bounds(decision, findings, share) for share in (1.0, kept)]
    if decision.status is Status.TOO_CLOSE:
        (_, whole), (_, left) = leads
        return whole < needed or (placed and left < needed)
    return all(low >= needed for low, _ in leads)


def _lead_bounds(
    decision: Decision, findings: Iterable[Finding], share: float
) -> tuple[float, float]:
    """Bounds of the recommended side's lead with a share of what quality rules add to it."""
    low = high = 0.0
    for finding in findings:
        counted = share if finding.rule.kind is Kind.QUALITY else 1.0
        least, greatest = lead_of(finding, str(decision.variant), FULL)
        low, high = low + counted * least, high + counted * greatest
    return (-high, -low) if decision.recommendation == FULL else (low, high)


def _variant_stands(decision: Decision, unsettled: Sequence[Finding], settings: Settings) -> bool:
    """Whether the best soft prompt stays the best."""
    soft = [decision.tallies[method] for method in settings.groups["soft_prompts"]]
    feasible = [entry for entry in soft if entry.feasible]
    return not feasible or _stays_best(feasible, str(decision.variant), unsettled)


def _alternative_stands(
    decision: Decision, unsettled: Sequence[Finding], settings: Settings
) -> bool:
    """Whether the same other method, or none, keeps serving better."""
    others = other_methods(decision.tallies, settings)
    if not others:
        return True
    best = max(others, key=lambda entry: entry.score)
    if decision.chosen is None:
        return _stays_best(others, best.method, unsettled)
    chosen = decision.tallies[decision.chosen]
    leads = {entry.method: lead_bounds(unsettled, entry, chosen) for entry in others}
    needed = settings.alternative_decibans
    if decision.alternative is None:
        return all(high < needed for _, high in leads.values())
    return leads[best.method][0] >= needed and _stays_best(others, best.method, unsettled)


def _stays_best(entries: Sequence[Tally], best: str, unsettled: Sequence[Finding]) -> bool:
    """Whether one of the methods scores highest for sure; of equals the first one does."""
    place = [entry.method for entry in entries].index(best)
    return all(
        lead_bounds(unsettled, entries[place], other)[0] >= (0 if number > place else 1)
        for number, other in enumerate(entries)
        if number != place
    )
