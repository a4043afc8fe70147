"""The time budget of a micro-benchmark, as people write it."""

from __future__ import annotations

import re

from advisor.catalogue import preparation
from advisor.facts import QuantityError, parse_quantity
from advisor.support import AdvisorError

_PART = r"[0-9][0-9.,_]*\s*[A-Za-z]+"
_PARTS = re.compile(rf"\s*{_PART}(?:\s*{_PART})+\s*")
_MAX_LENGTH = 64
_OPTION = "--budget"


def parse_budget(text: str) -> float:
    """The seconds of a budget such as ``90``, ``30s``, ``2m`` or ``1h30m``.

    A number alone is seconds; in a budget of several parts each has its unit.

    Raises:
        AdvisorError: if it is no duration, or not between zero and a week.
    """
    short = len(text) <= _MAX_LENGTH
    parts = re.findall(_PART, text) if short and _PARTS.fullmatch(text) else [text]
    try:
        seconds = float(sum(parse_quantity(part, "seconds") for part in parts))
    except QuantityError as error:
        raise AdvisorError(
            f"the budget is no duration: {error}",
            where=_OPTION,
            hint="write it such as 90s, 10m or 1h30m",
        ) from None
    most = preparation().most_budget_seconds
    if not 0 < seconds <= most:
        raise AdvisorError(
            f"a budget of {seconds:,.0f} seconds is "
            + ("too long" if seconds > most else "no time at all"),
            where=_OPTION,
            hint=f"give more than zero and at most {most // 86400} days",
        )
    return seconds
