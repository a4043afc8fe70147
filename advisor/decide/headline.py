"""The headline: which of the two sides the scores favour, and what could still turn that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

from advisor.decide.tally import Tally, lead_bounds
from advisor.methods import FEW_SHOT, FULL, SOFT_PROMPT
from advisor.rules.engine import Finding
from advisor.rules.rule import Outcome, Settings

Leads: TypeAlias = Callable[[Tally, Tally], tuple[int, int]]
"""Sound bounds of the first method's score minus the second's."""


class Headline(str, Enum):
    """What the answer can come down to."""

    PROMPT_TUNING = SOFT_PROMPT
    FULL_FINE_TUNING = FULL
    DO_NOT_TRAIN = "do_not_train"
    INFEASIBLE = "infeasible"


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


def contest(
    tallies: Mapping[str, Tally],
    findings: Sequence[Finding],
    settings: Settings,
    leads: Leads | None = None,
) -> Contest:
    """Settle the headline as far as the facts allow.

    Args:
        tallies: scores by method.
        findings: what the rules make of the facts.
        settings: the thresholds.
        leads: bounds of leads; by default they are taken rule by rule.
    """
    unsettled = [f for f in findings if f.outcome is Outcome.UNDETERMINED]
    leads = leads or (lambda method, rival: lead_bounds(unsettled, method, rival))
    soft = [tallies[method] for method in settings.groups["soft_prompts"]]
    possible = [entry for entry in soft if entry.feasible is not False]
    best = max(possible, key=lambda entry: entry.score, default=None)
    full = tallies[FULL]
    margin = best.score - full.score if best and full.feasible is not False else None
    leaning = _leaning(tallies, best, full, margin, settings)
    return Contest(
        leaning=leaning,
        reachable=(
            _reachable(tallies, leads, soft, settings) if unsettled else frozenset({leaning})
        ),
        variant=best.method if best else None,
        margin=margin,
    )


def narrowed(state: Contest, bounds: Bounds) -> Contest:
    """The contest with no headline left that the bounds exclude.

    What the settled scores lean to can be out of reach, since each rule that is not settled counts
    there with what it gives in any case. The side in reach is then named, with no lead.
    """
    if state.leaning in bounds.reachable:
        return replace(state, reachable=bounds.reachable)
    leaning = next(headline for headline in Headline if headline in bounds.reachable)
    if leaning is Headline.INFEASIBLE:
        return Contest(leaning, bounds.reachable, variant=None, margin=None)
    margin = None if state.margin is None else 0
    return replace(state, leaning=leaning, reachable=bounds.reachable, margin=margin)


def _leaning(
    tallies: Mapping[str, Tally],
    best: Tally | None,
    full: Tally,
    margin: int | None,
    settings: Settings,
) -> Headline:
    if best is None and full.feasible is False:
        return Headline.INFEASIBLE
    few_shot = tallies[FEW_SHOT]
    trained = [tallies[m] for m in settings.groups["trained"] if tallies[m].feasible is not False]
    lead = few_shot.score - max(entry.score for entry in trained)
    if few_shot.feasible is not False and lead >= settings.do_not_train_decibans:
        return Headline.DO_NOT_TRAIN
    if best is None:
        return Headline.FULL_FINE_TUNING
    # On a tie full fine-tuning stands: it is what the published results favour by default.
    if margin is None or margin > 0:
        return Headline.PROMPT_TUNING
    return Headline.FULL_FINE_TUNING


def _reachable(
    tallies: Mapping[str, Tally],
    bounds: Leads,
    soft: Iterable[Tally],
    settings: Settings,
) -> frozenset[Headline]:
    """Every headline that some values of the unknown facts might give; never one too few."""
    full = tallies[FULL]
    possible = [entry for entry in soft if entry.feasible is not False]
    certain = [entry for entry in possible if entry.feasible]
    if not possible and full.feasible is False:
        return frozenset({Headline.INFEASIBLE})
    leads = {entry.method: bounds(entry, full) for entry in possible}
    reachable = set()
    if possible and (full.feasible is not True or any(high > 0 for _, high in leads.values())):
        reachable.add(Headline.PROMPT_TUNING)
    beaten = any(leads[entry.method][0] > 0 for entry in certain)
    if full.feasible is not False and not beaten:
        reachable.add(Headline.FULL_FINE_TUNING)
    if not certain and full.feasible is not True:
        reachable.add(Headline.INFEASIBLE)
    not_trained = _do_not_train(tallies, bounds, settings)
    if not_trained is True:
        return frozenset({Headline.DO_NOT_TRAIN}) | (reachable & {Headline.INFEASIBLE})
    if not_trained is None:
        reachable.add(Headline.DO_NOT_TRAIN)
    return frozenset(reachable)


def _do_not_train(tallies: Mapping[str, Tally], bounds: Leads, settings: Settings) -> bool | None:
    """Whether few-shot prompting surely leads every trained method; None if it may."""
    few_shot = tallies[FEW_SHOT]
    if few_shot.feasible is False:
        return False
    trained = [tallies[m] for m in settings.groups["trained"] if tallies[m].feasible is not False]
    leads = {e.method: bounds(few_shot, e) for e in trained}
    needed = settings.do_not_train_decibans
    if few_shot.feasible and all(low >= needed for low, _ in leads.values()):
        return True
    # A rival that may yet be vetoed cannot rule few-shot prompting out.
    return False if any(leads[e.method][1] < needed for e in trained if e.feasible) else None
