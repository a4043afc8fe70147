"""Static checks of a rule base: rules that repeat, oppose, never fire, or leave facts unread.

A rule's condition is a box: for each fact a set of *cells*, the elementary intervals or choices
between which no test of the base changes. On boxes "equal", "within" and "empty" are exact. What a
sub-decision table rules out is found by going through the cells of the facts that it reads.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from advisor.facts import FactType, Vocabulary, load_vocabulary
from advisor.facts.vocabulary import Relation
from advisor.rules.fitted import stale
from advisor.rules.loading import load_rules
from advisor.rules.rule import DecisionTable, Effect, Ramp, Rule, RuleBase
from advisor.rules.unary import NumberTest, Test

Severity: TypeAlias = Literal["error", "warning", "note"]
Cell: TypeAlias = "int | float | str | bool"
Box: TypeAlias = dict[str, frozenset[Cell]]

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_OTHER_TEXT = "\0"
"""Stands for every text that no test names; no text fact can hold a NUL."""
_MAX_COMBINATIONS = 20_000
"""Beyond this many cells a rule is taken to be able to fire; the shipped rules need some 100."""
_VOCABULARY_FILE = "vocabulary.yaml"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that the author of the rules should know.

    Attributes:
        code: the label of the rule, or the fact that is spoken of.
        where: file and line.
    """

    severity: Severity
    code: str
    text: str
    where: str


def check_rules(base: RuleBase) -> list[Remark]:
    """Return all remarks on a rule base, the gravest first."""
    vocabulary = load_vocabulary()
    space = _Space(base, vocabulary)
    boxes = [space.box(rule.when) for rule in base.rules]
    dead = {
        rule.label: reason
        for rule, box in zip(base.rules, boxes, strict=True)
        if (reason := _never_fires(rule, box, space, base))
    }
    living = [
        (rule, space.narrowing(box))
        for rule, box in zip(base.rules, boxes, strict=True)
        if rule.label not in dead
    ]
    remarks = [
        *(Remark("error", r.label, dead[r.label], r.where) for r in base.rules if r.label in dead),
        *_pairs(living),
        *_unread_facts(base, vocabulary),
        *_overrides(base),
        *_stale_weights(base),
    ]
    return sorted(remarks, key=lambda r: (_SEVERITIES.index(r.severity), r.code, r.text))


def _stale_weights(base: RuleBase) -> Iterator[Remark]:
    """Fitted weights that no rule states any longer, and so lie idle."""
    rules = {rule.label: rule for rule in base.rules}
    for weight in base.calibration.weights if base.calibration else ():
        rule = rules.get(weight.rule)
        idle = rule is None or (not rule.pack and weight not in rule.fitted and stale(weight, rule))
        if not idle:
            continue
        methods = ", ".join(weight.methods)
        yield Remark(
            "error",
            weight.rule,
            f"the fitted weight on {methods} was fitted from another effect; "
            "advisor evidence fit -o rules/fitted.yaml fits it anew",
            "rules/fitted.yaml",
        )


