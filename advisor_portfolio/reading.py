"""Records as people write them, read with what earlier ones have in common."""

from __future__ import annotations

from typing import Any

from advisor.facts import Fact, facts_from
from advisor.support import AdvisorError, YamlDocument

_PLAIN = frozenset({str, int, float, bool, type(None)})
_KEPT = 20_000
"""Facts that are kept, so that memory does not grow."""


class Reader:
    """Reads the facts of records; the same statement is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, type, Any], Fact] = {}

    def facts(self, record: Any, where: str) -> list[Fact]:
        """The facts of one record, as `facts_from` gives them.

        The line of evidence of a fact names the record that first stated it.

        Raises:
            AdvisorError: if the record states something unknown or impossible.
        """
        if not isinstance(record, dict) or "schema_version" in record:
            return facts_from(YamlDocument(record, {}, where))
        try:
            return [self._fact(key, raw, where) for key, raw in record.items()]
        except (AdvisorError, _NotPlainError):
            return facts_from(YamlDocument(record, {}, where))

    def _fact(self, key: str, raw: Any, where: str) -> Fact:
        kind = raw.__class__
        if kind not in _PLAIN:
            raise _NotPlainError
        known = self._known.get((key, kind, raw))
        if known is None:
            (known,) = facts_from(YamlDocument({key: raw}, {}, where))
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key, kind, raw] = known
        return known


class _NotPlainError(Exception):
    """A nested or listed value, which the record is read as a whole for."""
