"""From facts to the verdict: findings, scores, status, and the reasons for all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from advisor.decide.decide import Advice, Headline, Status
from advisor.decide.decision import Bounds, Contest, decision_of
from advisor.decide.missing import MissingFact, missing_facts
from advisor.decide.parity import Parity
from advisor.decide.possible import Possible
from advisor.decide.tally import Tally, settled_lead
from advisor.facts import FactBase, Source, Value
from advisor.methods import FEW_SHOT, FULL
from advisor.rules import Assessment, Engine, Finding, Outcome, Risk, RuleSettings


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's share in the margin between the two sides that are compared.

    ``effect`` is in decibans in favour of the side that leads; the effects of all reasons add up
    to the margin exactly. A veto has no effect but names the methods that it rules out.
    """

    finding: Finding
    effect: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, with everything that the report needs to explain it.

    Attributes:
        recommendation: ``prompt_tuning`` or ``full_fine_tuning``; None if infeasible or
            do_not_train. For an undetermined verdict it is the present leaning.
        variant: the best feasible member of the soft prompts, whichever side is recommended.
        confidence: the odds between the two headline sides alone, as a probability, with less of
            the quality rules where few published results are near.
        alternative: another method that beats the headline choice, if one does.
        margin: decibans between the sides compared, as the reasons add up to it.
        reachable: the headlines that some values of the unknown facts give.
        bounds_exact: whether each of them, and both ends of every score, are really reached.
        rival_vetoed: whether one headline side is ruled out, whatever the margin says.
    """

    status: Status
    recommendation: str | None
    variant: str | None
    confidence: float | None
    alternative: str | None
    margin: int | None
    compared: tuple[str, str] | None
    rival_vetoed: bool
    tallies: Mapping[str, Tally]
    parity: Mapping[str, Parity]
    reasons: tuple[Reason, ...]
    missing: tuple[MissingFact, ...]
    reachable: frozenset[Headline]
    bounds_exact: bool
    assessment: Assessment
    risks: tuple[Risk, ...]
    fragile_assumptions: tuple[str, ...]

    @property
    def advice(self) -> Advice:
        """The verdict in short."""
        return Advice(self.status, self.recommendation, self.variant, self.alternative)

    @property
    def advised(self) -> str | None:
        """The method to use, of all that there are; None where none is feasible."""
        return self.advice.method


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict and the complete facts that it stands on."""

    facts: FactBase
    verdict: Verdict


def judge(
    facts: FactBase,
    engine: Engine,
    values_without: Callable[[str], Mapping[str, Value]],
    bounds: Bounds | None = None,
) -> Verdict:
    """Judge the facts; unknown ones stay unknown.

    Args:
        facts: what is known, with defaults and estimates already added.
        engine: the compiled rule base.
        values_without: gives all values as they are while one fact is unknown, estimates
            included; it shows which assumptions could turn the answer.
        bounds: what unknown facts leave possible; by default bounds taken rule by rule.
    """
    values = facts.values()
    settings = engine.base.settings
    assessment = engine.assess(values)
    findings = assessment.findings
    decision = decision_of(findings, facts, engine.base, bounds)
    state, tallies = decision.state, decision.tallies
    compared = _compared(state, tallies, settings)
    return Verdict(
        status=decision.status,
        recommendation=decision.recommendation,
        variant=decision.variant,
        confidence=decision.confidence,
        alternative=decision.alternative,
        margin=tallies[compared[0]].score - tallies[compared[1]].score if compared else None,
        compared=compared,
        rival_vetoed=state.margin is None,
        tallies=tallies,
        parity=decision.parity,
        reasons=_reasons(findings, compared),
        missing=_missing(decision.status, findings, facts, engine),
        reachable=state.reachable,
        bounds_exact=bounds.exact if bounds else not _open(findings),
        assessment=assessment,
        risks=_risks(engine, values, assessment, decision.advice.method or FEW_SHOT),
        fragile_assumptions=_fragile(facts, engine, state, values_without),
    )


def _open(findings: list[Finding]) -> bool:
    return any(finding.outcome is Outcome.UNDETERMINED for finding in findings)


def _missing(
    status: Status, findings: list[Finding], facts: FactBase, engine: Engine
) -> tuple[MissingFact, ...]:
    if status is not Status.UNDETERMINED:
        return ()
    return tuple(missing_facts(findings, facts, engine.base.settings, engine.base.tables))


def _compared(
    state: Contest, tallies: Mapping[str, Tally], settings: RuleSettings
) -> tuple[str, str] | None:
    """The two methods whose margin the reasons explain, the chosen one first.

    Where a veto decides, the margin may speak for the vetoed side; the report shows both.
    """
    if state.leaning is Headline.DO_NOT_TRAIN:
        trained = [tallies[m] for m in settings.groups["trained"] if not tallies[m].vetoes]
        return FEW_SHOT, max(trained, key=lambda entry: entry.score).method
    if state.variant is None or state.leaning is Headline.INFEASIBLE:
        return None
    leads = state.leaning is Headline.PROMPT_TUNING
    return (state.variant, FULL) if leads else (FULL, state.variant)


def _reasons(findings: list[Finding], compared: tuple[str, str] | None) -> tuple[Reason, ...]:
    """Vetoes first, then effects by size; effects that cancel out to nothing are left out."""
    vetoes = [Reason(f, None) for f in findings if f.rule.veto and f.outcome is Outcome.FIRES]
    effects = []
    for finding in findings if compared else ():
        assert compared  # noqa: S101 - narrows the type
        effect = settled_lead(finding, *compared)
        if effect:
            effects.append(Reason(finding, effect))
    effects.sort(key=lambda reason: (-abs(reason.effect or 0), reason.finding.rule.label))
    return (*vetoes, *effects)


def _risks(
    engine: Engine,
    values: Mapping[str, Value],
    assessment: Assessment,
    method: str,
) -> tuple[Risk, ...]:
    known: dict[str, Value] = {
        **values,
        **{key: level for key, (level, _) in assessment.levels.items()},
    }
    return tuple(
        risk
        for risk in engine.base.risks
        if method in risk.methods
        and all(test.judge(known.get(key)) for key, test in risk.when.items())
    )


def _fragile(
    facts: FactBase,
    engine: Engine,
    state: Contest,
    values_without: Callable[[str], Mapping[str, Value]],
) -> tuple[str, ...]:
    """Assumed defaults that could turn the headline if they are wrong."""
    fragile = []
    for fact in facts:
        if fact.source is not Source.DEFAULT:
            continue
        without = Possible(values_without(fact.key), engine, facts.vocabulary)
        if without.apart.reachable - state.reachable:
            fragile.append(fact.key)
    return tuple(fragile)
