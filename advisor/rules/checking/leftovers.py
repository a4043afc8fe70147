"""What has no effect: dead rules, facts that nothing reads, idle fitted weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.facts import Vocabulary
from advisor.rules.checking.remark import Remark
from advisor.rules.checking.space import Box, Space, exists
from advisor.rules.fitted import methods_left_out, stale
from advisor.rules.loading import load_rules
from advisor.rules.rule import Rule, RuleBase

_VOCABULARY_FILE = "vocabulary.yaml"


def unread_facts(base: RuleBase, vocabulary: Vocabulary) -> Iterator[Remark]:
    """Facts that nothing reads; of a family, only if no method's fact is read."""
    read = {key for rule in base.rules for key in rule.reads}
    read.update(key for table in base.tables for key in table.reads)
    read.update(key for risk in base.risks for key in risk.when)
    read.update(key for fact_type in vocabulary.values() for key in fact_type.inputs)
    patterns = {key: _pattern(key, vocabulary.methods) for key in vocabulary}
    used = {patterns[key] for key in read}
    for pattern in dict.fromkeys(patterns.values()):
        if pattern not in used:
            text = "no rule, table, risk or estimate reads this fact"
            yield Remark("note", "unread", pattern, text, _VOCABULARY_FILE)


def _pattern(key: str, methods: Iterable[str]) -> str:
    parts = key.split(".")
    return ".".join("{method}" if part in methods else part for part in parts)


def overrides(base: RuleBase) -> Iterator[Remark]:
    """House rules, tables and risks that stand in place of shipped ones."""
    shipped = load_rules()
    rules = {rule.code: rule for rule in shipped.rules}
    for code, rule in {rule.code: rule for rule in base.rules if rule.pack}.items():
        if code in rules:
            yield _override(code, f"the rule {rules[code].name}", rule.where)
    tables = {table.decides: table for table in shipped.tables}
    for table in base.tables:
        if table.decides in tables and table != tables[table.decides]:
            yield _override(table.decides, "the table", table.where)
    risks = {risk.code: risk for risk in shipped.risks}
    for risk in base.risks:
        if risk.code in risks and risk != risks[risk.code]:
            yield _override(risk.code, f"the risk {risks[risk.code].name}", risk.name)


def _override(code: str, what: str, where: str) -> Remark:
    text = f"it replaces {what} that ships with the advisor"
    return Remark("note", "replaced", code, text, where)


def stale_weights(base: RuleBase) -> Iterator[Remark]:
    """Fitted weights that no rule states any longer, or that leave out a method of their effect."""
    rules = {rule.label: rule for rule in base.rules}
    for weight in base.calibration.weights if base.calibration else ():
        rule = rules.get(weight.rule)
        if rule is not None and rule.pack:
            continue
        if rule is None or (weight not in rule.fitted and stale(weight, rule)):
            said = (
                f"the fitted weight on {', '.join(weight.methods)} was fitted from another effect"
            )
        elif rest := methods_left_out(weight, rule):
            said = f"the fitted weight does not cover {', '.join(rest)}, with the same effect"
        else:
            continue
        yield Remark(
            "error",
            "stale",
            weight.rule,
            f"{said}; advisor evidence fit -o rules/fitted.yaml fits it anew",
            "rules/fitted.yaml",
        )


def never_fires(rule: Rule, box: Box, space: Space) -> str:
    """Why the rule can never fire, or the empty string if it can."""
    for key, passed in box.items():
        if not passed:
            test = rule.when[key].text
            return f"it can never fire: no possible value of {key} passes the test {test!r}"
    if exists(box, space):
        return ""
    for relation in space.relations:
        tied = {key: box[key] for key in relation.keys if key in box}
        if not exists(tied, space):
            return f"it can never fire: {relation.says}"
    decided = " and ".join(key for key in box if key in space.tables)
    return f"it can never fire: its other tests leave no way to this level of {decided}"
