"""Columns that must exist, and the message when they do not."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.profilers.data.rows import printable
from advisor.support.errors import AdvisorError, did_you_mean

_LISTED = 20


def require_column(name: str, available: Iterable[str], where: str) -> None:
    """Raise AdvisorError, with the columns there are, unless ``name`` is one of them."""
    known = list(available)
    if name in known:
        return
    meant = did_you_mean(name, known)
    listed = ", ".join(printable(column, 40) for column in known[:_LISTED])
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    there = f"the columns are {listed}{more}" if known else "the row has no columns"
    raise AdvisorError(
        f"there is no column {printable(name)!r}",
        where=where,
        hint=f"{printable(meant, 200)} {there}".strip(),
    )
