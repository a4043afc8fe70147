"""The record of a run: what every other command takes, and all that the report shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import advisor
from advisor.decide import Answer, Parity, Reason, Status, Tally, Verdict, waterfall
from advisor.facts import FactBase, Source, plain_value
from advisor.methods import load_methods
from advisor.report.methods import how_to, nearest_changes, why_not
from advisor.report.outlook import Outlook
from advisor.report.part import fields_of
from advisor.report.run import (
    AdviceEntry,
    Assumption,
    Belief,
    BoundsEntry,
    CandidateEntry,
    CandidatesRun,
    Conflict,
    EvidenceEntry,
    FactEntry,
    MissingEntry,
    Pair,
    ParityEntry,
    RankingEntry,
    ReasonEntry,
    RiskEntry,
    RunFile,
    Statement,
    Step,
    SubDecision,
    UsedStatement,
)
from advisor.report.wording import (
    FITTED_WEIGHTS,
    advice_sentence,
    chance_sentence,
    confidence_word,
    decibans,
    evidence_text,
    headline,
)
from advisor.rules import Outcome, Rule, RuleBase
from advisor.support import capital

_DIGITS = 4


def run_record(answer: Answer, base: RuleBase, outlook: Outlook | None = None) -> RunFile:
    """The run file of an answer, the same for the same facts.

    Args:
        answer: the answer.
        base: the rules that it was made by.
        outlook: what would change it, if that has been worked out.
    """
    verdict, facts = answer.verdict, answer.facts
    changes = nearest_changes(verdict, facts)
    return RunFile(
        schema_version="1",
        advisor_version=advisor.__version__,
        status=verdict.status.value,
        advice=_advice(verdict, facts),
        headline=headline(verdict, base.settings, changes),
        recommendation=verdict.recommendation,
        leaning_only=verdict.status is Status.UNDETERMINED,
        variant=verdict.variant,
        confidence=rounded(verdict.confidence),
        confidence_word=confidence_word(verdict.confidence, base.settings),
        evidence=_evidence(verdict),
        alternative=verdict.alternative,
        alternative_reason=_alternative_reason(verdict),
        compared=verdict.compared,
        margin_decibans=verdict.margin,
        ranking=_ranking(verdict),
        bounds=BoundsEntry(
            reachable=sorted(headline.value for headline in verdict.reachable),
            exact=verdict.bounds_exact,
        ),
        parity={method: _parity(entry, base) for method, entry in verdict.parity.items()},
        sub_decisions=_sub_decisions(verdict, base),
        reasons=[_reason(reason, facts) for reason in verdict.reasons],
        why_not=why_not(verdict),
        nearest_changes=changes,
        outlook=outlook,
        missing=[
            MissingEntry(
                fact=entry.key,
                question=facts.vocabulary[entry.key].question,
                swing_decibans=entry.swing,
                rules=list(entry.rules),
            )
            for entry in verdict.missing
        ],
        beliefs=_beliefs(verdict),
        risks=[
            RiskEntry(code=r.code, name=r.name, risk=r.risk, watch=r.watch, source=r.source)
            for r in verdict.risks
        ],
        assumptions=_assumptions(verdict, facts),
        conflicts=_conflicts(facts),
        how_to=how_to(verdict.advised, facts) if verdict.advised else [],
        how_to_alternative=_other_steps(verdict, facts),
        facts={
            fact.key: FactEntry(
                value=plain_value(fact.value),
                unit=facts.vocabulary[fact.key].unit,
                source=fact.source.value,
                detail=fact.detail,
            )
            for fact in facts
        },
    )


def candidates_record(
    candidates: Sequence[tuple[str, Answer]], base: RuleBase, outlook: Outlook | None = None
) -> RunFile:
    """The run file for one or several candidate models.

    It is that of the best candidate: the one whose best feasible method scores highest. With
    several it is a `CandidatesRun`. Scores of different models are comparable only through the
    rules that speak of the model itself, such as how well its pre-training matches the task.

    Args:
        candidates: each model's name and answer.
        base: the rules.
        outlook: what would change the answer for a single candidate.
    """
    runs = [(model, run_record(answer, base, outlook)) for model, answer in candidates]
    if len(runs) == 1:
        return runs[0][1]
    pairs = [
        Pair(model=model, method=entry.method, score=entry.score, feasible=entry.feasible)
        for model, run in runs
        for entry in run.ranking
    ]
    pairs.sort(key=lambda pair: (pair.feasible is False, -pair.score, pair.model, pair.method))
    best = pairs[0].model
    chosen = next(run for model, run in runs if model == best)
    return CandidatesRun(
        **fields_of(chosen),
        model=best,
        candidates=[
            CandidateEntry(
                model=model,
                status=run.status,
                recommendation=run.recommendation,
                variant=run.variant,
                confidence=run.confidence,
                alternative=run.alternative,
                headline=run.headline,
            )
            for model, run in runs
        ],
        pairs=pairs,
    )


def _advice(verdict: Verdict, facts: FactBase) -> AdviceEntry:
    method = verdict.advised
    own = verdict.parity.get(method or "")
    chance = rounded(own.probability) if own else None
    known = load_methods().get(method or "")
    return AdviceEntry(
        method=method,
        kind=known.family if known else None,
        chance_within_tolerance=chance,
        sentence=advice_sentence(verdict.status, known.name if known else None)
        + chance_sentence(chance, facts.number("quality.tolerance_points")),
    )


def _other_steps(verdict: Verdict, facts: FactBase) -> list[str]:
    """The steps of the better of the two sides, where another method is advised."""
    side = verdict.advice.side
    return how_to(side, facts) if side and side != verdict.advised else []


def rounded(number: float | None) -> float | None:
    """A figure as a run states it."""
    return None if number is None else round(number, _DIGITS)


def _ranking(verdict: Verdict) -> list[RankingEntry]:
    """Feasible methods first, each group by score; probabilities over the feasible ones."""
    entries = sorted(
        verdict.tallies.values(), key=lambda t: (t.feasible is False, -t.score, t.method)
    )
    total = sum(_weight(t) for t in entries if t.feasible is not False)
    return [
        RankingEntry(
            method=t.method,
            name=load_methods()[t.method].name,
            score=t.score,
            score_range=(t.low, t.high),
            probability=0.0 if t.feasible is False else round(_weight(t) / total, _DIGITS),
            feasible=t.feasible,
            vetoes=[finding.rule.label for finding in t.vetoes],
            waterfall=[
                Step(rule=finding.rule.label, effect=effect)
                for finding, effect in waterfall(verdict.assessment.findings, t.method)
            ],
        )
        for t in entries
    ]


def _weight(entry: Tally) -> float:
    return float(10.0 ** (entry.score / 10.0))


def _parity(entry: Parity, base: RuleBase) -> ParityEntry:
    basis = "authored weights"
    if base.calibration and entry.method in base.calibration.methods:
        basis = FITTED_WEIGHTS
    return ParityEntry(
        probability=rounded(entry.probability),
        range=(round(entry.low, _DIGITS), round(entry.high, _DIGITS)),
        rows=entry.rows,
        studies=entry.studies,
        basis=basis if entry.rows else f"{basis}; no published result near this project",
    )


def _evidence(verdict: Verdict) -> EvidenceEntry | None:
    """How near published results are to what the headline compares; None if nothing is compared."""
    own = verdict.parity.get(verdict.variant or "")
    if own is None or verdict.confidence is None:
        return None
    return EvidenceEntry(
        method=own.method,
        rows=own.rows,
        studies=own.studies,
        kept=round(own.kept, _DIGITS),
        text=evidence_text(verdict, own),
    )


def _sub_decisions(verdict: Verdict, base: RuleBase) -> dict[str, SubDecision]:
    result = {}
    for table in base.tables:
        level, rows = verdict.assessment.levels[table.decides]
        result[table.decides.removeprefix("decision.")] = SubDecision(
            name=table.name,
            question=table.question,
            level=level if isinstance(level, str) else None,
            possible=sorted([level] if isinstance(level, str) else level),
            why=table.rows[rows[0]].why if isinstance(level, str) else "not settled yet",
        )
    return result


def _reason(reason: Reason, facts: FactBase) -> ReasonEntry:
    rule = reason.finding.rule
    fires = reason.finding.outcome is Outcome.FIRES
    return ReasonEntry(
        rule=rule.label,
        name=rule.name,
        kind=rule.kind.value,
        effect=reason.effect,
        effects=dict(reason.finding.effects) if fires else {},
        veto=list(rule.veto),
        claim=rule.claim,
        why=rule.why,
        source=[f"{source.title}: {source.says}" for source in rule.sources],
        wrong_when=rule.wrong_when,
        house_rules=rule.pack,
        facts={key: plain_value(facts.value(key)) for key in rule.reads if key in facts},
    )


def _beliefs(verdict: Verdict) -> list[Belief]:
    """What is commonly believed and what was found, for the rules that play a part here."""
    rules: dict[str, Rule] = {
        finding.rule.code: finding.rule
        for finding in verdict.assessment.findings
        if finding.rule.believed and finding.outcome is Outcome.FIRES
    }
    return [
        Belief(rule=code, commonly=rule.believed, found=rule.found) for code, rule in rules.items()
    ]


def _assumptions(verdict: Verdict, facts: FactBase) -> list[Assumption]:
    return [
        Assumption(
            fact=fact.key,
            value=plain_value(fact.value),
            could_change_the_answer=fact.key in verdict.fragile_assumptions,
        )
        for fact in facts
        if fact.source is Source.DEFAULT
    ]


def _conflicts(facts: FactBase) -> list[Conflict]:
    return [
        Conflict(
            fact=fact.key,
            used=UsedStatement(value=plain_value(fact.value), source=fact.source.value),
            others=[
                Statement(value=plain_value(o.value), source=o.source.value, detail=o.detail)
                for o in others
            ],
        )
        for fact in facts
        if (others := facts.conflicts(fact.key))
    ]


def _alternative_reason(verdict: Verdict) -> str:
    method = verdict.alternative
    if method is None:
        return ""
    chosen = verdict.advice.side
    name = load_methods()[method].name
    if chosen is None:
        return f"{capital(name)} scores highest among what remains feasible."
    lead = verdict.tallies[method].score - verdict.tallies[chosen].score
    parity: Mapping[str, Parity] = verdict.parity
    own = parity[method].probability if method in parity else None
    near = f", and ends within the tolerance with a probability of {own:.0%}" if own else ""
    return f"{name} scores {decibans(lead)} above {load_methods()[chosen].name}{near}."
