"""The decision of `advisor.decide.decision`, step by step, on arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from advisor.decide.decision import Status
from advisor.decide.headline import Headline
from advisor.decide.parity import probability
from advisor.methods import FEW_SHOT, FULL
from advisor.portfolio.columns import Booleans, Floats, Integers
from advisor.portfolio.effects import Sums
from advisor.rules.rule import Settings

NOBODY = -1
"""Stands for no method."""
STATUSES = tuple(Status)
HEADLINES = tuple(Headline)
_VETOED = np.iinfo(np.int32).min // 2
"""The score of a vetoed method in comparisons."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules have made of some projects.

    Attributes:
        scores: (methods, projects) decibans.
        vetoed: (methods, projects) whether the method is surely ruled out.
        doubtful: (methods, projects) whether it may be ruled out and is not yet.
        quality: (soft prompts, projects) settled quality effects, in decibans.
        kept: (soft prompts, projects) the share of them that counts for confidence.
        open: (projects,) whether any rule is undetermined.
    """

    scores: Integers
    vetoed: Booleans
    doubtful: Booleans
    quality: Integers
    kept: Floats
    open: Booleans

    def of(self, projects: Integers) -> Standing:
        """The standing of some of the projects."""
        return replace(
            self,
            scores=self.scores[:, projects],
            vetoed=self.vetoed[:, projects],
            doubtful=self.doubtful[:, projects],
            quality=self.quality[:, projects],
            kept=self.kept[:, projects],
            open=self.open[projects],
        )


@dataclass(frozen=True, slots=True)
class Decisions:
    """The answers to some projects.

    Attributes:
        status: (projects,) numbers of `Status`.
        recommendation: (projects,) numbers of `Headline`, or NOBODY.
        variant, alternative: (projects,) numbers of methods, or NOBODY.
        confidence: (projects,) NaN where there is none.
        scores: (methods, projects) decibans.
    """

    status: Integers
    recommendation: Integers
    variant: Integers
    alternative: Integers
    confidence: Floats
    scores: Integers


class Decider:
    """Decides by the settings of a rule base."""

    def __init__(self, sums: Sums, settings: Settings) -> None:
        number = {method: i for i, method in enumerate(sums.methods)}
        sides = {FULL, *sums.soft}
        self._settings = settings
        self._full, self._few_shot = number[FULL], number[FEW_SHOT]
        self._soft = np.array([number[method] for method in sums.soft])
        self._trained = np.array([number[method] for method in settings.groups["trained"]])
        # By method its place among the soft prompts; any will do for the others.
        self._place = np.zeros(len(number) + 1, dtype=np.intp)
        self._place[self._soft] = np.arange(len(self._soft))
        self._others = np.array([number[m] for m in sums.methods if m not in sides])

    def decide(self, standing: Standing, reachable: Booleans) -> Decisions:
        """Decide on every project.

        Args:
            standing: of the projects.
            reachable: (headlines, projects) whether unknown facts could lead to each; only read
                where a rule is undetermined.
        """
        settings = self._settings
        held = np.where(standing.vetoed, _VETOED, standing.scores)
        best, variant = self._best_soft(standing, held)
        full = held[self._full]
        margin = best - full
        contested = (variant != NOBODY) & ~standing.vetoed[self._full]
        leaning = self._leaning(standing, held, variant, margin, contested)
        lead = self._believed_lead(standing, variant, margin, contested)
        status = np.full(leaning.shape, STATUSES.index(Status.DECIDED))
        status[contested & (lead < settings.too_close_decibans)] = STATUSES.index(Status.TOO_CLOSE)
        for headline, word in (
            (Headline.DO_NOT_TRAIN, Status.DO_NOT_TRAIN),
            (Headline.INFEASIBLE, Status.INFEASIBLE),
        ):
            status[leaning == HEADLINES.index(headline)] = STATUSES.index(word)
        status[standing.open & (reachable.sum(axis=0) > 1)] = STATUSES.index(Status.UNDETERMINED)
        for_sides = (leaning == _number(Headline.PROMPT_TUNING)) | (
            leaning == _number(Headline.FULL_FINE_TUNING)
        )
        recommendation = np.where(for_sides, leaning, NOBODY)
        return Decisions(
            status=status,
            recommendation=recommendation,
            variant=variant,
            alternative=self._alternative(recommendation, variant, standing, held),
            confidence=_confidence(
                recommendation, contested, lead, settings.confidence_with_vetoed_rival
            ),
            scores=standing.scores,
        )

    def reachable(self, standing: Standing, low: Integers, high: Integers) -> Booleans:
        """(headlines, projects) every headline that unknown facts might give; never one too few.

        Args:
            standing: of the projects.
            low: (pairs, projects) the least lead of every pair of `Sums`, in decibans.
            high: the greatest.
        """
        soft = len(self._soft)
        possible = ~standing.vetoed[self._soft]
        certain = possible & ~standing.doubtful[self._soft]
        full_out = standing.vetoed[self._full]
        full_certain = ~full_out & ~standing.doubtful[self._full]
        ahead = (possible & (high[:soft] > 0)).any(axis=0)
        beaten = (certain & (low[:soft] > 0)).any(axis=0)
        not_trained, may_not_train = self._do_not_train(standing, low[soft:], high[soft:])
        found = np.zeros((len(HEADLINES), possible.shape[1]), dtype=np.bool_)
        found[_number(Headline.PROMPT_TUNING)] = possible.any(axis=0) & (~full_certain | ahead)
        found[_number(Headline.FULL_FINE_TUNING)] = ~full_out & ~beaten
        infeasible = ~certain.any(axis=0) & ~full_certain
        found[:, not_trained] = False
        found[_number(Headline.DO_NOT_TRAIN)] = not_trained | may_not_train
        found[_number(Headline.INFEASIBLE)] = infeasible
        nothing = ~possible.any(axis=0) & full_out
        found[:, nothing] = False
        found[_number(Headline.INFEASIBLE), nothing] = True
        return found

    def _do_not_train(
        self, standing: Standing, low: Integers, high: Integers
    ) -> tuple[Booleans, Booleans]:
        """Whether few-shot prompting surely leads every trained method, and whether it may."""
        needed = self._settings.do_not_train_decibans
        in_play = ~standing.vetoed[self._trained]
        certain = in_play & ~standing.doubtful[self._trained]
        out = standing.vetoed[self._few_shot]
        surely = (low >= needed) | ~in_play
        leads = ~out & ~standing.doubtful[self._few_shot] & surely.all(axis=0)
        held_back = (certain & (high < needed)).any(axis=0)
        return leads, ~out & ~leads & ~held_back

    def _best_soft(self, standing: Standing, held: Integers) -> tuple[Integers, Integers]:
        """The best score of the feasible soft prompts, and whose it is."""
        scores = held[self._soft]
        variant = self._soft[scores.argmax(axis=0)]
        return scores.max(axis=0), np.where(
            standing.vetoed[self._soft].all(axis=0), NOBODY, variant
        )

    def _leaning(
        self,
        standing: Standing,
        held: Integers,
        variant: Integers,
        margin: Integers,
        contested: Booleans,
    ) -> Integers:
        full_out = standing.vetoed[self._full]
        # On a tie full fine-tuning stands: it is what the published results favour by default.
        prompts = (variant != NOBODY) & (~contested | (margin > 0))
        leaning = np.where(
            prompts, _number(Headline.PROMPT_TUNING), _number(Headline.FULL_FINE_TUNING)
        )
        lead = standing.scores[self._few_shot] - held[self._trained].max(axis=0)
        leads = ~standing.vetoed[self._few_shot] & (lead >= self._settings.do_not_train_decibans)
        leaning[leads] = _number(Headline.DO_NOT_TRAIN)
        leaning[(variant == NOBODY) & full_out] = _number(Headline.INFEASIBLE)
        return leaning

    def _believed_lead(
        self, standing: Standing, variant: Integers, margin: Integers, contested: Booleans
    ) -> Floats:
        """(projects,) the lead less what thin evidence does not bear; NaN where none is left."""
        chosen = self._place[variant], np.arange(len(variant))
        lead = margin - standing.quality[chosen] * (1.0 - standing.kept[chosen])
        nearer = np.minimum(np.abs(lead), np.abs(margin))
        return np.where(contested, np.where(lead * margin > 0, nearer, 0.0), np.nan)

    def _alternative(
        self,
        recommendation: Integers,
        variant: Integers,
        standing: Standing,
        held: Integers,
    ) -> Integers:
        others = held[self._others]
        best = self._others[others.argmax(axis=0)]
        chosen = np.where(recommendation == _number(Headline.FULL_FINE_TUNING), self._full, variant)
        projects = np.arange(len(chosen))
        lead = others.max(axis=0) - standing.scores[chosen, projects]
        ahead = (recommendation == NOBODY) | (lead >= self._settings.alternative_decibans)
        return np.where(ahead & ~standing.vetoed[self._others].all(axis=0), best, NOBODY)


def _number(headline: Headline) -> int:
    return HEADLINES.index(headline)


def _confidence(
    recommendation: Integers, contested: Booleans, lead: Floats, with_vetoed_rival: float
) -> Floats:
    # Few leads are distinct, so each is looked up as the scalar verdict has it.
    distinct, places = np.unique(lead[contested], return_inverse=True)
    confidence = np.full(lead.shape, with_vetoed_rival)
    confidence[contested] = np.array([probability(one) for one in distinct])[places]
    confidence[recommendation == NOBODY] = np.nan
    return confidence
