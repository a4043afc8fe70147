"""Unary tests: the conditions that a rule puts on single facts.

The grammar is a strict subset of S-FEEL (DMN 1.3, chapter 9), numbers with suffixes apart::

    test   = "-" | items | "not(" items ")"
    items  = item { "," item }
    item   = ("<" | "<=" | ">" | ">=") number | interval | number | name
    interval = ("[" | "(" | "]") number ".." number ("]" | ")" | "[")

A YAML list of names means the same as the names with commas between. Every test is a set of
values, so the engine can tell "surely true", "surely false" and "not known yet" apart.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from advisor.facts import FactType, Interval, QuantityError, Value, parse_interval, parse_quantity
from advisor.support import AdvisorError, did_you_mean

Span: TypeAlias = tuple[float, float]
"""A half-open interval ``low <= x < high``."""

_MAX_LENGTH = 500
_COMPARISON = re.compile(r"(<=|>=|<|>)\s*(.+)\Z")
_NOT = re.compile(r"not\s*\((.*)\)\Z", re.DOTALL)
_TEXT = re.compile(r"([^\W\d][\w?/'+*-]*(?:[ .][\w?/'+*-]+)*)\Z|\"([^\"]+)\"\Z")
"""A name of S-FEEL, which begins with a letter, or a text in quotes."""
_THOUSANDS = re.compile(r"[0-9],[0-9]{3}(?![0-9])")


@dataclass(frozen=True, slots=True)
class NumberTest:
    """A union of disjoint, sorted half-open intervals of a numeric fact."""

    spans: tuple[Span, ...]
    integer: bool
    text: str

    def judge(self, value: Value) -> bool | None:
        """True or false if the value settles it, None if it does not."""
        if isinstance(value, Interval):
            low, high = value.half_open(integer=self.integer)
            if any(a <= low and high <= b for a, b in self.spans):
                return True
            return None if any(a < high and low < b for a, b in self.spans) else False
        if isinstance(value, (int, float)):
            return any(a <= value < b for a, b in self.spans)
        return None

    @property
    def cuts(self) -> tuple[float, ...]:
        """The numbers at which the test changes."""
        ends = {end for span in self.spans for end in span}
        return tuple(sorted(ends - {-math.inf, math.inf}))


@dataclass(frozen=True, slots=True)
class MemberTest:
    """A set of choices, booleans or texts; ``negated`` means any value outside the set."""

    members: frozenset[str] | frozenset[bool]
    negated: bool
    text: str

    def judge(self, value: Value) -> bool | None:
        """True or false if the value settles it, None if it does not."""
        if value is None:
            return None
        if isinstance(value, frozenset):
            verdicts = {self.judge(member) for member in value}
            return verdicts.pop() if len(verdicts) == 1 else None
        plain = value.lower() if isinstance(value, str) else value
        return (plain in self.members) != self.negated


Test: TypeAlias = "NumberTest | MemberTest"


def parse_test(fact_type: FactType, raw: Any, *, where: str) -> Test:
    """Parse a unary test on a fact.

    Args:
        fact_type: the fact that the test is on; its type and unit decide what is allowed.
        raw: the text, list, number or boolean that stands in the rule file.
        where: file and line, for messages.

    Raises:
        AdvisorError: if it is not a test of the grammar, or not one that suits the fact.
    """
    try:
        if fact_type.numeric:
            return _number_test(fact_type, raw)
        return _member_test(fact_type, raw)
    except QuantityError as error:
        raise AdvisorError(
            f"the test on {fact_type.key} is not valid: {error}",
            where=where,
            hint=_hint(fact_type, raw),
        ) from None


def _hint(fact_type: FactType, raw: Any) -> str:
    if fact_type.numeric:
        return "write '>= 10k', '< 1B', '[1k..10k)', 'not(0)' or several with commas"
    if fact_type.choices:
        word = raw if isinstance(raw, str) else ""
        meant = did_you_mean(word, fact_type.choices)
        return meant or "write a list of " + ", ".join(fact_type.choices)
    return "write true or false" if fact_type.type == "boolean" else "write a list of texts"


def _items(raw: Any) -> tuple[list[Any], bool]:
    """Split a raw test into its items and whether it is negated."""
    if isinstance(raw, list):
        return raw, False
    if not isinstance(raw, str):
        return [raw], False
    if len(raw) > _MAX_LENGTH:
        raise QuantityError(f"it is longer than {_MAX_LENGTH} characters")
    match = _NOT.match(raw.strip())
    text = match[1] if match else raw
    return [item.strip() for item in text.split(",")], match is not None


def _shown(raw: Any) -> str:
    if isinstance(raw, list):
        return ", ".join(_shown(item) for item in raw)
    return str(raw).lower() if isinstance(raw, bool) else str(raw).strip()


def _number_test(fact_type: FactType, raw: Any) -> NumberTest:
    if isinstance(raw, str) and raw.strip() == "-":
        return NumberTest(((-math.inf, math.inf),), fact_type.integer, "-")
    if isinstance(raw, str) and _THOUSANDS.search(raw):
        # ">= 10,000" would mean ">= 10 or 0" without anyone noticing.
        raise QuantityError(f"{raw[:40]!r} has a comma inside a number; write 10k or 10000")
    items, negated = _items(raw)
    spans = _union(_number_span(fact_type, item) for item in items)
    if negated:
        spans = _complement(spans)
    if not spans:
        raise QuantityError("no number can pass it")
    return NumberTest(tuple(spans), fact_type.integer, _shown(raw))


def _number_span(fact_type: FactType, item: Any) -> Span:
    span = _interval(fact_type, item).half_open(integer=fact_type.integer)
    if span[0] >= span[1]:
        raise QuantityError(f"no number lies in {str(item)[:60]!r}")
    return span


def _interval(fact_type: FactType, item: Any) -> Interval:
    if isinstance(item, (int, float)) and not isinstance(item, bool):
        return Interval(item, item)
    if not isinstance(item, str) or not item:
        raise QuantityError(f"{str(item)[:40]!r} is not a test on a number")
    comparison = _COMPARISON.match(item)
    if comparison:
        bound = parse_quantity(comparison[2], fact_type.unit)
        return {
            "<": Interval(-math.inf, bound, False, False),
            "<=": Interval(-math.inf, bound, False, True),
            ">": Interval(bound, math.inf, False, False),
            ">=": Interval(bound, math.inf, True, False),
        }[comparison[1]]
    written = parse_interval(item, fact_type.unit)
    if written is not None:
        return written
    number = parse_quantity(item, fact_type.unit)
    return Interval(number, number)


def _union(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _complement(spans: list[Span]) -> list[Span]:
    result: list[Span] = []
    start = -math.inf
    for low, high in spans:
        if start < low:
            result.append((start, low))
        start = high
    if start < math.inf:
        result.append((start, math.inf))
    return result


def _member_test(fact_type: FactType, raw: Any) -> MemberTest:
    if isinstance(raw, str) and raw.strip() == "-":
        return MemberTest(frozenset(), negated=True, text="-")
    items, negated = _items(raw)
    if not items:
        raise QuantityError("the list is empty, so no value can pass it")
    if fact_type.type == "boolean":
        words = {"true": True, "false": False}
        if any(_shown(item) not in words for item in items):
            raise QuantityError(f"{_shown(raw)[:40]!r} is neither true nor false")
        truths = frozenset(words[_shown(item)] for item in items)
        return MemberTest(truths, negated, _shown(raw))
    names = frozenset(_name(_shown(item)) for item in items)
    for name in sorted(names):
        if fact_type.choices and name not in fact_type.choices:
            raise QuantityError(f"{name[:40]!r} is not one of its values")
    return MemberTest(names, negated, _shown(raw))


def _name(text: str) -> str:
    """A name as it stands, or any text in quotes; without regard to case."""
    match = _TEXT.match(text)
    if match is None:
        raise QuantityError(f"{text[:40]!r} is neither a name nor a text in quotes")
    return (match[1] or match[2]).lower()
