"""The decision on plain numbers: one text for one project, and for arrays of many.

An `Amount` is an int, float or bool; or a numpy array with one of them for each project, and then
``numpy.where`` is the `Pick`. So nothing branches on a number, and "not" is written ``^ True``.
Methods stand for their places in the vocabulary.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from advisor.methods import FEW_SHOT, FULL, SOFT_PROMPT
from advisor.rules import RuleSettings


class Headline(str, Enum):
    """What the answer can come down to."""

    PROMPT_TUNING = SOFT_PROMPT
    FULL_FINE_TUNING = FULL
    DO_NOT_TRAIN = "do_not_train"
    INFEASIBLE = "infeasible"


class Status(str, Enum):
    """How far the answer goes; docs/exit-codes.md gives the exit code of each."""

    DECIDED = "decided"
    TOO_CLOSE = "too_close"
    UNDETERMINED = "undetermined"
    INFEASIBLE = "infeasible"
    DO_NOT_TRAIN = "do_not_train"


HEADLINES, STATUSES = tuple(Headline), tuple(Status)
_SIDES = (*(headline.value for headline in HEADLINES), None)  # NOBODY is -1, so it gets the None
_PROMPTS, _FULL, _UNTRAINED, _NEITHER = range(len(HEADLINES))
NOBODY = -1
"""Stands for no method, and for no side."""
_DECIDED, _TOO_CLOSE, _UNDETERMINED, _INFEASIBLE, _DO_NOT_TRAIN = range(len(STATUSES))
_NO_SCORE = -(1 << 30)
"""Below every score."""

Amount: TypeAlias = Any
Amounts: TypeAlias = Any
"""A sequence with an `Amount` for each method; or an array, its rows in their order."""
Pick: TypeAlias = Callable[[Amount, Amount, Amount], Amount]
"""Gives the second where the first holds, else the third."""


def pick(condition: Amount, one: Amount, other: Amount) -> Amount:
    """The `Pick` of one project."""
    return one if condition else other


class Leaning(NamedTuple):
    """Which side the scores favour.

    Attributes:
        headline: its place in `HEADLINES`.
        variant: the best soft prompt that is not ruled out, or NOBODY.
        score: of the variant, in decibans.
        margin: decibans by which the variant leads full fine-tuning.
        contested: whether neither side is ruled out; else the margin means nothing.
    """

    headline: Amount
    variant: Amount
    score: Amount
    margin: Amount
    contested: Amount


class Conclusion(NamedTuple):
    """The answer.

    Attributes:
        status: the place in `STATUSES`.
        recommendation: the place of a side in `HEADLINES`, or NOBODY.
        alternative: a method beside the two sides that serves better, or NOBODY.
        lead: decibans of the leaning side that evidence bears, NaN where its rival is ruled out;
            `confidence` tells what it is worth.
    """

    status: Amount
    recommendation: Amount
    alternative: Amount
    lead: Amount


class Advice(NamedTuple):
    """An answer in short: how far it goes, and up to three names."""

    status: Status
    recommendation: str | None
    variant: str | None
    alternative: str | None

    @property
    def side(self) -> str | None:
        """The method of the recommended side, the variant where it is a soft prompt."""
        return FULL if self.recommendation == FULL else self.recommendation and self.variant

    @property
    def method(self) -> str | None:
        """The method to use, of all that there are; None where nothing is known to be feasible.

        The recommended side, unless a method beside the two serves better.
        """
        if self.status is Status.DO_NOT_TRAIN:
            return FEW_SHOT
        return self.alternative or self.side


class Gist(NamedTuple):
    """What counts as the same answer where facts are changed.

    Attributes:
        status: how far the answer goes.
        recommendation: ``prompt_tuning`` or ``full_fine_tuning``; None if neither.
    """

    status: Status
    recommendation: str | None


class Decider:
    """Decides by the settings of a rule base.

    Attributes:
        methods: all methods, in the order of the vocabulary.
        soft: places of the soft prompts.
        pairs: each method and its rival whose lead tells what unknown facts leave possible; the
            soft prompts against full fine-tuning, then few-shot prompting against what is trained.
    """

    def __init__(self, methods: Sequence[str], settings: RuleSettings, where: Pick = pick) -> None:
        place = {method: number for number, method in enumerate(methods)}
        self.methods = tuple(methods)
        self.settings = settings
        self._names = (*methods, None)  # what is NOBODY is the last
        self._where = where
        self._full, self._few_shot = place[FULL], place[FEW_SHOT]
        self.soft = tuple(place[method] for method in settings.groups["soft_prompts"])
        self._trained = tuple(place[method] for method in settings.groups["trained"])
        sides = {self._full, *self.soft}
        self.others = tuple(number for number in range(len(methods)) if number not in sides)
        self.pairs = (
            *((method, self._full) for method in self.soft),
            *((self._few_shot, rival) for rival in self._trained),
        )

    def leaning(self, scores: Amounts, vetoed: Amounts) -> Leaning:
        """Which side the scores favour.

        Args:
            scores: decibans by method.
            vetoed: whether each method is surely ruled out.
        """
        where, full_open = self._where, vetoed[self._full] ^ True
        variant, score = self._best(self.soft, scores, vetoed)
        margin = score - scores[self._full]
        _, trained = self._best(self._trained, scores, vetoed)
        lead = scores[self._few_shot] - trained
        untrained = (vetoed[self._few_shot] ^ True) & (lead >= self.settings.do_not_train_decibans)
        soft = variant != NOBODY
        contested = soft & full_open
        # On a tie full fine-tuning stands: it is what the published results favour by default.
        side = where(soft & ((contested ^ True) | (margin > 0)), _PROMPTS, _FULL)
        headline = where(soft | full_open, where(untrained, _UNTRAINED, side), _NEITHER)
        return Leaning(headline, variant, score, margin, contested)

    def reachable(
        self,
        vetoed: Amounts,
        doubtful: Amounts,
        least: Amounts,
        most: Amounts,
    ) -> tuple[Amount, ...]:
        """For each of `HEADLINES` whether unknown facts may lead to it; never one too few.

        Args:
            vetoed: whether each method is surely ruled out.
            doubtful: whether it may be ruled out and is not yet.
            least: of each of `pairs` the least lead in decibans; any where one is ruled out.
            most: the greatest.
        """
        sure = [(out | may) ^ True for out, may in zip(vetoed, doubtful, strict=True)]
        full_out, full_sure, soft = vetoed[self._full], sure[self._full], len(self.soft)
        possible = _any(vetoed[method] ^ True for method in self.soft)
        ahead = _any(
            (vetoed[method] ^ True) & (high > 0)
            for method, high in zip(self.soft, most[:soft], strict=True)
        )
        beaten = _any(
            sure[method] & (low > 0) for method, low in zip(self.soft, least[:soft], strict=True)
        )
        never, surely = self._untrained(vetoed, sure, least[soft:], most[soft:])
        nothing = (possible | (full_out ^ True)) ^ True
        trained = (surely | nothing) ^ True
        return (
            trained & possible & ((full_sure ^ True) | ahead),
            trained & ((full_out | beaten) ^ True),
            (never | nothing) ^ True,
            nothing | ((_any(sure[method] for method in self.soft) | full_sure) ^ True),
        )

    def _untrained(
        self,
        vetoed: Amounts,
        sure: Amounts,
        least: Amounts,
        most: Amounts,
    ) -> tuple[Amount, Amount]:
        """Two answers: few-shot prompting cannot lead by enough; and it surely leads by enough."""
        needed = self.settings.do_not_train_decibans
        few_shot = self._few_shot
        behind = _any(
            (vetoed[rival] | (low >= needed)) ^ True
            for rival, low in zip(self._trained, least, strict=True)
        )
        # A rival that may yet be ruled out cannot hold few-shot prompting back.
        held = _any(
            sure[rival] & (high < needed) for rival, high in zip(self._trained, most, strict=True)
        )
        return vetoed[few_shot] | held, sure[few_shot] & (behind ^ True)

    def conclude(
        self,
        leaning: Leaning,
        several: Amount,
        scores: Amounts,
        out: Amounts,
        given_up: Amount,
    ) -> Conclusion:
        """Status, recommendation, alternative and the lead behind the confidence.

        Args:
            leaning: what the scores favour.
            several: whether unknown facts may lead to more than one headline.
            scores: decibans by method.
            out: whether each method is out of the question as alternative.
            given_up: decibans of the variant's quality rules that thin evidence does not bear.
                Preferences are the user's own, so nothing of them is given up.
        """
        where, settings, headline = self._where, self.settings, leaning.headline
        lead = where(leaning.contested, self._borne(leaning.margin, given_up), math.nan)
        status = where(lead < settings.too_close_decibans, _TOO_CLOSE, _DECIDED)
        status = where(headline == _UNTRAINED, _DO_NOT_TRAIN, status)
        status = where(headline == _NEITHER, _INFEASIBLE, status)
        status = where(several, _UNDETERMINED, status)
        full = headline == _FULL
        recommendation = where(full | (headline == _PROMPTS), headline, NOBODY)
        best, score = self._best(self.others, scores, out)
        ahead = score - where(full, scores[self._full], leaning.score)
        better = (recommendation == NOBODY) | (ahead >= settings.alternative_decibans)
        return Conclusion(status, recommendation, where(better, best, NOBODY), lead)

    def confidence(self, lead: float) -> float:
        """The odds of the lead of a recommended side as a probability."""
        if math.isnan(lead):
            return self.settings.confidence_with_vetoed_rival
        return probability(lead)

    def advice(self, variant: int, conclusion: Conclusion) -> Advice:
        """The answer to one project in words."""
        return Advice(
            STATUSES[conclusion.status],
            _SIDES[conclusion.recommendation],
            self._names[variant],
            self._names[conclusion.alternative],
        )

    def _borne(self, margin: Amount, given_up: Amount) -> Amount:
        """The size of a margin once part of it is given up, at most what it was.

        Zero where that turns it. Where preferences outvote quality, less of quality would even add.
        """
        lead = margin - given_up
        nearer = self._where(abs(lead) < abs(margin), abs(lead), abs(margin))
        return self._where(lead * margin > 0, nearer, 0.0)

    def _best(self, among: Iterable[int], scores: Amounts, out: Amounts) -> tuple[Amount, Amount]:
        """The first of the highest that are not out, and its score."""
        best, score = NOBODY, _NO_SCORE
        for method in among:
            better = (out[method] ^ True) & (scores[method] > score)
            best = self._where(better, method, best)
            score = self._where(better, scores[method], score)
        return best, score


@functools.lru_cache(maxsize=16)
def decider_of(methods: tuple[str, ...], settings: RuleSettings) -> Decider:
    """The `Decider` of single projects."""
    return Decider(methods, settings)


def probability(decibans: float) -> float:
    """The probability whose odds are ``decibans`` tenths of a power of ten."""
    return 1.0 / (1.0 + math.pow(10.0, -decibans / 10.0))


def _any(found: Iterable[Amount]) -> Amount:
    return functools.reduce(operator.or_, found, False)
