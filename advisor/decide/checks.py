"""The planning check: what must hold before a project starts, each with an answer of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from advisor.decide.decide import Status
from advisor.decide.verdict import Answer, Verdict
from advisor.facts import Value
from advisor.methods import FEW_SHOT, FULL
from advisor.rules import Engine, Test


class CheckState(str, Enum):
    """The answer of one check; unknown is neither passed nor failed."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """One check of a plan; ``name`` decides the exit code if it fails."""

    name: str
    state: CheckState
    text: str


def check_plan(answer: Answer, engine: Engine, expected: str | None) -> list[PlanCheck]:
    """Return the checks in the order in which their failure decides the exit code.

    Args:
        answer: the verdict on the plan.
        engine: the rule base that gave it; its settings name the rules behind each check.
        expected: the method that the plan is built on, or None if nothing is expected.
    """
    verdict = answer.verdict
    checks = [_feasible(verdict)]
    if verdict.status is not Status.INFEASIBLE:
        checks.append(_decided(verdict, expected))
    if expected is not None:
        checks.append(_expected(verdict, expected))
    method = expected or verdict.advised or FEW_SHOT
    checks.extend(
        _by_rules(name, codes, answer, engine, method)
        for name, codes in engine.base.settings.checks.items()
    )
    return checks


def agrees(verdict: Verdict, expected: str) -> bool:
    """Whether the advice is the expected method.

    The headline choice and its variant agree, and so does the alternative, which the report says
    serves better; few-shot prompting agrees with "do not train".
    """
    if expected == FEW_SHOT and verdict.status is Status.DO_NOT_TRAIN:
        return True
    if verdict.recommendation == FULL:
        return expected in (FULL, verdict.alternative)
    return expected in (verdict.recommendation, verdict.alternative) or (
        verdict.recommendation is not None and expected == verdict.variant
    )


def _feasible(verdict: Verdict) -> PlanCheck:
    failed = verdict.status is Status.INFEASIBLE
    text = "neither side is feasible" if failed else "a headline side is feasible"
    return PlanCheck("feasible", CheckState.FAILED if failed else CheckState.PASSED, text)


def _decided(verdict: Verdict, expected: str | None) -> PlanCheck:
    texts = {
        Status.DECIDED: "the verdict is decided",
        Status.TOO_CLOSE: "the two sides are too close to call",
        Status.UNDETERMINED: "unknown facts could still turn the verdict: "
        + ", ".join(entry.key for entry in verdict.missing),
        Status.DO_NOT_TRAIN: "the advice is not to train yet",
    }
    # Not to train is a decision, and for a plan of few-shot prompting the wanted one.
    passed = verdict.status is Status.DECIDED or (
        verdict.status is Status.DO_NOT_TRAIN and expected == FEW_SHOT
    )
    state = CheckState.PASSED if passed else CheckState.FAILED
    return PlanCheck(verdict.status.value, state, texts[verdict.status])


def _expected(verdict: Verdict, expected: str) -> PlanCheck:
    met = agrees(verdict, expected)
    advised, side = verdict.advised or verdict.status.value, verdict.advice.side
    beside = f", and {side} of the two sides" if side not in (None, advised) else ""
    text = f"expected {expected}, advised {advised}{beside}"
    return PlanCheck("expectation", CheckState.PASSED if met else CheckState.FAILED, text)


def _by_rules(
    name: str, codes: Iterable[str], answer: Answer, engine: Engine, method: str
) -> PlanCheck:
    """A check that fails if one of the named rules or risks holds."""
    values = answer.facts.values()
    values.update((key, level) for key, (level, _) in answer.verdict.assessment.levels.items())
    unknown: list[str] = []
    for when, text in _conditions(codes, method, engine):
        outcome = _holds(when, values)
        if outcome:
            return PlanCheck(name, CheckState.FAILED, text)
        if outcome is None:
            unknown.extend(key for key, test in when.items() if test.judge(values.get(key)) is None)
    if unknown:
        missing = ", ".join(dict.fromkeys(unknown))
        return PlanCheck(name, CheckState.UNKNOWN, f"not known: {missing}")
    return PlanCheck(name, CheckState.PASSED, "nothing speaks against it")


def _conditions(
    codes: Iterable[str], method: str, engine: Engine
) -> list[tuple[Mapping[str, Test], str]]:
    named = set(codes)
    rules = [
        (rule.when, rule.claim)
        for rule in engine.base.rules
        if rule.code in named and rule.method in ("", method) and method in rule.veto
    ]
    return rules + [
        (risk.when, risk.risk)
        for risk in engine.base.risks
        if risk.code in named and method in risk.methods
    ]


def _holds(when: Mapping[str, Test], values: Mapping[str, Value]) -> bool | None:
    outcomes = [test.judge(values.get(key)) for key, test in when.items()]
    if False in outcomes:
        return False
    return None if None in outcomes else True
