"""How much memory each method needs, as a run tells it in its facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.facts import Interval, load_vocabulary
from advisor.facts.reading import read_value
from advisor.report.blocks import Record
from advisor.report.memory_parts import CONTEXT, PARTS, RESERVE
from advisor.support.sentences import capital

OTHER = ("s", "state and other")
"""What early versions told in one sum."""
_LIMIT = re.compile(r"(?P<size>[\d.]+)(?: to [\d.]+)? GiB (?P<what>.+?) free")
_PART = re.compile(r"([a-z][a-z ]*) (\d+\.\d\d)(?= |$)")
_MARKS = {name: mark for mark, name in (*PARTS.values(), CONTEXT)} | {
    "reserve": RESERVE[0],
    "workspace": PARTS["workspace"][0],
}
_ROUNDING = 0.05
"""GiB by which parts, rounded to two places, may miss their sum."""


@dataclass(frozen=True, slots=True)
class Need:
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


def needs_of(record: Record) -> tuple[Need, ...]:
    """The needs that a run tells, in the order of its ranking."""
    found = (_need(entry, record["facts"]) for entry in record["ranking"])
    return tuple(need for need in found if need)


def limit_of(record: Record) -> tuple[float | None, str]:
    """The limit that headrooms were divided by, and what it is, as their details tell."""
    for key, entry in record["facts"].items():
        if key.endswith(".memory_headroom") and (found := _LIMIT.match(entry["detail"])):
            return float(found["size"]), f"{found['size']} GiB of {found['what']} free"
    return None, ""


def _need(entry: Mapping[str, Any], facts: Mapping[str, Any]) -> Need | None:
    prefix = f"estimate.{entry['method']}."
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
    return Need(
        name=capital(entry["name"]),
        says=f"{size}, {verdict}" if verdict else size,
        low=low,
        high=high,
        least=None if least is None else least[1],
        parts=tuple(_parts(facts[f"{prefix}memory_gib"]["detail"], high)),
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
        for name, size in found:
            yield _MARKS.get(name, OTHER[0]), size