class _Space:
    """The cells of every fact that is tested."""

    def __init__(self, base: RuleBase, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        tests: dict[str, list[Test]] = {}
        rows = [row.when for table in base.tables for row in table.rows]
        for when in [*(rule.when for rule in base.rules), *rows]:
            for key, test in when.items():
                tests.setdefault(key, []).append(test)
        self.cells = {key: _cells(vocabulary[key], found) for key, found in tests.items()}

    def box(self, when: Mapping[str, Test]) -> Box:
        """The cells that pass each test."""
        return {
            key: frozenset(cell for cell in self.cells[key] if test.judge(cell))
            for key, test in when.items()
        }

    def narrowing(self, box: Box) -> Box:
        """The box without the facts that it does not narrow."""
        return {key: passed for key, passed in box.items() if len(passed) < len(self.cells[key])}

    def greatest(self, key: str, passed: frozenset[Cell]) -> float:
        """The greatest number in the cells: the last one before the cell that follows them."""
        start = max(float(cell) for cell in passed)
        above = [float(cell) for cell in self.cells[key] if float(cell) > start]
        if not above:
            return (self.vocabulary[key].range or (0, math.inf))[1]
        return min(above) - 1 if self.vocabulary[key].integer else math.nextafter(min(above), start)


def _cells(fact_type: FactType, tests: Sequence[Test]) -> tuple[Cell, ...]:
    """One possible value of each cell."""
    if fact_type.numeric:
        low, high = fact_type.range or (-math.inf, math.inf)
        cuts = {cut for test in tests if isinstance(test, NumberTest) for cut in test.cuts}
        return (low, *sorted(cut for cut in cuts if low < cut <= high))
    if fact_type.type == "boolean":
        return (False, True)
    if fact_type.choices:
        return fact_type.choices
    named = {str(m) for test in tests if not isinstance(test, NumberTest) for m in test.members}
    return (*sorted(named), _OTHER_TEXT)


def _never_fires(rule: Rule, box: Box, space: _Space, base: RuleBase) -> str:
    """Why the rule can never fire, or the empty string if it can."""
    for key, passed in box.items():
        if not passed:
            test = rule.when[key].text
            return f"it can never fire: no possible value of {key} passes the test {test!r}"
    for relation in space.vocabulary.relations:
        if _excluded(relation, box, space):
            return f"it can never fire: {relation.says}"
    tables = [table for table in base.tables if table.decides in box]
    if tables and not _reachable(box, tables, space):
        decided = " and ".join(table.decides for table in tables)
        return f"it can never fire: its other tests leave no way to this level of {decided}"
    return ""


def _least(passed: frozenset[Cell]) -> float:
    """The least number in the cells; each cell is stood for by its least one."""
    return min(float(cell) for cell in passed)


def _excluded(relation: Relation, box: Box, space: _Space) -> bool:
    """Whether every point of the box violates a relation that holds between facts."""
    if relation.lower:
        lower, upper = box.get(relation.lower), box.get(relation.upper)
        if lower is None or upper is None:
            return False
        return _least(lower) > space.greatest(relation.upper, upper)
    if relation.product_at_least_one:
        keys = relation.product_at_least_one
        if not box.keys() >= set(keys):
            return False
        # The slack is that of the facts' own check: shares in files are rounded.
        return math.prod(space.greatest(key, box[key]) for key in keys) < 1.0 - 1e-6
    excludes = relation.excludes or {}
    return (
        all(box.get(key) == frozenset([value]) for key, value in excludes.items())
        and relation.positive in box
        and _least(box[relation.positive]) > 0
    )


def _reachable(box: Box, tables: Sequence[DecisionTable], space: _Space) -> bool:
    """Whether some facts within the box make the tables decide as the box wants it."""
    decided = {table.decides for table in tables}
    read = {key for table in tables for row in table.rows for key in row.when}
    keys = sorted((read | box.keys()) - decided)
    choices = [sorted(box.get(key, space.cells[key]), key=str) for key in keys]
    if math.prod(len(cells) for cells in choices) > _MAX_COMBINATIONS:
        return True
    return any(
        all(
            _level(table, dict(zip(keys, point, strict=True))) in box[table.decides]
            for table in tables
        )
        for point in itertools.product(*choices)
    )


def _level(table: DecisionTable, point: Mapping[str, Cell]) -> str:
    """The level that the first row that holds gives; the last row always holds."""
    return next(
        row.level
        for row in table.rows
        if all(test.judge(point[key]) for key, test in row.when.items())
    )


def _pairs(living: Sequence[tuple[Rule, Box]]) -> Iterator[Remark]:
    """What can be said of two rules together."""
    for (rule, box), (other, other_box) in itertools.combinations(living, 2):
        equal = box == other_box
        if equal and rule.effects == other.effects and set(rule.veto) == set(other.veto):
            text = f"it repeats {other.label}: the conditions and the effects are the same"
            yield Remark("error", rule.label, text, f"{rule.where}; {other.where}")
            continue
        opposed = _opposed(rule, other) if equal else ()
        if opposed:
            text = (
                f"it opposes {other.label}: the conditions are the same, and the effects on "
                f"{', '.join(opposed)} have opposite signs"
            )
            yield Remark("warning", rule.label, text, f"{rule.where}; {other.where}")
        yield from _stacks(rule, box, other, other_box)


def _opposed(rule: Rule, other: Rule) -> tuple[str, ...]:
    """The methods on which two fixed effects pull opposite ways; a ramp hangs on its fact, too."""
    return tuple(
        method
        for method in _shared(rule, other)
        if isinstance(rule.effects[method], int)
        and isinstance(other.effects[method], int)
        and _sign(rule.effects[method]) * _sign(other.effects[method]) < 0
    )


def _stacks(rule: Rule, box: Box, other: Rule, other_box: Box) -> Iterator[Remark]:
    """Say if one rule never fires without the other; of one that always fires it is no news."""
    if not (box and other_box and _same_way(rule, other)):
        return
    if _within(box, other_box):
        yield _stack(rule, other)
    elif _within(other_box, box):
        yield _stack(other, rule)


def _stack(rule: Rule, other: Rule) -> Remark:
    text = f"it stacks with {other.label}, which fires whenever it does and pulls the same way"
    return Remark("note", rule.label, text, f"{rule.where}; {other.where}")


def _within(inner: Box, outer: Box) -> bool:
    return all(key in inner and inner[key] <= passed for key, passed in outer.items())


def _same_way(rule: Rule, other: Rule) -> bool:
    """Whether two rules veto one method, or give every method that they share the same sign."""
    if set(rule.veto) & set(other.veto):
        return True
    products = [
        _sign(rule.effects[method]) * _sign(other.effects[method])
        for method in _shared(rule, other)
    ]
    return any(product > 0 for product in products) and not any(p < 0 for p in products)


def _shared(rule: Rule, other: Rule) -> list[str]:
    return [method for method in rule.effects if method in other.effects]


def _sign(effect: Effect) -> int:
    """-1 or 1 if the effect can only lower or raise a score, else 0."""
    values = [y for _, y in effect.points] if isinstance(effect, Ramp) else [effect]
    if min(values) >= 0:
        return int(max(values) > 0)
    return -1 if max(values) <= 0 else 0


def _unread_facts(base: RuleBase, vocabulary: Vocabulary) -> Iterator[Remark]:
    """Facts that nothing reads; of a family, only if no method's fact is read."""
    read = {key for rule in base.rules for key in rule.reads}
    read.update(key for table in base.tables for row in table.rows for key in row.when)
    read.update(key for risk in base.risks for key in risk.when)
    read.update(key for fact_type in vocabulary.values() for key in fact_type.inputs)
    patterns = {key: _pattern(key, vocabulary.methods) for key in vocabulary}
    used = {patterns[key] for key in read}
    for pattern in dict.fromkeys(patterns.values()):
        if pattern not in used:
            text = "no rule, table, risk or estimate reads this fact"
            yield Remark("note", pattern, text, _VOCABULARY_FILE)


def _pattern(key: str, methods: Iterable[str]) -> str:
    parts = key.split(".")
    return ".".join("{method}" if part in methods else part for part in parts)


def _overrides(base: RuleBase) -> Iterator[Remark]:
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
    return Remark("note", code, f"it replaces {what} that ships with the advisor", where)
