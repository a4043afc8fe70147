"""Check the form of rule files against the pydantic models, and say where it is wrong."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from advisor.rules.schema import RisksFile, RulesFile, SettingsFile, TableFile
from advisor.support.errors import AdvisorError, did_you_mean
from advisor.support.strictyaml import YamlDocument

_MODELS: dict[str, type[BaseModel]] = {
    "rules": RulesFile,
    "risks": RisksFile,
    "table": TableFile,
    "settings": SettingsFile,
}


def check_form(document: YamlDocument, kind: str) -> None:
    """Raise AdvisorError on the first thing in which the document differs from its form.

    Args:
        document: the parsed file.
        kind: ``rules``, ``risks``, ``table`` or ``settings``.

    """
    model = _MODELS[kind]
    try:
        model.model_validate(document.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        location: tuple[Any, ...] = first["loc"]
        field = ".".join(str(part) for part in location)
        message = first["msg"][0].lower() + first["msg"][1:]
        hint = ""
        if first["type"] == "extra_forbidden":
            message = f"there is no field named {location[-1]!r} here"
            hint = did_you_mean(str(location[-1]), _field_names(model))
        elif first["type"] == "missing":
            message = f"the field {location[-1]!r} is missing"
        raise AdvisorError(
            f"{field}: {message}" if field else message,
            where=document.where(*location),
            hint=hint or "advisor rules schema prints the form of a rule file",
        ) from None


def _field_names(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})
