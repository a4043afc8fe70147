"""Values as people read them, and as run files keep them."""

from __future__ import annotations

from typing import Any

from advisor.facts.values import Interval, Value
from advisor.facts.vocabulary import FactType

_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
_LARGE = 1e6
_CENTS = 10
_LONG = 48
_SMALL, _HUGE = 0.1, 10_240


def show_value(fact_type: FactType, value: Value) -> str:
    """The value in words: ``8.03B``, ``24.0 GiB``, ``2.5 %``, ``classification or nli_pair``."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return " or ".join(sorted(show_value(fact_type, member) for member in value))
    if isinstance(value, Interval):
        low = show_value(fact_type, _whole(fact_type, value.low))
        if fact_type.range and value.high >= fact_type.range[1]:
            return f"at least {low}"
        return _span(low, show_value(fact_type, _whole(fact_type, value.high)))
    if isinstance(value, str):
        return value
    if fact_type.type == "share":
        return f"{value * 100:.3g} %"
    if fact_type.unit == "hours":
        return _duration(value)
    if fact_type.unit == "USD":
        return f"{value:,.2f} USD" if value < _CENTS else f"{value:,.0f} USD"
    return _size(value) if fact_type.unit == "GiB" else _number(value)


def _span(low: str, high: str) -> str:
    """A range, whose unit is said once; one value if the ends look alike."""
    if low == high:
        return low
    if low[-1].isdigit() and high[-1] in "TBM":
        # In words the end's letter would count for both ends: "1 to 10B" is 1B to 10B.
        return f"{low}..{high}"
    number, _, unit = low.rpartition(" ")
    return f"{number if number and high.endswith(f' {unit}') else low} to {high}"


def _size(gibibytes: float) -> str:
    """In gibibytes, or in the unit above or below where these would be unwieldy."""
    if gibibytes >= _HUGE:
        return f"{_number(gibibytes / 1024)} TiB"
    for unit in ("GiB", "MiB"):
        if gibibytes >= _SMALL or gibibytes == 0:
            return f"{_number(gibibytes)} {unit}"
        gibibytes *= 1024
    return f"{_number(gibibytes)} KiB"


def _duration(hours: float) -> str:
    minutes = hours * 60
    if minutes < 1:
        return "under 1 min"
    if hours < 1:
        return f"{minutes:.0f} min"
    return f"{hours:.3g} h" if hours < _LONG else f"{hours / 24:.3g} days"


def _whole(fact_type: FactType, number: float) -> int | float:
    return int(number) if fact_type.integer else number


def _number(number: int | float) -> str:
    if abs(number) >= _LARGE:
        for scale, suffix in _SCALES:
            if abs(number) >= scale:
                return f"{number / scale:.3g}{suffix}"
    if isinstance(number, int) or number == int(number):
        return f"{int(number):,}"
    return f"{number:.3g}"


def plain_value(value: Value) -> Any:
    """The value as JSON keeps it; reading it back gives the same value."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Interval):
        opening = "[" if value.low_closed else "("
        closing = "]" if value.high_closed else ")"
        return f"{opening}{value.low!r}..{value.high!r}{closing}"
    return value
