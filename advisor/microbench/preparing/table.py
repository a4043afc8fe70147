"""The table of what counts as enough, which route a task takes, and how prompts are worded."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from advisor.catalogue.tables import load_table


@functools.cache
def preparation() -> Mapping[str, Any]:
    """How rows become task, splits and prompts; microbench.yaml explains each number."""
    table: dict[str, Any] = load_table("microbench.yaml")
    return table
