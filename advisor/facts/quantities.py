"""Numbers as people write them: ``8B``, ``5k``, ``24GB``, ``24GiB``, ``2h``, ``1B to 10B``.

A gigabyte is 1e9 bytes and a gibibyte 2**30; shops sell the one and drivers report the other, so
the two are never mixed. Amounts are kept in the unit of the vocabulary.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation

from advisor.facts.values import Interval

GIB = 2**30
"""Bytes of one GiB."""
_GIB = Decimal(GIB)
_COUNT_SUFFIXES = {
    "": Decimal(1),
    "k": Decimal(10**3),
    "m": Decimal(10**6),
    "b": Decimal(10**9),
    "t": Decimal(10**12),
}
# For each unit, what a suffix multiplies the number with to give the unit.
_SUFFIXES: dict[str, dict[str, Decimal]] = {
    "GiB": {
        "": Decimal(1),
        "gib": Decimal(1),
        "kib": Decimal(2**10) / _GIB,
        "mib": Decimal(2**20) / _GIB,
        "tib": Decimal(2**40) / _GIB,
        "mb": Decimal(10**6) / _GIB,
        "gb": Decimal(10**9) / _GIB,
        "tb": Decimal(10**12) / _GIB,
    },
    "hours": {
        "": Decimal(1),
        "h": Decimal(1),
        "hours": Decimal(1),
        "min": 1 / Decimal(60),
        "m": 1 / Decimal(60),
        "d": Decimal(24),
        "days": Decimal(24),
    },
    "seconds": {
        "": Decimal(1),
        "s": Decimal(1),
        "sec": Decimal(1),
        "seconds": Decimal(1),
        "m": Decimal(60),
        "min": Decimal(60),
        "minutes": Decimal(60),
        "h": Decimal(3600),
        "hours": Decimal(3600),
        "d": Decimal(86400),
        "days": Decimal(86400),
    },
    "USD": {**_COUNT_SUFFIXES, "usd": Decimal(1), "$": Decimal(1)},
    "share": {"": Decimal(1), "%": Decimal("0.01")},
}
_NUMBER = re.compile(
    r"\$?\s*(?P<digits>[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9][0-9_]*|(?=\.))(?:\.[0-9]+)?"
    r"(?:[eE][-+]?[0-9]{1,3})?)\s*(?P<suffix>[A-Za-z%$]*)\Z"
)
_MAX_LENGTH = 64
# ``[a..b)`` as S-FEEL writes it: a bracket that faces inwards includes the end.
_INTERVAL = re.compile(r"([\[(\]])\s*([^\[\]()]+?)\s*\.\.\s*([^\[\]()]+?)\s*([\])\[])\Z")
_RANGE = re.compile(r"(?P<low>.+?)\s*(?P<word>\bto\b|\.\.|\u2013|\band\b)\s*(?P<high>.+)\Z")
# Words and signs of a one-sided range: which end is bounded, and whether the bound itself counts.
_BOUNDS = {
    "at least": ("low", True),
    "more than": ("low", False),
    "above": ("low", False),
    "over": ("low", False),
    "at most": ("high", True),
    "less than": ("high", False),
    "below": ("high", False),
    "under": ("high", False),
    ">=": ("low", True),
    ">": ("low", False),
    "<=": ("high", True),
    "<": ("high", False),
}


class QuantityError(ValueError):
    """A text that is not an amount of the wanted unit."""


def parse_quantity(text: str, unit: str) -> int | float:
    """Return the number that ``text`` stands for, in ``unit``.

    Raises:
        QuantityError: if it is not a finite number, or carries a suffix of another unit.
    """
    match = _NUMBER.match(text.strip()) if len(text) <= _MAX_LENGTH else None
    if match is None:
        raise QuantityError(f"{text[:40]!r} is not a number")
    suffixes = _SUFFIXES.get(unit, _COUNT_SUFFIXES)
    suffix = match["suffix"].lower()
    if suffix not in suffixes:
        accepted = ", ".join(sorted(s for s in suffixes if s))
        raise QuantityError(f"{text[:40]!r} has the suffix {match['suffix']!r}; use {accepted}")
    try:
        amount = Decimal(match["digits"].replace(",", "").replace("_", "")) * suffixes[suffix]
    except InvalidOperation:
        raise QuantityError(f"{text[:40]!r} is not a number") from None
    return _plain(amount)


def parse_range(text: str, unit: str) -> Interval | None:
    """Return the range that ``text`` describes, or None if it is not written as one.

    Raises:
        QuantityError: if it is written as a range but its ends are not, or are the wrong way round.
    """
    stripped = text.strip()
    lowered = stripped.lower()
    for word, (end, closed) in _BOUNDS.items():
        if lowered.startswith(word):
            bound = parse_quantity(stripped[len(word) :], unit)
            if end == "low":
                return Interval(bound, math.inf, closed, high_closed=False)
            return Interval(-math.inf, bound, low_closed=False, high_closed=closed)
    interval = parse_interval(stripped, unit)
    if interval is not None:
        return interval
    if lowered.startswith("between "):
        stripped = stripped[len("between ") :]
    match = _RANGE.match(stripped) if len(stripped) <= 2 * _MAX_LENGTH else None
    if match is None:
        return None
    high = parse_quantity(match["high"], unit)
    low = _start(match, unit, high)
    if low > high:
        raise QuantityError(f"the range {text[:60]!r} ends below its start")
    return Interval(low, high)


def _start(match: re.Match[str], unit: str, high: float) -> int | float:
    """Where a range in words begins: ``1 to 10B`` at 1B and ``10 to 20 min`` at 10 minutes.

    ``500 to 2k`` begins at 500 and ``100 to 100k`` at 100: else nothing would be between.
    """
    low, end = _NUMBER.match(match["low"].strip()), _NUMBER.match(match["high"].strip())
    if low and end and not low["suffix"] and match["word"] != "..":
        shared = parse_quantity(f"{match['low']} {end['suffix']}", unit)
        if shared < high:
            return shared
    return parse_quantity(match["low"], unit)


def parse_interval(text: str, unit: str) -> Interval | None:
    """Return the interval that ``text`` writes as ``[a..b)``, or None if it is not one.

    Raises:
        QuantityError: if its ends are no numbers, or the wrong way round.
    """
    match = _INTERVAL.match(text) if len(text) <= 2 * _MAX_LENGTH else None
    if match is None:
        return None
    low, high = parse_quantity(match[2], unit), parse_quantity(match[3], unit)
    if low > high:
        raise QuantityError(f"the range {text[:60]!r} ends below its start")
    return Interval(low, high, match[1] == "[", match[4] == "]")


def _plain(amount: Decimal) -> int | float:
    if amount == amount.to_integral_value() and abs(amount) < Decimal(10) ** 18:
        return int(amount)
    number = float(amount)
    if not math.isfinite(number):
        raise QuantityError("the number is too large")
    return number
