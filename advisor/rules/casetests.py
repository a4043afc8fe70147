"""Run the cases that stand in the rule files, and see what of each rule they exercise.

Every rule carries examples of when it fires, stays silent or cannot tell. They are run through the
same compiled engine that gives advice, so a rule and its examples cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from advisor.facts import Value, load_vocabulary
from advisor.rules.engine import Assessment, Engine
from advisor.rules.rule import Outcome, Ramp, Rule, RuleBase, RuleCase


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one case.

    Attributes:
        rule: the label of the rule, with the method for a rule written for several.
        case: the name of the case.
        expected, got: the outcome, with the effects where the case states them.
        where: file and line of the case.
    """

    rule: str
    case: str
    expected: str
    got: str
    passed: bool
    where: str


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """Whether the cases of a rule show both sides of one of its clauses.

    Attributes:
        code: the rule's code; the instances of a rule written for several methods count as one.
        clause: the fact and its test, or a ramp and the methods that it moves.
        seen_true: some case makes the clause true; some case states an effect of the ramp.
        seen_false: in some case the clause is false and no other clause is, so that it alone
            silences the rule; other cases state another effect of the ramp, or its other end.
    """

    code: str
    clause: str
    seen_true: bool
    seen_false: bool

    @property
    def complete(self) -> bool:
        """Whether both sides are shown."""
        return self.seen_true and self.seen_false


def run_cases(base: RuleBase) -> list[CaseResult]:
    """Run every case of every rule, in the order of the rules."""
    engine = Engine(base)
    return [_result(rule, case, engine.assess(case.facts)) for rule, case in _cases(base)]


def clause_coverage(base: RuleBase) -> list[ClauseCoverage]:
    """Return the coverage of every clause and ramp of every rule, by code and clause."""
    engine = Engine(base)
    seen: dict[tuple[str, str], tuple[bool, bool]] = {}
    effects: dict[tuple[str, str], _RampUse] = {}
    for rule in base.rules:
        for clause in _clauses(rule).values():
            seen.setdefault((rule.code, clause), (False, False))
        for clause in _ramps(rule):
            effects.setdefault((rule.code, clause), _RampUse(frozenset(), frozenset()))
    for rule, case in _cases(base):
        verdicts = _verdicts(rule, case.facts, engine.assess(case.facts))
        for key, clause in _clauses(rule).items():
            true, false = seen[rule.code, clause]
            alone = verdicts[key] is False and list(verdicts.values()).count(False) == 1
            seen[rule.code, clause] = (true or verdicts[key] is True, false or alone)
        for clause, (ramp, methods) in _ramps(rule).items():
            use = effects[rule.code, clause]
            effects[rule.code, clause] = use.with_case(ramp, methods, case)
    both = seen | {place: use.seen for place, use in effects.items()}
    return [ClauseCoverage(*place, *sides) for place, sides in sorted(both.items())]


def _cases(base: RuleBase) -> Iterator[tuple[Rule, RuleCase]]:
    for rule in base.rules:
        for case in rule.cases:
            yield rule, case


def _result(rule: Rule, case: RuleCase, assessment: Assessment) -> CaseResult:
    found = next((f for f in assessment.findings if f.rule is rule), None)
    outcome = found.outcome if found else Outcome.SILENT
    expected, got = case.expect.value, outcome.value
    if case.effects is not None:
        expected += _shown(case.effects)
        got += _shown(dict(found.effects) if found else {})
    return CaseResult(rule.label, case.name, expected, got, expected == got, case.where)


def _shown(effects: Mapping[str, int]) -> str:
    return "".join(f", {method} {effects[method]:+d}" for method in sorted(effects))


def _verdicts(
    rule: Rule, facts: Mapping[str, Value], assessment: Assessment
) -> dict[str, bool | None]:
    """What the facts make of each clause; a level that the case does not state is computed."""
    vocabulary = load_vocabulary()
    verdicts: dict[str, bool | None] = {}
    for key, test in rule.when.items():
        level = assessment.levels.get(key)
        value = facts.get(key, level[0] if level else None)
        silent = value is None and vocabulary[key].silent_if_absent
        verdicts[key] = False if silent else test.judge(value)
    return verdicts


def _clauses(rule: Rule) -> dict[str, str]:
    """By fact, the text of the clause, the same for all instances of a rule."""
    return {key: f"{_template(key, rule)}: {test.text}" for key, test in rule.when.items()}


def _ramps(rule: Rule) -> dict[str, tuple[Ramp, tuple[str, ...]]]:
    """By text, the distinct ramps of a rule and the methods that each moves."""
    ramps = dict.fromkeys(e for e in rule.effects.values() if isinstance(e, Ramp))
    result = {}
    for ramp in ramps:
        methods = tuple(method for method, effect in rule.effects.items() if effect == ramp)
        moved = ", ".join("{method}" if method == rule.method else method for method in methods)
        result[f"ramp over {_template(ramp.fact, rule)} for {moved}"] = (ramp, methods)
    return result


def _template(key: str, rule: Rule) -> str:
    return key.replace(f".{rule.method}.", ".{method}.") if rule.method else key


@dataclass(frozen=True, slots=True)
class _RampUse:
    """The effects of a ramp that cases state, and the ends that they reach."""

    effects: frozenset[int]
    ends: frozenset[str]

    def with_case(self, ramp: Ramp, methods: tuple[str, ...], case: RuleCase) -> _RampUse:
        """Add what one case shows; only effects that the case states can fail, so only they count.

        A ramp may have the same effect at both ends, so reaching both ends counts as well.
        """
        stated = {(case.effects or {})[m] for m in methods if m in (case.effects or {})}
        value = case.facts.get(ramp.fact)
        ends: set[str] = set()
        if stated and isinstance(value, (int, float)):
            ends |= {"low"} if value <= ramp.points[0][0] else set()
            ends |= {"high"} if value >= ramp.points[-1][0] else set()
        return _RampUse(self.effects | stated, self.ends | ends)

    @property
    def seen(self) -> tuple[bool, bool]:
        """Whether one effect, and whether a second one or the other end, is shown."""
        return bool(self.effects), len(self.effects) > 1 or len(self.ends) > 1
