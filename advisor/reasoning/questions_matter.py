"""Whether any reply to the open questions can still change the answer.

Bounds taken rule by rule often tell at once. Where they do not, the possible replies are cut into
parts until each part is told, "unknown" being a reply like any other. Two replies with different
answers end the search early; so does a limit on the parts, and then the question is asked.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from advisor.decide.bounds.cells import cells_of, halves, span_of
from advisor.decide.completion import completed
from advisor.decide.decide import Status
from advisor.decide.decision import Decision, decide, other_methods
from advisor.decide.parity import NEARNESS
from advisor.decide.tally import Tally, lead_bounds, lead_of
from advisor.facts import Fact, FactBase, FactType, Interval, Source, Value
from advisor.facts.values import is_known
from advisor.methods import FEW_SHOT, FULL
from advisor.rules.engine import Engine, Finding
from advisor.rules.rule import Kind, Outcome, Settings
from advisor.support.errors import AdvisorError

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


_PARTS = 60
_GUESSES = 4
"""Complete replies that are tried before anything is proven."""

Replies = Mapping[str, Value]
"""Replies by key: a single value, part of the values, or None for "unknown"."""


class Told(NamedTuple):
    """What the questionnaire must get right whichever questions it leaves out."""

    status: Status
    recommendation: str | None
    variant: str | None
    alternative: str | None


_OPEN = Told(Status.UNDETERMINED, None, None, None)


class Settling:
    """Tells for one state of the answers whether the open questions can still matter."""

    def __init__(self, facts: FactBase, questions: Sequence[FactType], engine: Engine) -> None:
        """Take a state.

        Args:
            facts: what has been said and found so far.
            questions: the open ones.
            engine: the compiled rules.
        """
        self._facts = facts
        self._engine = engine
        self._left = _PARTS
        types = facts.vocabulary.values()
        self._inputs = {key for fact_type in types for key in fact_type.inputs}
        self._questions = {one.key: one for one in questions}

    def settled(self) -> bool:
        """Whether every reply to the open questions gives the same answer, for sure."""
        told: set[Told] = set()
        for guess in self._guesses():
            with contextlib.suppress(AdvisorError):  # nobody can reply so
                told.add(self._told(guess) or _OPEN)
        if len(told) > 1 or _OPEN in told:
            return False
        parts: list[Replies] = [{}]
        while parts:
            part = parts.pop()
            self._left -= 1
            if self._left < 0:
                return False
            try:
                answer = self._stands(part)
            except AdvisorError:
                continue  # nobody can reply so: the facts would contradict each other
            if answer is not None:
                told.add(answer)
            elif not (cut := self._cut(part)):
                return False
            else:
                parts.extend(cut)
            if len(told) > 1:
                return False
        return bool(told)

    def _guesses(self) -> Iterator[Replies]:
        """Complete replies with a value each, the same ones in every run."""
        chance = random.Random(0)  # noqa: S311 - nothing secret
        cells = {key: cells_of(one, None, self._engine) for key, one in self._questions.items()}
        for _ in range(_GUESSES):
            yield {key: chance.choice(values or (None,)) for key, values in cells.items()}

    def _told(self, replies: Replies) -> Told | None:
        """The answer once all questions have these replies; None if facts are then missing.

        Raises:
            AdvisorError: if the replies contradict each other.
        """
        known = completed(self._stated(replies))
        findings = self._engine.assess(known.values()).findings
        decision = decide(findings, known, self._engine.base)
        return None if decision.status is Status.UNDETERMINED else _told(decision)

    def _stands(self, part: Replies) -> Told | None:
        """The answer that all replies within a part give; None if that cannot be told."""
        open_ = [one for key, one in self._questions.items() if not _fixed(key, part)]
        if not open_:
            return self._told(part)
        unasked = {key: None for key in self._questions if key not in part}
        known = completed(self._stated({**unasked, **part}))
        findings = self._engine.assess(known.values()).findings
        decision = decide(findings, known, self._engine.base)
        settings = self._engine.base.settings
        return _told(decision) if stands(decision, findings, open_, settings) else None

    def _stated(self, replies: Replies) -> list[Fact]:
        """All statements, with replies in place of guesses that await an answer."""
        said = [Fact(key, value, Source.FLAG, "a reply") for key, value in replies.items()]
        return [*said, *self._facts.statements()]

    def _cut(self, part: Replies) -> list[Replies]:
        """The part cut along one question: limits first, then choices, then numbers.

        Empty if nothing can be cut.
        """
        open_ = [one for key, one in self._questions.items() if not _fixed(key, part)]
        # Of a text there are too many to go through, such as the names of devices.
        open_ = [one for one in open_ if one.type != "text"]
        if not open_:
            return []
        one = min(open_, key=lambda one: (not one.optional, one.numeric, one.key in part))
        cells = cells_of(one, part.get(one.key), self._engine)
        if not one.numeric:
            values: Sequence[Value] = (*cells, None)
        elif one.key not in part:
            values = (Interval(*span_of(one, None)), None)
        elif len(cells) == 1 and one.key not in self._inputs:
            values = cells
        else:
            low, high = span_of(one, part[one.key])
            values = halves(low, high, cells, integer=one.integer)
        return [{**part, one.key: value} for value in values]


def _fixed(key: str, part: Replies) -> bool:
    """Whether the part holds a single reply to the question, "unknown" being one."""
    return key in part and (part[key] is None or is_known(part[key]))


def _told(decision: Decision) -> Told:
    return Told(decision.status, decision.recommendation, decision.variant, decision.alternative)
