"""Read a whole run, with all that it says, to show or compare it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from advisor.facts.factsfile import RUN_SCHEMAS, load_document
from advisor.support.errors import AdvisorError
from advisor.support.strictyaml import YamlDocument

_EXTRA = "extra_forbidden"
"""Pydantic's word for a key that is not known."""


def load_record(path: str | Path) -> dict[str, Any]:
    """The record of a run or an estimate: its JSON, or the HTML report that holds it.

    Args:
        path: the file, or ``-`` for standard input.

    Raises:
        AdvisorError: if it cannot be read, is neither, or lacks what every run has.
    """
    document = load_document(path)
    record = document.value
    if not isinstance(record, dict) or "schema_version" not in record:
        raise AdvisorError(
            "this file holds no run: it has no schema_version",
            where=document.where(),
            hint="advisor advise --facts FILE -o run.json makes a run of facts",
        )
    version = str(record["schema_version"])
    if version not in RUN_SCHEMAS:
        raise AdvisorError(
            f"run files of schema version {version[:20]} cannot be read",
            where=document.where("schema_version"),
            hint=f"this advisor reads version {', '.join(RUN_SCHEMAS)}; a newer one may be needed",
        )
    if is_run(record):
        _check(document)
    elif not is_estimate(record):
        raise AdvisorError(
            "this file holds neither a run nor an estimate",
            where=document.where(),
            hint="give what advise, ask, confirm or estimate wrote as JSON or HTML",
        )
    return record


def is_run(record: dict[str, Any]) -> bool:
    """Whether a record has a verdict and facts."""
    return "headline" in record and "facts" in record


def is_estimate(record: dict[str, Any]) -> bool:
    """Whether a record is that of ``advisor estimate``."""
    return "methods" in record and "device" in record


def _check(document: YamlDocument) -> None:
    """Refuse a run that lacks a key or has one of another type; keys of later versions may stay."""
    from pydantic import ValidationError  # noqa: PLC0415 - slow to load, and needed here alone

    from advisor.report.schema import RunFile  # noqa: PLC0415 - likewise

    try:
        RunFile.model_validate(document.value)
    except ValidationError as error:
        wrong = next((e for e in error.errors() if e["type"] != _EXTRA), None)
        if wrong is not None:
            place = ".".join(str(part) for part in wrong["loc"])[:120]
            raise AdvisorError(
                f"the run file is damaged: {wrong['msg'][:120]}",
                where=f"{document.name}, {place}",
                hint="judge its facts again: advisor advise --facts FILE",
            ) from None
