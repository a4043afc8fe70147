"""Turn what a person or a file says into a value of the vocabulary, or refuse it clearly."""

from __future__ import annotations

import math
import re
from typing import Any

from advisor.facts.quantities import QuantityError, parse_quantity, parse_range
from advisor.facts.values import Interval, Value
from advisor.facts.vocabulary import FactType
from advisor.support import AdvisorError, did_you_mean

UNKNOWN_WORDS = frozenset({"unknown", "?", "null", "none known", "don't know", "dont know"})
_TRUE = frozenset({"true", "yes", "y"})
_FALSE = frozenset({"false", "no", "n"})
_MAX_TEXT = 300
_LARGEST_INTEGER = 10**30
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def read_value(fact_type: FactType, raw: Any, *, where: str) -> Value:
    """Return the value that ``raw`` (text, number, boolean, list or None) stands for.

    Raises:
        AdvisorError: if it is not of the fact's type, or impossible.
    """
    if raw is None or (isinstance(raw, str) and raw.strip().lower() in UNKNOWN_WORDS):
        return None
    try:
        if fact_type.numeric:
            return _read_number(fact_type, raw)
        if fact_type.type == "choice":
            return _read_choice(fact_type, raw)
        if fact_type.type == "boolean":
            return _read_boolean(raw)
        return _read_text(raw)
    except QuantityError as error:
        raise AdvisorError(
            f"{fact_type.key}: {error}",
            where=where,
            hint=_hint(fact_type, raw),
        ) from None


def _hint(fact_type: FactType, raw: Any) -> str:
    if fact_type.choices:
        listed = "one of " + ", ".join(fact_type.choices)
        meant = did_you_mean(raw.lower(), fact_type.choices) if isinstance(raw, str) else ""
        return f"{meant} It is {listed}" if meant else f"it is {listed}, or unknown"
    example = f"for example {fact_type.example}" if fact_type.example else ""
    unit = f"a number of {fact_type.unit}" if fact_type.unit not in ("", "share") else ""
    return ", ".join(part for part in (unit, example) if part) or "see advisor explain " + (
        fact_type.key
    )


def _read_number(fact_type: FactType, raw: Any) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        raise QuantityError(f"{str(raw)[:40]!r} is not a number")
    value: Value
    if isinstance(raw, str):
        interval = parse_range(raw, fact_type.unit)
        value = interval if interval is not None else parse_quantity(raw, fact_type.unit)
    else:
        value = raw
    if isinstance(value, Interval):
        return _clip(fact_type, value)
    number = value
    assert isinstance(number, (int, float))  # noqa: S101 - narrows the type for the checks below
    if isinstance(number, float) and not math.isfinite(number):
        raise QuantityError(f"{number} is not a usable number")
    if isinstance(number, int) and abs(number) > _LARGEST_INTEGER:
        raise QuantityError("the number is too large")
    if fact_type.range and not fact_type.range[0] <= number <= fact_type.range[1]:
        raise QuantityError(f"{_short(number)} is impossible; {_range_text(fact_type)}")
    if fact_type.integer:
        if number != int(number):
            raise QuantityError(f"{_short(number)} is not a whole number")
        return int(number)
    return number


def _clip(fact_type: FactType, interval: Interval) -> Value:
    """Bound a one-sided range by what is possible at all."""
    if fact_type.range is None:
        return interval
    low, high = fact_type.range
    if interval.low > high or interval.high < low:
        raise QuantityError(f"the range is impossible; {_range_text(fact_type)}")
    clipped = Interval(
        max(low, interval.low),
        min(high, interval.high),
        interval.low_closed or interval.low < low,
        interval.high_closed or interval.high > high,
    )
    start, end = clipped.half_open(integer=fact_type.integer)
    if start >= end:
        raise QuantityError("the range holds no possible value")
    if clipped.low == clipped.high:
        return int(clipped.low) if fact_type.integer else clipped.low
    return clipped


def _range_text(fact_type: FactType) -> str:
    low, high = fact_type.range or (-math.inf, math.inf)
    return f"{fact_type.key} lies between {_short(low)} and {_short(high)}"


def _short(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def _read_choice(fact_type: FactType, raw: Any) -> Value:
    words = raw if isinstance(raw, list) else re.split(r"\s+or\s+|\s*,\s*|\s*\|\s*", str(raw))
    chosen = frozenset(
        str(word).strip().lower().replace(" ", "_").replace("-", "_") for word in words
    )
    if not chosen:
        raise QuantityError("the list is empty")
    for word in sorted(chosen):
        if word not in fact_type.choices:
            raise QuantityError(f"{word[:40]!r} is not one of its values")
    if len(chosen) == len(fact_type.choices):
        return None
    return next(iter(chosen)) if len(chosen) == 1 else chosen


def _read_boolean(raw: Any) -> Value:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise QuantityError(f"{str(raw)[:40]!r} is neither yes nor no")


def _read_text(raw: Any) -> Value:
    if isinstance(raw, (dict, list)):
        raise QuantityError("a plain text is expected here")
    text = str(raw).strip()
    if len(text) > _MAX_TEXT:
        raise QuantityError(f"the text is longer than {_MAX_TEXT} characters")
    if _CONTROL.search(text):
        raise QuantityError("the text holds control characters")
    return text or None


def clean_text(raw: Any) -> str:
    """A remark from a file, cut to a line and rid of what could steer a terminal."""
    return _CONTROL.sub(" ", str(raw))[:_MAX_TEXT]
