"""Turn the plain content of a rule file into rules: facts, tests, groups and templates resolved.

The content has the form of advisor/rules/schema.py. House rules are checked against it first; the
shipped ones are by the tests, so that an answer need not wait for the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from advisor.facts import FactType, QuantityError, Value, Vocabulary, parse_quantity, read_value
from advisor.methods import load_methods
from advisor.rules.rule import (
    Citation,
    DecisionTable,
    Effect,
    Outcome,
    Ramp,
    Risk,
    Rule,
    RuleCase,
    RuleKind,
    SubdecisionRow,
)
from advisor.rules.unary import Test, parse_test
from advisor.support import AdvisorError, YamlDocument, capital, did_you_mean

Raw: TypeAlias = Mapping[str, Any]


class Builder:
    """Builds the rules and tables of one file."""

    def __init__(
        self,
        document: YamlDocument,
        vocabulary: Vocabulary,
        groups: Mapping[str, tuple[str, ...]],
        pack: str,
        *,
        with_cases: bool,
    ) -> None:
        self._document = document
        self._vocabulary = vocabulary
        self._groups = groups
        self._pack = pack
        self._with_cases = with_cases

    def rules(self, raw: Raw, index: int) -> list[Rule]:
        """The instances of one rule: one, or one for each method of ``for_each``."""
        path = ("rules", index)
        for_each = raw.get("for_each")
        methods = self._methods(for_each, (*path, "for_each")) if for_each else ("",)
        built = [self._rule(raw, path, method) for method in methods]
        for case in raw["cases"]:
            if case.get("method", "") not in methods:
                raise self._error(
                    f"the case {case['name']!r} needs a method of for_each", (*path, "cases")
                )
        return built

    def table(self, raw: Raw) -> DecisionTable:
        """The sub-decision table of a file."""
        decides = raw["decides"]
        fact_type = self._vocabulary.require(decides, where=self._document.where("decides"))
        if not decides.startswith("decision."):
            raise self._error(
                f"{decides} is no sub-decision, so no table can decide it", ("decides",)
            )
        rows = [self._row(row, index, fact_type) for index, row in enumerate(raw["rows"])]
        if rows[-1].when:
            raise self._error(
                "the last row must hold always, so that the table decides every case",
                ("rows", len(rows) - 1, "when"),
                "write when: {}",
            )
        return DecisionTable(
            decides,
            raw["name"],
            raw["question"],
            tuple(rows),
            _citations(raw["source"]),
            self._document.where(),
        )

    def _row(self, raw: Raw, index: int, decided: FactType) -> SubdecisionRow:
        if any(key.startswith("decision.") for key in raw["when"]):
            # Tables are judged side by side, in one pass.
            raise self._error("a sub-decision cannot read another one", ("rows", index, "when"))
        if raw["level"] not in decided.choices:
            raise self._error(
                f"{raw['level']!r} is not a level of {decided.key}",
                ("rows", index, "level"),
                "one of " + ", ".join(decided.choices),
            )
        when = self._when(raw["when"], ("rows", index, "when"), "")
        return SubdecisionRow(when, raw["level"], raw["why"])

    def risk(self, raw: Raw, index: int) -> Risk:
        """One risk of a file."""
        path = ("risks", index)
        return Risk(
            raw["code"],
            raw["name"],
            self._methods(raw["methods"], (*path, "methods")),
            self._when(raw["when"], (*path, "when"), ""),
            raw["risk"],
            raw["watch"],
            raw["source"],
        )

    def _rule(self, raw: Raw, path: tuple[str | int, ...], method: str) -> Rule:
        effects = self._effects(raw, (*path, "effects"), method)
        veto = self._methods([_fill(m, method) for m in raw.get("veto", ())], (*path, "veto"))
        believed = raw.get("believed") or {}
        if bool(veto) == bool(effects):
            raise self._error("a rule has either effects or a veto", path)
        if veto and raw["kind"] != RuleKind.FEASIBILITY.value:
            raise self._error("only a feasibility rule can veto", (*path, "kind"))
        if not veto and raw["kind"] == RuleKind.FEASIBILITY.value:
            raise self._error("a feasibility rule must veto", (*path, "kind"))
        return Rule(
            code=raw["code"],
            name=raw["name"],
            kind=RuleKind(raw["kind"]),
            when=self._when(raw["when"], (*path, "when"), method),
            effects=effects,
            veto=veto,
            claim=_sentence(raw["claim"], method),
            why=_sentence(raw["why"], method),
            wrong_when=raw["wrong_when"],
            sources=_citations(raw["source"]),
            cases=tuple(
                self._case(case, (*path, "cases", number))
                for number, case in enumerate(raw["cases"])
                if self._with_cases and case.get("method", "") == method
            ),
            where=self._document.where(*path),
            believed=believed.get("commonly", ""),
            found=believed.get("found", ""),
            fix=_fill(raw.get("fix", ""), method),
            method=method,
            pack=self._pack,
        )

    def _when(
        self, raw: Mapping[str, Any], path: tuple[str | int, ...], method: str
    ) -> dict[str, Test]:
        tests = {}
        for key, test in raw.items():
            where = self._document.where(*path, key)
            fact_type = self._vocabulary.require(_fill(key, method), where=where)
            if fact_type.key in tests:
                raise self._error(f"{fact_type.key} is tested twice", (*path, key))
            tests[fact_type.key] = parse_test(fact_type, test, where=where)
        return tests

    def _effects(self, raw: Raw, path: tuple[str | int, ...], method: str) -> dict[str, Effect]:
        effects: dict[str, Effect] = {}
        for name, effect in raw.get("effects", {}).items():
            built = effect if isinstance(effect, int) else self._ramp(effect, (*path, name), method)
            for member in self._methods([_fill(name, method)], (*path, name)):
                if member in effects:
                    raise self._error(f"{member} is given two effects", (*path, name))
                effects[member] = built
        if len({effect.fact for effect in effects.values() if isinstance(effect, Ramp)}) > 1:
            raise self._error("the ramps of one rule read one fact", path)
        return effects

    def _ramp(self, raw: Raw, path: tuple[str | int, ...], method: str) -> Ramp:
        where = self._document.where(*path)
        fact_type = self._vocabulary.require(_fill(raw["ramp"], method), where=where)
        if not fact_type.numeric:
            raise self._error(f"a ramp needs a number, and {fact_type.key} is none", path)
        points = []
        for value, decibans in raw["points"].items():
            try:
                number = parse_quantity(str(value), fact_type.unit)
            except QuantityError as error:
                raise self._error(f"the ramp's point is not valid: {error}", path) from None
            points.append((float(number), decibans))
        values = [value for value, _ in points]
        if values != sorted(set(values)) or values[0] <= 0:
            raise self._error("the ramp's points must rise, starting above zero", path)
        return Ramp(fact_type.key, tuple(points))

    def _methods(self, names: list[str], path: tuple[str | int, ...]) -> tuple[str, ...]:
        methods: list[str] = []
        for name in names:
            if name in self._groups:
                methods.extend(self._groups[name])
            elif name in self._vocabulary.methods:
                methods.append(name)
            else:
                known = [*self._vocabulary.methods, *self._groups]
                raise self._error(
                    f"there is no method or group named {name!r}", path, did_you_mean(name, known)
                )
        return tuple(dict.fromkeys(methods))

    def _case(self, raw: Raw, path: tuple[str | int, ...]) -> RuleCase:
        facts: dict[str, Value] = {}
        for key, value in raw["facts"].items():
            where = self._document.where(*path, "facts", key)
            facts[key] = read_value(self._vocabulary.require(key, where=where), value, where=where)
        return RuleCase(
            raw["name"],
            facts,
            Outcome(raw["expect"]),
            raw.get("effects"),
            raw.get("method", ""),
            self._document.where(*path),
        )

    def _error(self, message: str, path: tuple[str | int, ...], hint: str = "") -> AdvisorError:
        return AdvisorError(message, where=self._document.where(*path), hint=hint)


def _fill(text: str, method: str) -> str:
    return text.replace("{method}", method) if method else text


def _sentence(text: str, method: str) -> str:
    """The text with the method's name, and a capital first letter."""
    return capital(_fill(text, load_methods()[method].name if method else ""))


def _citations(raw: list[Raw]) -> tuple[Citation, ...]:
    return tuple(Citation(source["title"], source["says"]) for source in raw)
