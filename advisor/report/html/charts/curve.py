"""Learning curves: the score of each method by training size, with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.report.html.charts.scale import LinearScale, ticks
from advisor.report.measured import CurveEntry, SizeScore
from advisor.report.wording import method_name

_LEAST_SIZES = 2
_LEFT, _RIGHT = 11.0, 95.0
_TOP, _BOTTOM = 14.0, 214.0
_ASIDE = 0.8
"""Percent by which the two methods' points stand apart, so that no whisker hides another."""


@dataclass(frozen=True, slots=True)
class ScoreMark:
    """A score: place in percent and pixels, and the ends of its interval in pixels."""

    x: float
    y: float
    low: float
    high: float
    says: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One method's points by rising size; the shape tells methods apart beside the colour."""

    name: str
    shape: str
    points: tuple[ScoreMark, ...]


@dataclass(frozen=True, slots=True)
class CurveChart:
    """Both curves with the ticks of both axes."""

    curves: tuple[Curve, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    left: float = _LEFT
    right: float = _RIGHT
    bottom: float = _BOTTOM
    template: str = "curve.html.j2"


def curve_chart(curve: CurveEntry) -> CurveChart | None:
    """The chart, or None where a single size was measured."""
    methods = (curve.method_a, curve.method_b)
    scores = [entry for entry in curve.scores if entry.score.method in methods]
    sizes = sorted({entry.train_size for entry in scores})
    if len(sizes) < _LEAST_SIZES:
        return None
    across = LinearScale(math.log(sizes[0]), math.log(sizes[-1]), _LEFT + 4, _RIGHT - 4)
    ends = [end for entry in scores for end in entry.score.interval]
    up = LinearScale(min(ends), max(ends), _BOTTOM, _TOP)
    curves = tuple(
        Curve(
            method_name(method),
            shape,
            _points([e for e in scores if e.score.method == method], across, up, aside),
        )
        for method, shape, aside in zip(
            methods, ("circle", "square"), (-_ASIDE, _ASIDE), strict=True
        )
    )
    return CurveChart(
        tuple(curve for curve in curves if curve.points),
        tuple((across.place(math.log(size)), f"{size:,}") for size in sizes),
        tuple((up.place(value), f"{value:g}") for value in ticks(min(ends), max(ends))),
    )


def _points(
    scores: Sequence[SizeScore], across: LinearScale, up: LinearScale, aside: float
) -> tuple[ScoreMark, ...]:
    return tuple(
        ScoreMark(
            across.place(math.log(entry.train_size)) + aside,
            up.place(entry.score.score),
            up.place(entry.score.interval[0]),
            up.place(entry.score.interval[1]),
            f"{entry.train_size:,} examples: {entry.score.score:.1f} points",
        )
        for entry in sorted(scores, key=lambda entry: entry.train_size)
    )
