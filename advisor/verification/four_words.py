"""The four words that an answer comes down to, from plain numbers.

``advisor.decide.decision.decide`` says the same, with everything that a report needs; this is for
searches that look at many thousands of answers. A test holds the two equal, and whatever a search
finds is confirmed by ``decide`` before it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from advisor.decide.decision import Decision, Status
from advisor.decide.headline import Headline
from advisor.methods import FEW_SHOT, FULL
from advisor.rules.rule import Settings


class Outcome(NamedTuple):
    """What a rule must be able to change if it is to count as decisive."""

    status: Status
    recommendation: str | None
    variant: str | None
    alternative: str | None


def outcome_of(decision: Decision) -> Outcome:
    """The outcome of the program's own decision."""
    return Outcome(decision.status, decision.recommendation, decision.variant, decision.alternative)


class Judge:
    """Judges definite facts by scores alone; methods stand for their places in the vocabulary."""

    def __init__(self, methods: Sequence[str], settings: Settings) -> None:
        place = {method: number for number, method in enumerate(methods)}
        self._methods = tuple(methods)
        self._settings = settings
        self._full, self._few_shot = place[FULL], place[FEW_SHOT]
        self._soft = tuple(place[method] for method in settings.groups["soft_prompts"])
        self._trained = tuple(place[method] for method in settings.groups["trained"])
        sides = {self._full, *self._soft}
        self._others = tuple(number for number in range(len(methods)) if number not in sides)

    def judge(
        self,
        scores: Sequence[int],
        quality: Sequence[int],
        vetoes: Sequence[int],
        kept: Callable[[int], float],
    ) -> Outcome:
        """The outcome on definite facts.

        Args:
            scores: decibans by method.
            quality: the part of them that quality rules give.
            vetoes: how many vetoes lie on each method.
            kept: the share of the quality rules' log-odds that counts for a method.
        """
        variant = self._best(self._soft, scores, vetoes)
        full = not vetoes[self._full]
        status, recommendation = Status.DECIDED, Headline.FULL_FINE_TUNING.value
        if variant is None and not full:
            return self._outcome(Status.INFEASIBLE, None, None, scores, vetoes)
        if self._few_shot_leads(scores, vetoes):
            return self._outcome(Status.DO_NOT_TRAIN, None, variant, scores, vetoes)
        if variant is not None:
            margin = scores[variant] - scores[self._full]
            if margin > 0 or not full:
                recommendation = Headline.PROMPT_TUNING.value
            if full and self._close(margin, quality[variant], kept(variant)):
                status = Status.TOO_CLOSE
        return self._outcome(status, recommendation, variant, scores, vetoes)

    def _best(
        self, among: Sequence[int], scores: Sequence[int], vetoes: Sequence[int]
    ) -> int | None:
        """The first of the highest that are not vetoed."""
        best = None
        for method in among:
            if not vetoes[method] and (best is None or scores[method] > scores[best]):
                best = method
        return best

    def _few_shot_leads(self, scores: Sequence[int], vetoes: Sequence[int]) -> bool:
        if vetoes[self._few_shot]:
            return False
        best = max(scores[method] for method in self._trained if not vetoes[method])
        return scores[self._few_shot] - best >= self._settings.do_not_train_decibans

    def _close(self, margin: int, quality: int, kept: float) -> bool:
        lead = margin - quality * (1.0 - kept)
        believed = min(abs(lead), abs(margin)) if lead * margin > 0 else 0.0
        return believed < self._settings.too_close_decibans

    def _outcome(
        self,
        status: Status,
        recommendation: str | None,
        variant: int | None,
        scores: Sequence[int],
        vetoes: Sequence[int],
    ) -> Outcome:
        best = self._best(self._others, scores, vetoes)
        chosen = self._full if recommendation == FULL else variant if recommendation else None
        if (
            best is not None
            and chosen is not None
            and scores[best] - scores[chosen] < self._settings.alternative_decibans
        ):
            best = None
        names = self._methods
        return Outcome(
            status,
            recommendation,
            None if variant is None else names[variant],
            None if best is None else names[best],
        )
