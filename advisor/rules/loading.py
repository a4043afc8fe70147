"""Find, read and check the rule files; refuse a bad one with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from advisor.facts import Vocabulary, load_vocabulary
from advisor.methods import is_tag, load_methods, methods_with
from advisor.rules.building import Builder
from advisor.rules.fitted import calibration_from, with_fitted
from advisor.rules.rule import Calibration, DecisionTable, Risk, Rule, RuleBase, RuleSettings
from advisor.support import (
    AdvisorError,
    YamlDocument,
    did_you_mean,
    load_shipped,
    parse_yaml,
    read_text,
    rules_folder,
)

_MAX_RULE_FILE = 1024 * 1024
_MAX_RULE_FILES = 500
_SETTINGS = "settings.yaml"
FITTED_FILE = "fitted.yaml"
_OWN_FILES = {
    _SETTINGS: "override single rules by their code",
    FITTED_FILE: "state weights in rules",
}
"""Files of the shipped rules that house rules cannot have, and what to do instead."""
_TABLES = "sub_decisions"


def load_rules(
    packs: Sequence[Path] = (), *, quick: bool = False, authored: bool = False
) -> RuleBase:
    """Load the shipped rules, and then house rules on top of them.

    Args:
        packs: folders of house rules. A rule with the code of a shipped rule replaces it, a table
            that decides the same fact likewise.
        quick: leave out the form check and the cases of the shipped rules, which the tests have
            checked before release. House rules are always checked.
        authored: keep the weights that the rules state, and leave fitted ones aside.

    Raises:
        AdvisorError: on the first thing that is wrong in any file, with file and line.
    """
    if quick:
        try:
            return _load(packs, check_shipped=False, authored=authored)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError):
            pass  # a shipped rule has been edited wrongly; the form check says where
    return _load(packs, check_shipped=True, authored=authored)


def _load(packs: Sequence[Path], *, check_shipped: bool, authored: bool) -> RuleBase:
    vocabulary = load_vocabulary()
    home = rules_folder()
    settings = _settings(home / _SETTINGS, vocabulary, check=check_shipped)
    folders = [(home, "", check_shipped)]
    folders.extend((path, path.name or str(path), True) for path in packs)
    calibration = _calibration(home / FITTED_FILE, check=check_shipped)
    found = _Pack({}, {}, {})
    for folder, pack, check in folders:
        own = _load_folder(folder, pack, settings, vocabulary, check=check)
        if not pack and calibration and not authored:
            own = own._replace(rules=with_fitted(own.rules, calibration.weights))
        found.rules.update(own.rules)
        found.tables.update(own.tables)
        found.risks.update(own.risks)
    return RuleBase(
        rules=tuple(rule for code in sorted(found.rules) for rule in found.rules[code]),
        tables=tuple(found.tables[key] for key in sorted(found.tables)),
        risks=tuple(found.risks[code] for code in sorted(found.risks)),
        settings=settings,
        calibration=calibration,
    )


class _Pack(NamedTuple):
    """What one folder holds, by code or by the fact that a table decides."""

    rules: dict[str, list[Rule]]
    tables: dict[str, DecisionTable]
    risks: dict[str, Risk]


def _load_folder(
    folder: Path, pack: str, settings: RuleSettings, vocabulary: Vocabulary, *, check: bool
) -> _Pack:
    found = _Pack({}, {}, {})
    for path in _rule_paths(folder):
        shown = f"{pack or 'rules'}/{path.relative_to(folder).as_posix()}"
        document = _read(path, shown, check=check)
        kind = _kind(document)
        if check:
            _check_form(document, kind)
        builder = Builder(document, vocabulary, settings.groups, pack, with_cases=check)
        if kind == "table":
            table = builder.table(document.value)
            _refuse_twice(found.tables, table.decides, document, ("decides",))
            found.tables[table.decides] = table
        elif kind == "risks":
            for index, raw in enumerate(document.value["risks"]):
                _refuse_twice(found.risks, raw["code"], document, ("risks", index, "code"))
                found.risks[raw["code"]] = builder.risk(raw, index)
        else:
            for index, raw in enumerate(document.value["rules"]):
                _refuse_twice(found.rules, raw["code"], document, ("rules", index, "code"))
                found.rules[raw["code"]] = builder.rules(raw, index)
    if not any(found):
        raise AdvisorError("there are no rule files (*.yaml) in this folder", where=str(folder))
    return found


def _read(path: Path, shown: str, *, check: bool) -> YamlDocument:
    if not check:
        return load_shipped(path, name=shown)
    text = read_text(path, what="rule file", max_bytes=_MAX_RULE_FILE)
    return parse_yaml(text, where=shown)


def _kind(document: YamlDocument) -> str:
    """What a rule file holds, by its first words."""
    keys = document.value if isinstance(document.value, dict) else {}
    return "table" if "decides" in keys else "risks" if "risks" in keys else "rules"


def _check_form(document: YamlDocument, kind: str) -> None:
    # pydantic costs more than the rest of an answer together, so it is imported only to check.
    from advisor.rules.schema import check_form  # noqa: PLC0415

    check_form(document, kind)


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
    paths = sorted(p for p in folder.rglob("*.y*ml") if p.suffix in (".yaml", ".yml"))
    for path in paths:
        if folder != rules_folder() and path.name in _OWN_FILES:
            raise AdvisorError(
                f"house rules cannot have a {path.name} of their own",
                where=str(path),
                hint=_OWN_FILES[path.name],
            )
    paths = [path for path in paths if path.name not in _OWN_FILES]
    if len(paths) > _MAX_RULE_FILES:
        raise AdvisorError(f"more than {_MAX_RULE_FILES} rule files", where=str(folder))
    yield from paths


def _calibration(path: Path, *, check: bool) -> Calibration | None:
    """The fitted weights, or None where there are none."""
    if not path.exists():
        return None
    document = load_shipped(path, name=path.name, lines=check)
    if check:
        _check_form(document, "fitted")
    return calibration_from(document.value)


def _settings(path: Path, vocabulary: Vocabulary, *, check: bool) -> RuleSettings:
    document = load_shipped(path, name=path.name, lines=check)
    if check:
        _check_form(document, "settings")
    fields: dict[str, Any] = dict(document.value)
    for key in fields["parity_needs"]:
        vocabulary.require(key, where=document.where("parity_needs"))
    fields["groups"] = {
        name: _members(names, where=document.where("groups", name))
        for name, names in fields["groups"].items()
    }
    words = fields["confidence_words"]
    fields["confidence_words"] = tuple((w["from_probability"], w["word"]) for w in words)
    fields["parity_needs"] = tuple(fields["parity_needs"])
    fields["checks"] = {key: tuple(codes) for key, codes in fields["checks"].items()}
    return RuleSettings(**fields)


def _members(names: Iterable[str], *, where: str) -> tuple[str, ...]:
    """The methods of a group: those that are named, and those that have a tag that is named."""
    known = load_methods()
    found: list[str] = []
    for name in names:
        if is_tag(name):
            found.extend(methods_with(name))
        elif name in known:
            found.append(name)
        else:
            raise AdvisorError(
                f"there is no method or tag named {name!r}",
                where=where,
                hint=did_you_mean(name, known),
            )
    return tuple(dict.fromkeys(found))
