"""The levels and limits of judging; advisor/catalogue/judging.yaml explains each."""

from __future__ import annotations

import functools
from typing import Any

from advisor.catalogue.tables import load_table


@functools.cache
def judging_table() -> dict[str, Any]:
    """All of them, by name."""
    table: dict[str, Any] = load_table("judging.yaml")
    return table
