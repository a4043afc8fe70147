"""Find, read and check the rule files; refuse a bad one with its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from advisor.facts import Vocabulary, load_vocabulary
from advisor.rules.building import Builder
from advisor.rules.rule import DecisionTable, Risk, Rule, RuleBase, Settings
from advisor.rules.schema import RisksFile, RulesFile, SettingsFile, TableFile
from advisor.support.errors import AdvisorError, did_you_mean
from advisor.support.strictyaml import YamlDocument, parse_yaml
from advisor.support.textfiles import read_text

_MAX_RULE_FILE = 1024 * 1024
_MAX_RULE_FILES = 500
_SETTINGS = "settings.yaml"
_TABLES = "sub_decisions"
_Model = TypeVar("_Model", bound=BaseModel)


def rules_folder() -> Path:
    """The folder of the rules that ship with the advisor."""
    package = Path(str(files("advisor")))
    installed = package / "_rules"
    return installed if installed.is_dir() else package.parent / "rules"


def load_rules(packs: Sequence[Path] = ()) -> RuleBase:
    """Load the shipped rules, and then house rules on top of them.

    Args:
        packs: folders of house rules. A rule with the code of a shipped rule replaces it, a table
            that decides the same fact likewise.

    Raises:
        AdvisorError: on the first thing that is wrong in any file, with file and line.

    """
    vocabulary = load_vocabulary()
    home = rules_folder()
    settings = _settings(home / _SETTINGS, vocabulary)
    found = _Pack({}, {}, {})
    for folder, pack in [(home, ""), *((path, path.name or str(path)) for path in packs)]:
        own = _load_folder(folder, pack, settings, vocabulary)
        found.rules.update(own.rules)
        found.tables.update(own.tables)
        found.risks.update(own.risks)
    return RuleBase(
        rules=tuple(rule for code in sorted(found.rules) for rule in found.rules[code]),
        tables=tuple(found.tables[key] for key in sorted(found.tables)),
        risks=tuple(found.risks[code] for code in sorted(found.risks)),
        settings=settings,
    )


class _Pack(NamedTuple):
    """What one folder holds, by code or by the fact that a table decides."""

    rules: dict[str, list[Rule]]
    tables: dict[str, DecisionTable]
    risks: dict[str, Risk]


def _load_folder(folder: Path, pack: str, settings: Settings, vocabulary: Vocabulary) -> _Pack:
    found = _Pack({}, {}, {})
    for path in _rule_paths(folder):
        shown = f"{pack or 'rules'}/{path.relative_to(folder).as_posix()}"
        document = parse_yaml(
            read_text(path, what="rule file", max_bytes=_MAX_RULE_FILE), where=shown
        )
        builder = Builder(document, vocabulary, settings.groups, pack)
        keys = document.value if isinstance(document.value, dict) else {}
        if "decides" in keys:
            table = builder.table(_checked(TableFile, document))
            _refuse_twice(found.tables, table.decides, document, ("decides",))
            found.tables[table.decides] = table
        elif "risks" in keys:
            for index, raw in enumerate(_checked(RisksFile, document).risks):
                _refuse_twice(found.risks, raw.code, document, ("risks", index, "code"))
                found.risks[raw.code] = builder.risk(raw, index)
        else:
            for index, rule_file in enumerate(_checked(RulesFile, document).rules):
                _refuse_twice(found.rules, rule_file.code, document, ("rules", index, "code"))
                found.rules[rule_file.code] = builder.rules(rule_file, index)
    if not any(found):
        raise AdvisorError("there are no rule files (*.yaml) in this folder", where=str(folder))
    return found


def _refuse_twice(
    known: Mapping[str, object], code: str, document: YamlDocument, path: tuple[str | int, ...]
) -> None:
    if code in known:
        raise AdvisorError(
            f"{code} is defined twice",
            where=document.where(*path),
            hint="give one of them another code",
        )


def _rule_paths(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise AdvisorError(
            "the rules folder does not exist or is not a folder",
            where=str(folder),
            hint="--rules takes a folder of *.yaml files",
        )
    paths = sorted(p for p in folder.rglob("*.yaml") if p.name != _SETTINGS)
    if len(paths) > _MAX_RULE_FILES:
        raise AdvisorError(f"more than {_MAX_RULE_FILES} rule files", where=str(folder))
    yield from paths


def _settings(path: Path, vocabulary: Vocabulary) -> Settings:
    document = parse_yaml(read_text(path, what="settings file"), where=path.name)
    raw = _checked(SettingsFile, document)
    for key in raw.parity_needs:
        vocabulary.require(key, where=document.where("parity_needs"))
    for name, members in raw.groups.items():
        for method in members:
            if method not in vocabulary.methods:
                raise AdvisorError(
                    f"there is no method named {method!r}",
                    where=document.where("groups", name),
                    hint=did_you_mean(method, vocabulary.methods),
                )
    fields = raw.model_dump()
    fields["confidence_words"] = tuple((w.from_probability, w.word) for w in raw.confidence_words)
    fields["parity_needs"] = tuple(raw.parity_needs)
    fields["checks"] = {name: tuple(codes) for name, codes in raw.checks.items()}
    fields["groups"] = {name: tuple(members) for name, members in raw.groups.items()}
    return Settings(**fields)


def _checked(model: type[_Model], document: YamlDocument) -> _Model:
    """Validate a document's form, turning the first validation error into file and line."""
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        location: tuple[Any, ...] = first["loc"]
        field = ".".join(str(part) for part in location if not str(part).startswith("function"))
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
