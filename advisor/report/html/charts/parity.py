"""Parity of each method as a dot on a scale of probability, with its range as whiskers."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.report.html.charts.scale import LinearScale
from advisor.report.run import ParityEntry, RunFile
from advisor.report.wording import near_text, parity_text
from advisor.support import capital

_SCALE = LinearScale(0.0, 1.0, 2.0, 98.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """One method; ``place`` is None while a fact that it needs is unknown.

    Attributes:
        name: the method.
        says: the probability or its range, in words.
        near: how many published results are near.
        basis: what the probability rests on.
        place, low, high: in percent.
    """

    name: str
    says: str
    near: str
    basis: str
    place: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ParityChart:
    """The methods in the order of the ranking, and the ticks of the scale."""

    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str], ...]
    template: str = "parity.html.j2"


def parity_chart(record: RunFile) -> ParityChart | None:
    """The chart, or None where no method has a parity."""
    dots = tuple(
        _dot(entry.name, record.parity[entry.method])
        for entry in record.ranking
        if entry.method in record.parity
    )
    marks = tuple((_SCALE.place(value), f"{value:.0%}") for value in (0.0, 0.25, 0.5, 0.75, 1.0))
    return ParityChart(dots, marks) if dots else None


def _dot(name: str, own: ParityEntry) -> Dot:
    low, high = own.range
    place = None if own.probability is None else _SCALE.place(own.probability)
    return Dot(
        capital(name), parity_text(own), near_text(own), own.basis, place,
        _SCALE.place(low), _SCALE.place(high),
    )  # fmt: skip
