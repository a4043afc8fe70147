"""Sound bounds of what scores can be within a box of facts, and what follows for single rules.

Rules that read one fact are added up cell by cell; each rule of several facts is bounded by itself.
The levels of sub-decisions count as free. So a bound can be too wide, and never too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from advisor.methods import FEW_SHOT, FULL
from advisor.rules.checking.cover import uncovered, vetoes_on
from advisor.rules.checking.space import Box
from advisor.verification.compiled import Compiled

Lanes: TypeAlias = Sequence[int]
Weigh: TypeAlias = Callable[[Lanes], int]


class Span(NamedTuple):
    """The least and the greatest that a number can be."""

    low: int
    high: int

    def without(self, share: Span) -> Span:
        """Spans the number with a share, and with the share taken off."""
        return Span(min(self.low, self.low - share.high), max(self.high, self.high - share.low))


class Bounds:
    """Bounds on a compiled rule base."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._place = {method: number for number, method in enumerate(compiled.methods)}
        self._constant = compiled.lanes(compiled.constant)
        self._rows = [[compiled.lanes(gives) for gives, _ in row] for row in compiled.rows]
        self._parts = {
            label: [compiled.lanes(gives) for gives in part.gives]
            for label, part in compiled.parts.items()
        }

    def lead(self, method: str, rival: str, box: Box) -> Span:
        """By how many decibans a method can lead another."""
        return self._sum(self._lead(method, rival), box)

    def ruled_out(self, method: str, box: Box, *, but: str = "") -> bool:
        """Whether rules other than ``but`` rule the method out all over the box."""
        rules = [rule for rule in self._compiled.base.rules if rule.label != but]
        space = self._compiled.space
        return uncovered(box, vetoes_on(method, rules, space), space) is None

    def turns_nothing(self, label: str, box: Box) -> bool:
        """Whether a rule that vetoes nothing turns no comparison between methods within its box."""
        settings = self._compiled.base.settings
        soft = settings.groups["soft_prompts"]
        others = [m for m in self._compiled.methods if m not in (FULL, *soft)]
        needed = [
            *((FEW_SHOT, m, settings.do_not_train_decibans) for m in settings.groups["trained"]),
            *((m, side, settings.alternative_decibans) for m in others for side in (FULL, *soft)),
            # Of equals the first is taken, so both "level" and "ahead" matter.
            *((one, two, near) for group in (soft, others) for one in group for two in group
              if one < two for near in (0, 1)),
        ]  # fmt: skip
        return all(self._same_side(label, box, *compared) for compared in needed) and all(
            self._same_side_of_full(label, box, method) for method in soft
        )

    def _same_side(self, label: str, box: Box, method: str, rival: str, needed: int) -> bool:
        """Whether a lead that the rule moves stays on one side of what is needed."""
        weigh = self._lead(method, rival)
        share = self._share(label, weigh, box)
        if share == (0, 0):
            return True
        lead = self._sum(weigh, box).without(share)
        return lead.low >= needed or lead.high < needed or self._never_both(method, rival, box)

    def _same_side_of_full(self, label: str, box: Box, method: str) -> bool:
        """Whether a soft prompt stays ahead or behind full fine-tuning, and not too close to it.

        Where evidence is thin, part of what quality rules add is given up.
        """
        shares = [self._share(label, weigh, box) for weigh in self._margin(method)]
        return shares == [(0, 0), (0, 0)] or self._apart(method, box, shares)

    def apart(self, method: str, box: Box) -> bool:
        """Whether a soft prompt and full fine-tuning are never too close to call."""
        return self._apart(method, box, [Span(0, 0), Span(0, 0)])

    def _apart(self, method: str, box: Box, shares: Sequence[Span]) -> bool:
        """Whether that holds with the shares in margin and quality, and without them."""
        settings = self._compiled.base.settings
        lead, quality = (
            self._sum(weigh, box).without(share)
            for weigh, share in zip(self._margin(method), shares, strict=True)
        )
        most = 1.0 - settings.kept_without_study
        low = min(lead.low, lead.low - most * quality.high)
        high = max(lead.high, lead.high - most * quality.low)
        close = max(settings.too_close_decibans, 1)
        return low >= close or high <= -close or self._never_both(method, FULL, box)

    def _margin(self, method: str) -> tuple[Weigh, Weigh]:
        """The lead over full fine-tuning, and the quality of the method."""
        number = len(self._compiled.methods) + self._place[method]
        return self._lead(method, FULL), lambda lanes: lanes[number]

    def _never_both(self, method: str, rival: str, box: Box) -> bool:
        rules, space = self._compiled.base.rules, self._compiled.space
        vetoes = [*vetoes_on(method, rules, space), *vetoes_on(rival, rules, space)]
        return uncovered(box, vetoes, space) is None

    def _lead(self, method: str, rival: str) -> Weigh:
        own, other = self._place[method], self._place[rival]
        return lambda lanes: lanes[own] - lanes[other]

    def _sum(self, weigh: Weigh, box: Box) -> Span:
        low = high = weigh(self._constant)
        cells_of = self._compiled.space.cells
        for key, row in zip(self._compiled.keys, self._rows, strict=True):
            passed = box.get(key, cells_of[key])
            found = [
                weigh(lanes)
                for cell, lanes in zip(cells_of[key], row, strict=True)
                if cell in passed
            ]
            low, high = low + min(found), high + max(found)
        for label, part in self._compiled.parts.items():
            if part.bit:
                share = self._share(label, weigh, box)
                low, high = low + share.low, high + share.high
        return Span(low, high)

    def _share(self, label: str, weigh: Weigh, box: Box) -> Span:
        """What one rule can add within the box."""
        cells, condition = self._compiled.space.cells, self._compiled.boxes[label]
        met = [(box.get(key, frozenset(cells[key])), passed) for key, passed in condition.items()]
        found = [weigh(lanes) for lanes in self._parts[label]]
        if not all(own & passed for own, passed in met):
            return Span(0, 0)
        if not all(own <= passed for own, passed in met):
            found.append(0)
        return Span(min(found), max(found))
