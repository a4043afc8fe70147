"""The manual page of a rule, table or risk, and why a question is asked, from the rules alone."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.facts import FactType, Vocabulary, load_vocabulary, show_value
from advisor.rules.rule import DecisionTable, Effect, Ramp, Risk, Rule, RuleBase, RuleCase, RuleKind


def rule_page(code: str, base: RuleBase) -> str | None:
    """The page of a rule or risk by its code, or of a table by the fact it decides."""
    wanted = code.strip().lower()
    instances = [rule for rule in base.rules if rule.code.lower() == wanted]
    if instances:
        return "\n".join(_rule_lines(instances))
    for risk in base.risks:
        if risk.code.lower() == wanted:
            return "\n".join(_risk_lines(risk))
    for table in base.tables:
        if wanted in (table.decides, table.decides.removeprefix("decision.")):
            return "\n".join(_table_lines(table))
    return None


def _rule_lines(instances: list[Rule]) -> Iterable[str]:
    rule = instances[0]
    yield f"{rule.code} {rule.name} ({rule.kind.value}; {rule.where})"
    if rule.pack:
        yield f"House rule of {rule.pack}"
    if rule.method:
        yield "For each of: " + ", ".join(instance.method for instance in instances)
    yield f"Claim: {rule.claim}"
    yield f"Why: {rule.why}"
    tests = [f"{key} {test.text}" for key, test in rule.when.items()]
    yield "When: " + ("; ".join(tests) or "always")
    for method, effect in rule.effects.items():
        yield f"Effect on {method}: {_effect(effect)}{_basis(rule, method)}"
    if rule.veto:
        yield f"Rules out: {', '.join(rule.veto)}"
    if rule.fix:
        yield f"Nearest change: {rule.fix}"
    for source in rule.sources:
        yield f"Source: {source.title}. {source.says}"
    if rule.believed:
        yield f"Commonly believed: {rule.believed}"
        yield f"Found: {rule.found}"
    yield f"When this rule is wrong: {rule.wrong_when}"
    for instance in instances:
        yield from (_case(case) for case in instance.cases)


def _basis(rule: Rule, method: str) -> str:
    """Whether the effect was fitted or authored, for rules that evidence can speak of."""
    if rule.kind is not RuleKind.QUALITY:
        return ""
    for weight in rule.fitted:
        if method in weight.methods:
            authored = ", ".join(f"{decibans:+d}" for decibans in weight.authored)
            return (
                f"; fitted to {weight.rows} comparisons of {weight.studies} studies "
                f"({weight.low:+d} to {weight.high:+d}), authored {authored}"
            )
    return "; as authored, no published comparison speaks of it"


def _effect(effect: Effect) -> str:
    if isinstance(effect, Ramp):
        points = ", ".join(f"{decibans:+d} at {value:g}" for value, decibans in effect.points)
        return f"along the logarithm of {effect.fact}: {points} decibans"
    return f"{effect:+d} decibans"


def _case(case: RuleCase) -> str:
    types = load_vocabulary()
    shown = (f"{key} = {show_value(types[key], value)}" for key, value in case.facts.items())
    facts = ", ".join(shown) or "nothing known"
    return f"Case {case.name}: {facts}: {case.expect.value}"


def _risk_lines(risk: Risk) -> Iterable[str]:
    yield f"{risk.code} {risk.name} (risk)"
    yield f"Methods: {', '.join(risk.methods)}"
    tests = [f"{key} {test.text}" for key, test in risk.when.items()]
    yield "When: " + ("; ".join(tests) or "always")
    yield f"Risk: {risk.risk}"
    yield f"Watch: {risk.watch}"
    yield f"Source: {risk.source}"


def _table_lines(table: DecisionTable) -> Iterable[str]:
    yield f"{table.decides}: {table.name} (sub-decision; {table.where})"
    yield table.question
    for row in table.rows:
        tests = "; ".join(f"{key} {test.text}" for key, test in row.when.items()) or "otherwise"
        yield f"{row.level}, if {tests}: {row.why}"
    for source in table.sources:
        yield f"Source: {source.title}. {source.says}"


def fact_page(key: str, vocabulary: Vocabulary, base: RuleBase) -> str | None:
    """The page of a fact: what it means, how it is found, and the rules that read it."""
    if key not in vocabulary:
        return None
    return "\n".join(_fact_lines(vocabulary[key], base))


def _fact_lines(fact: FactType, base: RuleBase) -> Iterable[str]:
    unit = f", in {fact.unit}" if fact.unit else ""
    yield f"{fact.key} ({fact.type}{unit})"
    if fact.question:
        yield fact.question
    if fact.help:
        yield fact.help
    if fact.choices:
        yield "Values: " + ", ".join(fact.choices)
    if fact.range:
        yield f"Possible: {fact.range[0]:g} to {fact.range[1]:g}"
    if fact.default is not None:
        yield f"Assumed if nothing is known: {fact.default}"
    if fact.detected:
        yield f"Found out: {fact.detected}"
    if fact.inputs:
        yield "Computed from: " + ", ".join(dict.fromkeys(fact.inputs))
    if fact.example and not fact.derived:
        yield f"Example: --set {fact.key}={fact.example}"
    yield "Read by: " + (", ".join(_readers(fact.key, base)) or "the estimates and the report")


def _readers(key: str, base: RuleBase) -> list[str]:
    risks = [risk.code for risk in base.risks if key in risk.when]
    return [*readers_of(key, base), *risks]


def readers_of(key: str, base: RuleBase) -> dict[str, str]:
    """The tables and rules that read a fact, by code, with what they ask or claim."""
    tables = {
        table.decides: table.question
        for table in base.tables
        if any(key in row.when for row in table.rows)
    }
    return tables | {rule.code: rule.claim for rule in base.rules if key in rule.reads}


_SHOWN_ONLY = "No rule reads it; the report names it."
_TIME = ("hours", "time")


def purpose_of(key: str, base: RuleBase) -> list[str]:
    """Why a fact matters, one line for each thing that reads it; never empty."""
    vocabulary = load_vocabulary()
    lines = [f"{code}: {claim}" for code, claim in readers_of(key, base).items()]
    lines += [f"{risk.code}: {risk.risk}" for risk in base.risks if key in risk.when]
    for name, keys in _estimates(key, vocabulary).items():
        readers = ", ".join(_codes(keys, base)) or "no rule"
        lines.append(f"The estimates of {name} need it; read by {readers}.")
    return lines or [_SHOWN_ONLY]


def _estimates(key: str, vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The computed facts that rest on a fact, by what they estimate."""
    found: dict[str, list[str]] = {}
    for other in _computed_from(key, vocabulary):
        stem = other.rsplit(".", 1)[1].split("_")[0]
        found.setdefault("time" if stem in _TIME else stem, []).append(other)
    return found


def _computed_from(key: str, vocabulary: Vocabulary) -> list[str]:
    """The facts that are computed from a fact, in the order of the vocabulary."""
    found = {key}
    grown = True
    while grown:
        new = {k for k, fact_type in vocabulary.items() if found & set(fact_type.inputs)} - found
        grown = bool(new)
        found |= new
    return [other for other in vocabulary if other in found and other != key]


def _codes(keys: Iterable[str], base: RuleBase) -> list[str]:
    """The codes of what reads any of the facts, each once."""
    codes = [code for key in keys for code in readers_of(key, base)]
    codes += [risk.code for key in keys for risk in base.risks if key in risk.when]
    return sorted(set(codes))
