"""Memory of every method against the device's limit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.facts import Interval, load_vocabulary
from advisor.facts.reading import read_value
from advisor.report.blocks import Record
from advisor.report.html.charts.scale import Scale, ticks
from advisor.report.memory_parts import CONTEXT, PARTS, RESERVE
from advisor.report.wording import capital

_LIMIT = re.compile(r"(?P<size>[\d.]+)(?: to [\d.]+)? GiB (?P<what>.+?) free")
_PART = re.compile(r"([a-z][a-z ]*) (\d+\.\d\d)(?= |$)")
_MARKS = {name: mark for mark, name in (*PARTS.values(), CONTEXT)} | {
    "reserve": RESERVE[0],
    "workspace": PARTS["workspace"][0],
}
_NAMES = dict((*PARTS.values(), RESERVE, CONTEXT))
_OTHER = ("s", "state and other")
_LONGEST = 2.5
"""Limits that the longest bar reaches; one that does not fit by far would squeeze all others."""
_RIGHT = 96.0
"""Percent at which the longest bar ends; an arrow behind it says where one is cut off."""
_LETTER_WIDTH = 5.0
_ROUNDING = 0.05
"""GiB by which parts, rounded to two places, may miss their sum."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: place and width in percent, its letter and whether that has room."""

    left: float
    width: float
    mark: str
    lettered: bool


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
    """The chart, or None where the record holds no estimate of memory."""
    needs = [need for entry in record["ranking"] if (need := _need(entry, record["facts"]))]
    if not needs:
        return None
    limit, limit_text = _limit(record["facts"])
    longest = max(need.high for need in needs)
    if limit is not None:
        longest = min(max(longest, limit), limit * _LONGEST)
    scale = Scale(0.0, longest, right=_RIGHT)
    bars = tuple(_bar(need, scale, longest) for need in needs)
    marks = tuple((scale.place(value), f"{value:g} GiB") for value in ticks(0.0, scale.high))
    used = {segment.mark for bar in bars for segment in bar.segments}
    legend = tuple((m, n) for m, n in (*_NAMES.items(), _OTHER) if m in used)
    return MemoryChart(
        bars, None if limit is None else scale.place(limit), limit_text, legend, marks
    )


@dataclass(frozen=True, slots=True)
class _Need:
    name: str
    low: float
    high: float
    least: float | None
    parts: tuple[tuple[str, float], ...]
    verdict: str


def _need(entry: Mapping[str, Any], facts: Mapping[str, Any]) -> _Need | None:
    prefix = f"estimate.{entry['method']}."
    span = _ends(facts, f"{prefix}memory_gib")
    if span is None:
        return None
    least = _ends(facts, f"{prefix}memory_optimistic_gib")
    return _Need(
        capital(entry["name"]),
        *span,
        None if least is None else least[1],
        tuple(_parts(facts[f"{prefix}memory_gib"]["detail"], span[1])),
        _verdict(
            _ends(facts, f"{prefix}memory_headroom"),
            _ends(facts, f"{prefix}memory_headroom_optimistic"),
        ),
    )


def _ends(facts: Mapping[str, Any], key: str) -> tuple[float, float] | None:
    """Both ends of a computed number; None where it is not known."""
    if key not in facts:
        return None
    value = read_value(load_vocabulary()[key], facts[key]["value"], where=key)
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
        yield from found


def _limit(facts: Mapping[str, Any]) -> tuple[float | None, str]:
    """The limit that headrooms were divided by, and what it is, as their details tell."""
    for key, entry in facts.items():
        if key.endswith(".memory_headroom") and (found := _LIMIT.match(entry["detail"])):
            return float(found["size"]), f"{found['size']} GiB of {found['what']} free"
    return None, ""


def _bar(need: _Need, scale: Scale, longest: float) -> Bar:
    size = f"{need.high:.3g} GiB"
    if need.low != need.high:
        size = f"{need.low:.3g} to {size}"
    segments = tuple(_segments(need.parts or (("", need.high),), scale))
    listed = ", ".join(
        f"{_NAMES.get(_mark(name), name)} {part:.2f}" for name, part in need.parts if part
    )
    return Bar(
        name=need.name,
        says=f"{size}, {need.verdict}" if need.verdict else size,
        parts=f"{listed} GiB" if listed else "",
        segments=segments,
        least=None if need.least is None or need.least > scale.high else scale.place(need.least),
        low=scale.place(need.low) if need.low != need.high else None,
        cut=need.high > longest,
    )


def _segments(parts: tuple[tuple[str, float], ...], scale: Scale) -> Iterator[Segment]:
    start = 0.0
    for name, size in parts:
        left, right = scale.place(start), scale.place(start + size)
        start += size
        if right - left > 0:
            width = right - left
            yield Segment(left, width, _mark(name), width >= _LETTER_WIDTH)


def _mark(name: str) -> str:
    """The letter of a part by the name that the detail of a fact has for it."""
    return _MARKS.get(name, _OTHER[0])
