"""Memory of every method against the device's limit, as stacked bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from advisor.report.blocks import Record, Stacks
from advisor.report.html.charts.needs import OTHER, Need, limit_of, needs_of
from advisor.report.html.charts.scale import Scale, ticks
from advisor.report.memory_parts import CONTEXT, PARTS, RESERVE

_NAMES = dict((*PARTS.values(), RESERVE, CONTEXT, OTHER))
_LONGEST = 2.5
"""Limits that the longest bar reaches; one that does not fit by far would squeeze all others."""
_RIGHT = 96.0
"""Percent at which the longest bar ends; an arrow behind it says where one is cut off."""
_LETTER_WIDTH = 5.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar in percent, with its letter.

    Attributes:
        left, width: the part.
        mark: the letter.
        letter: where the letter begins; None where there is no room for it.
    """

    left: float
    width: float
    mark: str
    letter: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One method's need.

    Attributes:
        name: the method.
        says: the need and whether it fits, in words.
        parts: what it is made of, in words; empty where the record does not tell.
        segments: the bar.
        least: where the bar would end with every known saving; None where unknown.
        low: where the least need ends, if the need is a range.
        cut: whether the bar is longer than the chart.
    """

    name: str
    says: str
    parts: str
    segments: tuple[Segment, ...]
    least: float | None
    low: float | None
    cut: bool


@dataclass(frozen=True, slots=True)
class MemoryChart:
    """All methods; the limit's place is None where no limit is known."""

    bars: tuple[Bar, ...]
    limit: float | None
    limit_text: str
    legend: tuple[tuple[str, str], ...]
    ticks: tuple[tuple[float, str], ...]
    template: str = "memory.html.j2"


def memory_chart(record: Record) -> MemoryChart | None:
    """The chart of a run, or None where it holds no estimate of memory."""
    needs = needs_of(record)
    return _chart(needs, *limit_of(record), _NAMES) if needs else None


def stacks_chart(stacks: Stacks) -> MemoryChart:
    """The chart of stacked sizes, as an estimate has them."""
    needs = []
    for name, parts, says in stacks.entries:
        size = sum(part for _, part in parts)
        needs.append(Need(name, says, size, size, None, parts))
    text = "" if stacks.limit is None else f"{stacks.limit:.4g} {stacks.unit}"
    return _chart(needs, stacks.limit, text, stacks.kinds)


def _chart(
    needs: Sequence[Need], limit: float | None, limit_text: str, names: Mapping[str, str]
) -> MemoryChart:
    longest = max(need.high for need in needs)
    if limit is not None:
        longest = min(max(longest, limit), limit * _LONGEST)
    scale = Scale(0.0, longest, right=_RIGHT)
    at = None if limit is None else scale.place(limit)
    bars = tuple(_bar(need, scale, names, at) for need in needs)
    used = {segment.mark for bar in bars for segment in bar.segments}
    return MemoryChart(
        bars,
        at,
        limit_text,
        tuple((mark, name) for mark, name in names.items() if mark in used),
        tuple((scale.place(value), f"{value:g} GiB") for value in ticks(0.0, scale.high)),
    )


def _bar(need: Need, scale: Scale, names: Mapping[str, str], limit: float | None) -> Bar:
    listed = ", ".join(f"{names[mark]} {size:.2f}" for mark, size in need.parts if size)
    least = None if need.least is None or need.least > scale.high else scale.place(need.least)
    strokes = tuple(sorted(stroke for stroke in (least, limit) if stroke is not None))
    return Bar(
        name=need.name,
        says=need.says,
        parts=f"{listed} GiB" if listed else "",
        segments=tuple(_segments(need.parts or ((OTHER[0], need.high),), scale, strokes)),
        least=least,
        low=scale.place(need.low) if need.low != need.high else None,
        cut=need.high > scale.high,
    )


def _segments(
    parts: tuple[tuple[str, float], ...], scale: Scale, strokes: Sequence[float]
) -> Iterator[Segment]:
    start = 0.0
    for mark, size in parts:
        left, right = scale.place(start), scale.place(start + size)
        start += size
        if right > left:
            yield Segment(left, right - left, mark, _letter(left, right, strokes))


def _letter(left: float, right: float, strokes: Sequence[float]) -> float | None:
    """At the left end of the part, or behind the strokes, in order, that would cover it there."""
    for stroke in strokes:
        if left <= stroke < left + _LETTER_WIDTH:
            left = stroke
    return left if right - left >= _LETTER_WIDTH else None
