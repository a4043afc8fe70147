"""Memory of every method against the device's limit, as stacked bars from least to most need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from advisor.facts import Interval, load_vocabulary, read_value
from advisor.report.blocks import Stacks
from advisor.report.estimate_document import CONTEXT, MEMORY_PARTS, RESERVE
from advisor.report.html.charts.scale import LinearScale, ticks
from advisor.report.run import FactEntry, RankingEntry, RunFile
from advisor.support import capital

OTHER = ("s", "state and other")
"""What early versions told in one sum."""
_LIMIT = re.compile(r"(?P<size>[\d.]+)(?: to [\d.]+)? GiB (?P<what>.+?) free")
_PART = re.compile(r"([a-z][a-z ]*) (\d+\.\d\d)(?= |$)")
_MARKS = {name: mark for mark, name in (*MEMORY_PARTS.values(), CONTEXT)} | {
    "reserve": RESERVE[0],
    "workspace": MEMORY_PARTS["workspace"][0],
}
_ROUNDING = 0.05
"""GiB by which parts, rounded to two places, may miss their sum."""


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """One method's need in GiB.

    Attributes:
        name: the method.
        says: the need, and whether it fits, in words.
        low, high: the need of a plain run; the same unless it is a range.
        least: with every known saving; None where unknown.
        parts: mark and size of what the high end is made of; empty where that is not told.
    """

    name: str
    says: str
    low: float
    high: float
    least: float | None
    parts: tuple[tuple[str, float], ...]


def needs_of(record: RunFile) -> tuple[MemoryRow, ...]:
    """The needs that a run tells, in the order of its ranking."""
    found = (_need(entry, record.facts) for entry in record.ranking)
    return tuple(need for need in found if need)


def limit_of(record: RunFile) -> tuple[float | None, str]:
    """The limit that headrooms were divided by, and what it is, as their details tell."""
    for key, entry in record.facts.items():
        if key.endswith(".memory_headroom") and (found := _LIMIT.match(entry.detail)):
            return float(found["size"]), f"{found['size']} GiB of {found['what']} free"
    return None, ""


def _need(entry: RankingEntry, facts: Mapping[str, FactEntry]) -> MemoryRow | None:
    prefix = f"estimate.{entry.method}."
    span = _ends(facts, f"{prefix}memory_gib")
    if span is None:
        return None
    least = _ends(facts, f"{prefix}memory_optimistic_gib")
    verdict = _verdict(
        _ends(facts, f"{prefix}memory_headroom"),
        _ends(facts, f"{prefix}memory_headroom_optimistic"),
    )
    low, high = span
    size = f"{high:.3g} GiB" if low == high else f"{low:.3g} to {high:.3g} GiB"
    return MemoryRow(
        name=capital(entry.name),
        says=f"{size}, {verdict}" if verdict else size,
        low=low,
        high=high,
        least=None if least is None else least[1],
        parts=tuple(_parts(facts[f"{prefix}memory_gib"].detail, high)),
    )


def _ends(facts: Mapping[str, FactEntry], key: str) -> tuple[float, float] | None:
    """Both ends of a computed number; None where it is not known."""
    if key not in facts:
        return None
    value = read_value(load_vocabulary()[key], facts[key].value, where=key)
    if isinstance(value, Interval):
        return value.low, value.high
    return (float(value), float(value)) if isinstance(value, (int, float)) else None


def _verdict(room: tuple[float, float] | None, most: tuple[float, float] | None) -> str:
    """Whether it fits, by the shares of the memory that the rules read."""
    if room is None or most is None:
        return ""
    if most[1] < 1:
        return "does not fit"
    if room[0] >= 1:
        return "fits"
    return "tight: fits only with savings" if most[0] >= 1 else "may not fit"


def _parts(detail: str, total: float) -> Iterator[tuple[str, float]]:
    """The parts that a detail lists, if they add up to the need."""
    listed = detail.partition(": ")[2].partition(" GiB")[0]
    found = [(name.strip(), float(size)) for name, size in _PART.findall(listed)]
    if found and abs(sum(size for _, size in found) - total) <= _ROUNDING + total / 1000:
        for name, size in found:
            yield _MARKS.get(name, OTHER[0]), size


_NAMES = dict((*MEMORY_PARTS.values(), RESERVE, CONTEXT, OTHER))
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


def memory_chart(record: RunFile) -> MemoryChart | None:
    """The chart of a run, or None where it holds no estimate of memory."""
    needs = needs_of(record)
    return _chart(needs, *limit_of(record), _NAMES) if needs else None


def stacks_chart(stacks: Stacks) -> MemoryChart:
    """The chart of stacked sizes, as an estimate has them."""
    needs = []
    for name, parts, says in stacks.entries:
        size = sum(part for _, part in parts)
        needs.append(MemoryRow(name, says, size, size, None, parts))
    text = "" if stacks.limit is None else f"{stacks.limit:.4g} {stacks.unit}"
    return _chart(needs, stacks.limit, text, stacks.kinds)


def _chart(
    needs: Sequence[MemoryRow], limit: float | None, limit_text: str, names: Mapping[str, str]
) -> MemoryChart:
    longest = max(need.high for need in needs)
    if limit is not None:
        longest = min(max(longest, limit), limit * _LONGEST)
    scale = LinearScale(0.0, longest, right=_RIGHT)
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


def _bar(need: MemoryRow, scale: LinearScale, names: Mapping[str, str], limit: float | None) -> Bar:
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
    parts: tuple[tuple[str, float], ...], scale: LinearScale, strokes: Sequence[float]
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
