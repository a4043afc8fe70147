"""What some values leave possible, unknown ones and ranges among them, without cutting any up.

Bounds taken rule by rule are quick and can be too wide. Taken together, what a fact does in several
rules at once counts once; they are exact where no computed fact is open (`advisor.decide.bounds`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from advisor.decide.decide import Gist, Headline, Status, decider_of
from advisor.decide.decision import Contest, Decision, Leads, contest
from advisor.decide.parity import NEARNESS
from advisor.decide.tally import Tally, counted_lead, lead_bounds, tally_of
from advisor.facts import FactType, Value, Vocabulary
from advisor.methods import FEW_SHOT, FULL
from advisor.rules import Engine, Finding, Outcome, RuleSettings

if TYPE_CHECKING:
    from advisor.decide.bounds.open_rules import OpenRules

_UNTRAINED = {
    Headline.INFEASIBLE: Gist(Status.INFEASIBLE, None),
    Headline.DO_NOT_TRAIN: Gist(Status.DO_NOT_TRAIN, None),
}
_SIDES = (Headline.PROMPT_TUNING.value, Headline.FULL_FINE_TUNING.value)
_ALL = frozenset({
    *_UNTRAINED.values(),
    *(Gist(Status.UNDETERMINED, side) for side in (*_SIDES, None)),
    *(Gist(status, side) for status in (Status.DECIDED, Status.TOO_CLOSE) for side in _SIDES),
})  # fmt: skip
"""Every gist that there is."""


class Possible:
    """The state that some values leave a project in.

    Attributes:
        findings: what the rules make of the values.
        unsettled: those of rules that may or may not fire, or whose effect is not known.
        tallies: what the findings add up to.
    """

    def __init__(self, values: Mapping[str, Value], engine: Engine, vocabulary: Vocabulary) -> None:
        """Judge the values.

        Args:
            values: all that is known, in full or in part, estimates included.
            engine: the compiled rules.
            vocabulary: the types of the facts.
        """
        self._values, self._engine, self._vocabulary = values, engine, vocabulary
        self.findings = engine.assess(values).findings
        self.unsettled = [f for f in self.findings if f.outcome is Outcome.UNDETERMINED]
        self.tallies = tally_of(self.findings, vocabulary.methods)

    @functools.cached_property
    def apart(self) -> Contest:
        """The contest, what is in reach by bounds taken rule by rule."""
        return contest(self.tallies, self.findings, self._engine.base.settings)

    @functools.cached_property
    def together(self) -> Contest:
        """The contest, what is in reach by bounds that take rules together."""
        return contest(self.tallies, self.findings, self._engine.base.settings, self._lead)

    @functools.cached_property
    def open_rules(self) -> OpenRules:
        """The rules that are open, to bound any sum of their effects."""
        from advisor.decide.bounds.open_rules import OpenRules

        return OpenRules(self._engine, self._vocabulary, self._values, self.findings, self.tallies)

    def _lead(self, one: Tally, rival: Tally) -> tuple[int, int]:
        return self.open_rules.bounds({one.method: 1, rival.method: -1})

    def gists(self, *, unknown: bool) -> frozenset[Gist]:
        """Every gist that definite values within these might give; never one too few.

        Args:
            unknown: whether facts are unknown besides those that a change leaves open. They stay
                unknown, so scores may then decide that lie beyond what rules allow together.
        """
        reachable = self.apart.reachable
        if len(reachable) > 1:
            if unknown:
                return _ALL
            reachable = self.together.reachable
        settings = self._engine.base.settings
        found = {_UNTRAINED[one] for one in reachable if one in _UNTRAINED}
        for headline in reachable - set(_UNTRAINED):
            side = _Side(headline, self.tallies, settings)
            if unknown or side.may_be_clear(self._lead):
                found.add(Gist(Status.DECIDED, headline.value))
            if side.may_be_close(self.findings):
                found.add(Gist(Status.TOO_CLOSE, headline.value))
        return frozenset(found)


class _Side:
    """One side of the headline: how far it can lead the other one."""

    def __init__(
        self, headline: Headline, tallies: Mapping[str, Tally], settings: RuleSettings
    ) -> None:
        soft = [tallies[method] for method in settings.groups["soft_prompts"]]
        self._soft = [entry for entry in soft if entry.feasible is not False]
        self._full = tallies[FULL]
        self._for_full = headline is Headline.FULL_FINE_TUNING
        self._settings = settings

    def may_be_clear(self, leads: Leads) -> bool:
        """Whether it may lead by more than what is too close to call, or its rival be ruled out."""
        needed = self._settings.too_close_decibans
        sure = [entry for entry in self._soft if entry.feasible]
        if self._full.feasible is not True or not sure:
            return True
        if self._for_full:  # ahead of the best soft prompt, so ahead of each
            return all(leads(self._full, entry)[1] >= needed for entry in sure)
        return any(leads(entry, self._full)[1] >= needed for entry in self._soft)

    def may_be_close(self, findings: Sequence[Finding]) -> bool:
        """Whether it may lead by less than that, with all or little of what quality adds."""
        return self._full.feasible is not False and any(
            self._least_lead(findings, entry.method, share) < self._settings.too_close_decibans
            for entry in self._soft
            for share in (1.0, self._settings.kept_without_study)
        )

    def _least_lead(self, findings: Sequence[Finding], method: str, share: float) -> float:
        low, high = counted_lead(findings, method, FULL, share)
        return -high if self._for_full else low


_WITHOUT_TRAINING = (Status.INFEASIBLE, Status.DO_NOT_TRAIN)


def advice_stands(
    decision: Decision,
    findings: Sequence[Finding],
    questions: Iterable[FactType],
    settings: RuleSettings,
) -> bool:
    """Whether every reply to some questions gives the same advice, by bounds rule by rule.

    These can be a little wider than what is really possible, so "no" may be wrong and "yes" never.

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
    decision: Decision, findings: Sequence[Finding], open_: set[str], settings: RuleSettings
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
    leads = [counted_lead(findings, variant, FULL, share) for share in (1.0, kept)]
    if decision.recommendation == FULL:
        leads = [(-high, -low) for low, high in leads]
    if decision.status is Status.TOO_CLOSE:
        (_, whole), (_, left) = leads
        return whole < needed or (placed and left < needed)
    return all(low >= needed for low, _ in leads)


def _variant_stands(
    decision: Decision, unsettled: Sequence[Finding], settings: RuleSettings
) -> bool:
    """Whether the best soft prompt stays the best."""
    soft = [decision.tallies[method] for method in settings.groups["soft_prompts"]]
    feasible = [entry for entry in soft if entry.feasible]
    return not feasible or _stays_best(feasible, str(decision.variant), unsettled)


def _alternative_stands(
    decision: Decision, unsettled: Sequence[Finding], settings: RuleSettings
) -> bool:
    """Whether the same other method, or none, keeps serving better."""
    entries = list(decision.tallies.values())
    places = decider_of(tuple(decision.tallies), settings).others
    others = [entries[place] for place in places if entries[place].feasible is not False]
    if not others:
        return True
    best = max(others, key=lambda entry: entry.score)
    side = decision.advice.side
    if side is None:
        return _stays_best(others, best.method, unsettled)
    chosen = decision.tallies[side]
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
