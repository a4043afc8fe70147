"""Collects facts, passing every value and every line of evidence through the same checks."""

from __future__ import annotations

from typing import Any

from advisor.facts import Fact, Source, load_vocabulary, read_value
from advisor.support import AdvisorError, excerpt

_MAX_DETAIL = 200


class ModelFindings:
    """The facts found in a model's files, in the order in which they were stated."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.facts: list[Fact] = []

    def state(self, key: str, raw: Any, detail: str) -> None:
        """Add a fact; None is left out.

        Raises:
            AdvisorError: if the value is impossible for the key.
        """
        if raw is None:
            return
        value = read_value(load_vocabulary()[key], raw, where=self.where)
        if value is not None:
            self.facts.append(Fact(key, value, Source.READ_FROM_FILE, excerpt(detail, _MAX_DETAIL)))

    def state_unknown(self, key: str, detail: str) -> None:
        """Say that the files do not tell a value, and why."""
        self.facts.append(Fact(key, None, Source.READ_FROM_FILE, excerpt(detail, _MAX_DETAIL)))

    def state_text(self, key: str, candidates: list[tuple[Any, str]]) -> bool:
        """State the first candidate (text, detail) that is clean, and say whether one was."""
        for raw, detail in candidates:
            try:
                value = read_value(load_vocabulary()[key], raw, where=self.where)
            except AdvisorError:
                continue
            if isinstance(raw, str) and isinstance(value, str) and value.isprintable():
                self.state(key, value, detail)
                return True
        return False
