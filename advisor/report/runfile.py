"""Run files: read and checked, to show or compare a run again; their published schema.

``python -m advisor.report.runfile`` prints the JSON Schema; docs/schema/run-1.json is its output.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from advisor.facts import RUN_SCHEMAS, load_document
from advisor.report.run import CandidatesRun, RunFile
from advisor.support import AdvisorError, YamlDocument

if TYPE_CHECKING:
    from advisor.report.estimate_record import EstimateFile

_T = TypeVar("_T")


def load_record(path: str | Path) -> tuple[RunFile | EstimateFile, dict[str, Any]]:
    """The record of a run or an estimate, from its JSON or the HTML report that holds it.

    Args:
        path: the file, or ``-`` for standard input.

    Returns:
        The run or the estimate; and what the file holds, the keys of later versions with it.

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
    if "headline" in record and "facts" in record:
        return _checked(
            document, run_from, "judge its facts again: advisor advise --facts FILE"
        ), record
    if not ("methods" in record and "device" in record):
        raise AdvisorError(
            "this file holds neither a run nor an estimate",
            where=document.where(),
            hint="give what advise, ask, confirm or estimate wrote as JSON or HTML",
        )
    return _checked(document, estimate_from, "estimate again: advisor estimate MODEL"), record


def _checked(document: YamlDocument, read: Callable[[Mapping[str, Any]], _T], again: str) -> _T:
    """The record; one that lacks a key, or has one of another type, is refused."""
    from pydantic import ValidationError  # noqa: PLC0415 - slow to load, and needed here alone

    try:
        return read(document.value)
    except ValidationError as error:
        wrong = error.errors()[0]
        # Where a key has parts of several kinds, pydantic puts the class among the keys.
        keys = (str(part) for part in wrong["loc"])
        place = ".".join(key for key in keys if not key[:1].isupper())[:120]
        raise AdvisorError(
            f"the file is damaged: {wrong['msg'][:120]}",
            where=f"{document.name}, {place}",
            hint=again,
        ) from None


def run_from(record: Mapping[str, Any]) -> RunFile:
    """The run that a file holds; keys of later versions are left out.

    Raises:
        pydantic.ValidationError: if it lacks a key, or has one of another type.
    """
    if record.get("candidates") is not None:
        return part_from(CandidatesRun, record)
    if record.get("plan") is not None:
        from advisor.report.measured import MeasuredRun, PlannedRun  # noqa: PLC0415 - few have one

        return part_from(PlannedRun if record.get("results") is None else MeasuredRun, record)
    return part_from(RunFile, record)


def estimate_from(record: Mapping[str, Any]) -> EstimateFile:
    """The estimate that a file holds; keys of later versions are left out.

    Raises:
        pydantic.ValidationError: if it lacks a key, or has one of another type.
    """
    from advisor.report.estimate_record import EstimateFile  # noqa: PLC0415 - few read one

    return part_from(EstimateFile, record)


def part_from(kind: type[_T], record: Mapping[str, Any]) -> _T:
    """A part of a run from the values of JSON.

    Raises:
        pydantic.ValidationError: if it lacks a key, or has one of another type.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to load

    return TypeAdapter(kind).validate_python(record)


def json_schema() -> str:
    """The JSON Schema of the run file: what every run has, and the keys that some have."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to load

    from advisor.report.measured import MeasuredRun, PlannedRun  # noqa: PLC0415 - few have one

    kinds = (RunFile, PlannedRun, MeasuredRun, CandidatesRun)
    whole, *more = (TypeAdapter(kind).json_schema() for kind in kinds)
    for schema in more:
        whole["$defs"] = schema["$defs"] | whole["$defs"]
        whole["properties"] = schema["properties"] | whole["properties"]
    for part in (whole, *whole["$defs"].values()):
        part.setdefault("additionalProperties", False)
    return json.dumps(whole, indent=2) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")  # noqa: T201 - printing it is what the module is run for
