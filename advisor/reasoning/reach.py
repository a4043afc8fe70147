"""Which answers are in reach while some facts may have any value: bounds, none too narrow.

A set of facts that, left wholly open, cannot give the wanted answer cannot give it with any values
of these facts, nor can a part of the set. That spares going through their values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from advisor.decide.bounds.open_rules import OpenRules
from advisor.decide.decide import Headline, Status
from advisor.decide.decision import Leads, contest
from advisor.decide.tally import Tally, lead_of, tally
from advisor.facts import FactType, Interval, Value
from advisor.methods import FULL
from advisor.reasoning.case import Case, Outcome
from advisor.rules.engine import Finding
from advisor.rules.rule import Kind, Settings

_WITHOUT_TRAINING = {
    Headline.INFEASIBLE: Outcome(Status.INFEASIBLE, None),
    Headline.DO_NOT_TRAIN: Outcome(Status.DO_NOT_TRAIN, None),
}


def everything(fact_type: FactType) -> Value:
    """All values of a fact at once.

    A number gets its whole range rather than "unknown", which of a limit would say that there is
    none.
    """
    return Interval(*(fact_type.range or (0, math.inf))) if fact_type.numeric else None


def outcomes_in_reach(case: Case, changes: Mapping[str, Value]) -> set[Outcome]:
    """Every answer that some definite values within the changes might give; never one too few.

    Args:
        case: the project, whose other facts stay as they are.
        changes: other values; ranges and None stand for all that they hold.

    Returns:
        the answers; empty if all values contradict other facts.
    """
    values = case.values(changes)
    if values is None:
        return set()
    findings = case.engine.assess(values).findings
    tallies = tally(findings, case.facts.vocabulary.methods)
    settings = case.engine.base.settings
    open_ = OpenRules(case.engine, case.facts.vocabulary, values, findings, tallies)

    def leads(one: Tally, rival: Tally) -> tuple[int, int]:
        return open_.bounds({one.method: 1, rival.method: -1})

    reachable = contest(tallies, findings, settings).reachable
    if case.open and len(reachable) > 1:
        # Facts that stay unknown leave open which it is; they are not what is changed.
        return set(_ALL)
    if len(reachable) > 1:
        reachable = contest(tallies, findings, settings, leads).reachable
    found = {_WITHOUT_TRAINING[one] for one in reachable if one in _WITHOUT_TRAINING}
    for headline in reachable - set(_WITHOUT_TRAINING):
        side = _Side(headline, tallies, settings)
        # Settled scores, which decide while facts are unknown, can lie beyond joint bounds.
        if case.open or side.may_be_clear(leads):
            found.add(Outcome(Status.DECIDED, headline.value))
        if side.may_be_close(findings):
            found.add(Outcome(Status.TOO_CLOSE, headline.value))
    return found


_SIDES = (Headline.PROMPT_TUNING.value, Headline.FULL_FINE_TUNING.value)
_ALL = {
    *_WITHOUT_TRAINING.values(),
    *(Outcome(Status.UNDETERMINED, side) for side in (*_SIDES, None)),
    *(Outcome(status, side) for status in (Status.DECIDED, Status.TOO_CLOSE) for side in _SIDES),
}
"""Every answer that there is."""


class _Side:
    """One side of the headline: how far it can lead the other one."""

    def __init__(
        self, headline: Headline, tallies: Mapping[str, Tally], settings: Settings
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
        """The least lead over one soft prompt, or of it, with a share of what quality adds."""
        total = 0.0
        for finding in findings:
            low, high = lead_of(finding, method, FULL)
            counted = share if finding.rule.kind is Kind.QUALITY else 1.0
            total += counted * (-high if self._for_full else low)
        return total
