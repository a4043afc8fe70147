"""Check the form of rule files against the pydantic models, and say where it is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from advisor.rules.schema import FittedFile, RisksFile, RulesFile, SettingsFile, TableFile
from advisor.support.errors import AdvisorError, did_you_mean
from advisor.support.strictyaml import YamlDocument

_MODELS: dict[str, type[BaseModel]] = {
    "rules": RulesFile,
    "risks": RisksFile,
    "table": TableFile,
    "settings": SettingsFile,
    "fitted": FittedFile,
}


def check_form(document: YamlDocument, kind: str) -> None:
    """Raise AdvisorError on the first thing in which the document differs from its form.

    Args:
        document: the parsed file.
        kind: ``rules``, ``risks``, ``table``, ``settings`` or ``fitted``.
    """
    model = _MODELS[kind]
    try:
        model.model_validate(document.value)
    except ValidationError as error:
        first, path = _telling(error, document.value)
        location: tuple[Any, ...] = first["loc"]
        field = ".".join(str(part) for part in path)
        message = first["msg"][0].lower() + first["msg"][1:]
        hint = ""
        if first["type"] == "extra_forbidden":
            message = f"there is no field named {location[-1]!r} here"
            hint = did_you_mean(str(location[-1]), _field_names(model))
        elif first["type"] == "missing":
            message = f"the field {location[-1]!r} is missing"
        raise AdvisorError(
            f"{field}: {message}" if field else message,
            where=document.where(*path),
            hint=hint or "advisor rules schema prints the form of a rule file",
        ) from None


def _telling(error: ValidationError, value: Any) -> tuple[ErrorDetails, tuple[Any, ...]]:
    """The first error and its path; of the branches of a union, the one that fits best so far."""
    errors = error.errors(include_url=False, include_context=False)
    paths = [_path(found, value) for found in errors]
    best = 0
    for number, path in enumerate(paths):
        if len(path) > len(paths[best]) and path[: len(paths[best])] == paths[best]:
            best = number
    return errors[best], paths[best]


def _path(found: ErrorDetails, value: Any) -> tuple[Any, ...]:
    """Where an error is, without the names that pydantic gives to the branches of a union."""
    path = []
    for part in found["loc"]:
        inside: Iterable[Any] = value if isinstance(value, dict) else ()
        if isinstance(value, list):
            inside = range(len(value))
        if part in inside:
            path.append(part)
            value = value[part]
    if found["type"] == "missing":
        path.append(found["loc"][-1])
    return tuple(path)


def _field_names(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})
