"""A whole portfolio against the compiled rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from advisor.decide import (
    HEADLINES,
    NOBODY,
    STATUSES,
    Advice,
    Conclusion,
    Decider,
    Decision,
    decision_of,
)
from advisor.facts import Fact, FactBase, Source, Value, Vocabulary, load_vocabulary
from advisor.rules import Engine
from advisor_portfolio.columns import Column, ColumnEncoder, Floats, Integers
from advisor_portfolio.effects import Effects
from advisor_portfolio.lookups import Lookups
from advisor_portfolio.nearness import Nearness

_BLOCK = 8192
"""Projects that are judged together: enough to spread numpy's overhead, and few enough that the
arrays stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Facts of many projects as arrays.

    Attributes:
        count: how many projects there are.
        columns: by fact.
        apart: the facts of those projects that no column can hold, by number.
    """

    count: int
    columns: Mapping[str, Column]
    apart: Mapping[int, Mapping[str, Value]]


class Portfolio:
    """The compiled rules for many projects at once; build it once and judge with it."""

    def __init__(self, engine: Engine, vocabulary: Vocabulary | None = None) -> None:
        self.engine = engine
        self._vocabulary = vocabulary or load_vocabulary()
        self.methods = self._vocabulary.methods
        settings = engine.base.settings
        self._lookups = Lookups(engine)
        self._effects = Effects(engine, self.methods)
        self._nearness = Nearness(self._effects.sums.soft, settings)
        self._decider = Decider(self.methods, settings, np.where)
        self._decided = frozenset(table.decides for table in engine.base.tables)
        keys = dict.fromkeys([
            *self._lookups.facts, *(ramp.fact for ramp in self._effects.ramps),
            *self._nearness.facts,
        ])  # fmt: skip
        self._encoder = ColumnEncoder([self._vocabulary[key] for key in keys], engine.axes)

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that an answer depends on."""
        return self._encoder.facts

    def encode(self, projects: Sequence[Mapping[str, Value]]) -> Encoded:
        """Turn the values of all projects into arrays.

        Args:
            projects: for each the values by fact, defaults and estimates included, as `Engine`
                takes them; a key that is absent is unknown.
        """
        columns, several = self._encoder.encode(projects)
        apart = {number: projects[number] for number in several}
        apart.update(
            (number, facts)
            for number, facts in enumerate(projects)
            if not facts.keys().isdisjoint(self._decided)
        )
        return Encoded(len(projects), columns, apart)

    def judge(self, encoded: Encoded) -> Iterator[BlockAnswers]:
        """Judge all projects, a block of them at a time, in their order."""
        for first in range(0, encoded.count, _BLOCK):
            last = min(first + _BLOCK, encoded.count)
            columns = {key: c.between(first, last) for key, c in encoded.columns.items()}
            apart = {
                number - first: self._alone(encoded.apart[number])
                for number in sorted(encoded.apart)
                if first <= number < last
            }
            yield BlockAnswers(self.methods, self._judge_block(columns, last - first), apart)

    def _judge_block(self, columns: Mapping[str, Column], projects: int) -> Decisions:
        effects = self._effects
        surely, possibly = self._lookups.judge(columns, projects)
        settled, ramps = effects.firing(columns, surely, possibly)
        unsettled = possibly[: len(settled)] & ~settled
        numbers = effects.vetoes.values()
        vetoed = np.array([settled[rules].any(axis=0) for rules in numbers])
        doubtful = np.array([unsettled[rules].any(axis=0) for rules in numbers]) & ~vetoed
        sums = effects.add(slice(0, effects.sums.settled), settled, possibly, ramps)
        scores, quality = sums[: len(self.methods)], sums[len(self.methods) :]
        several = np.zeros(projects, dtype=np.bool_)
        open_ = np.flatnonzero(np.logical_or.reduce(unsettled, axis=0))
        if len(open_):
            leads = effects.add(
                slice(effects.sums.settled, effects.sums.rows),
                settled[:, open_], possibly[:, open_], [states[open_] for states in ramps],
            )  # fmt: skip
            reachable = self._decider.reachable(
                vetoed[:, open_], doubtful[:, open_], *np.split(leads, 2)
            )
            several[open_] = np.sum(reachable, axis=0) > 1
        leaning = self._decider.leaning(scores, vetoed)
        given_up: Floats = np.zeros(projects)
        for method, of, kept in zip(
            self._decider.soft, quality, self._nearness.kept(columns), strict=True
        ):
            given_up = np.where(leaning.variant == method, of * (1.0 - kept), given_up)
        conclusion = self._decider.conclude(leaning, several, scores, vetoed, given_up)
        return Decisions(leaning.variant, conclusion, self._confidence(conclusion), scores)

    def _confidence(self, conclusion: Conclusion) -> Floats:
        # Few leads are distinct, so each is looked up as a single project has it.
        distinct, places = np.unique(conclusion.lead, return_inverse=True)
        found = np.array([self._decider.confidence(lead) for lead in distinct])[places]
        return np.where(conclusion.recommendation == NOBODY, np.nan, found)

    def _alone(self, values: Mapping[str, Value]) -> Decision:
        """The answer of the scalar engine."""
        stated = [Fact(key, value, Source.ANSWERED) for key, value in values.items()]
        findings = self.engine.assess(values).findings
        return decision_of(
            findings, FactBase(stated, vocabulary=self._vocabulary), self.engine.base
        )


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions on some projects.

    Attributes:
        variant: (projects,) numbers of methods, or NOBODY.
        conclusion: arrays of (projects,).
        confidence: (projects,) NaN where there is none.
        scores: (methods, projects) decibans.
    """

    variant: Integers
    conclusion: Conclusion
    confidence: Floats
    scores: Integers


@dataclass(frozen=True, slots=True)
class BlockAnswers:
    """The answers to a block of projects.

    Attributes:
        methods: in the order of the scores.
        decisions: as arrays; of a project that was judged alone they mean nothing.
        alone: the decisions on these, by their number in the block.
    """

    methods: tuple[str, ...]
    decisions: Decisions
    alone: Mapping[int, Decision]

    def __iter__(self) -> Iterator[ShortAnswer]:
        """Yield the answers as plain data, in the order of the projects."""
        methods: list[str | None] = [*self.methods, None]  # what is NOBODY is the last
        headlines: list[str | None] = [*(headline.value for headline in HEADLINES), None]
        found, conclusion = self.decisions, self.decisions.conclusion
        confidences = np.where(np.isnan(found.confidence), NOBODY, found.confidence)
        rows = zip(
            conclusion.status.tolist(), conclusion.recommendation.tolist(),
            found.variant.tolist(), conclusion.alternative.tolist(), confidences.tolist(),
            found.scores.T.tolist(), strict=True,
        )  # fmt: skip
        for number, row in enumerate(rows):
            if number in self.alone:
                one = self.alone[number]
                scores = {method: tally.score for method, tally in one.tallies.items()}
                yield short_answer(one.advice, one.confidence, scores)
                continue
            status, recommendation, variant, alternative, confidence, scores = row
            advice = Advice(
                STATUSES[status], headlines[recommendation], methods[variant], methods[alternative]
            )
            yield short_answer(
                advice,
                None if confidence == NOBODY else confidence,
                dict(zip(self.methods, scores, strict=True)),
            )


class ShortAnswer(TypedDict):
    """The answer to one project as it is written; `scores` are decibans by method."""

    status: str
    advice: str | None
    recommendation: str | None
    variant: str | None
    alternative: str | None
    confidence: float | None
    scores: Mapping[str, int]


def short_answer(
    advice: Advice, confidence: float | None, scores: Mapping[str, int]
) -> ShortAnswer:
    """The answer to one project."""
    return {
        "status": advice.status.value,
        "advice": advice.method,
        "recommendation": advice.recommendation,
        "variant": advice.variant,
        "alternative": advice.alternative,
        "confidence": confidence,
        "scores": scores,
    }
