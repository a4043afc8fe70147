"""Read the run that a project is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.facts import FactBase
from advisor.facts.factsfile import load_document
from advisor.gather import Request, gather
from advisor.support.errors import AdvisorError


@dataclass(frozen=True, slots=True)
class Run:
    """A run file, and the facts of it and of what the command line names.

    Attributes:
        record: the run file's content.
        facts: with defaults.
        request: where the facts came from.
        notes: sentences that a person should see.
    """

    record: Mapping[str, Any]
    facts: FactBase
    request: Request
    notes: tuple[str, ...]

    @property
    def measured(self) -> bool:
        """Whether a micro-benchmark has trained something for it."""
        return isinstance(self.record.get("results"), dict)

    def text(self, key: str) -> str | None:
        """The value of a fact that is a text and settled."""
        value = self.facts.value(key)
        return value if isinstance(value, str) else None


def read_run(path: Path, request: Request) -> Run:
    """The run with what the command line adds to it.

    Args:
        path: a run file of ``advise``, ``ask`` or ``confirm``.
        request: model and data that the command line names; the run's facts are added to it.

    Raises:
        AdvisorError: if it is no run file, or a model or data file cannot be read.
    """
    record = load_document(path).value
    if not isinstance(record, dict) or "schema_version" not in record:
        raise AdvisorError(
            "a project is made from a run file, and this is none",
            where=str(path),
            hint=f"advisor advise --facts {path} -o run.json writes one",
        )
    gathered = gather(request)
    model = gathered.models[0][1] if gathered.models else ()
    facts = FactBase([*gathered.common, *model]).with_defaults()
    return Run(record, facts, request, gathered.notes)
