"""The record of a run: the JSON that every other command takes, and all that the report shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import advisor
from advisor.decide.decision import Status
from advisor.decide.parity import Parity
from advisor.decide.tally import Tally, waterfall
from advisor.decide.verdict import Answer, Reason, Verdict
from advisor.facts import FactBase, Source
from advisor.facts.showing import plain_value
from advisor.methods import load_methods
from advisor.report.methods import chosen_method, how_to, nearest_changes, why_not
from advisor.report.wording import FITTED, confidence_word, decibans, evidence_text, headline
from advisor.rules.rule import Outcome, Rule, RuleBase
from advisor.support.sentences import capital

SCHEMA_VERSION = "1"
_DIGITS = 4


def record(
    answer: Answer, base: RuleBase, outlook: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the run file of an answer as plain data, the same for the same facts.

    Args:
        answer: the answer.
        base: the rules that it was made by.
        outlook: what would change it, if that has been worked out.
    """
    verdict, facts = answer.verdict, answer.facts
    changes = nearest_changes(verdict, facts)
    return {
        "schema_version": SCHEMA_VERSION,
        "advisor_version": advisor.__version__,
        "status": verdict.status.value,
        "headline": headline(verdict, base.settings, changes),
        "recommendation": verdict.recommendation,
        "leaning_only": verdict.status is Status.UNDETERMINED,
        "variant": verdict.variant,
        "confidence": rounded(verdict.confidence),
        "confidence_word": confidence_word(verdict.confidence, base.settings),
        "evidence": _evidence(verdict),
        "alternative": verdict.alternative,
        "alternative_reason": _alternative_reason(verdict),
        "compared": list(verdict.compared) if verdict.compared else None,
        "margin_decibans": verdict.margin,
        "ranking": _ranking(verdict),
        "bounds": {
            "reachable": sorted(headline.value for headline in verdict.reachable),
            "exact": verdict.bounds_exact,
        },
        "parity": {method: _parity(entry, base) for method, entry in verdict.parity.items()},
        "sub_decisions": _sub_decisions(verdict, base),
        "reasons": [_reason(reason, facts) for reason in verdict.reasons],
        "why_not": why_not(verdict),
        "nearest_changes": changes,
        "outlook": outlook,
        "missing": [
            {
                "fact": entry.key,
                "question": facts.vocabulary[entry.key].question,
                "swing_decibans": entry.swing,
                "rules": list(entry.rules),
            }
            for entry in verdict.missing
        ],
        "beliefs": _beliefs(verdict),
        "risks": [
            {"code": r.code, "name": r.name, "risk": r.risk, "watch": r.watch, "source": r.source}
            for r in verdict.risks
        ],
        "assumptions": _assumptions(verdict, facts),
        "conflicts": _conflicts(facts),
        "how_to": _steps(verdict, facts),
        "how_to_alternative": how_to(verdict.alternative, facts) if verdict.alternative else [],
        "facts": {
            fact.key: {
                "value": plain_value(fact.value),
                "unit": facts.vocabulary[fact.key].unit,
                "source": fact.source.value,
                "detail": fact.detail,
            }
            for fact in facts
        },
    }


def _steps(verdict: Verdict, facts: FactBase) -> list[str]:
    """The steps of the chosen method; none where everything is ruled out."""
    chosen = chosen_method(verdict)
    return [] if verdict.tallies[chosen].feasible is False else how_to(chosen, facts)


def rounded(number: float | None) -> float | None:
    """A figure as a run states it."""
    return None if number is None else round(number, _DIGITS)


def _ranking(verdict: Verdict) -> list[dict[str, Any]]:
    """Feasible methods first, each group by score; probabilities over the feasible ones."""
    entries = sorted(
        verdict.tallies.values(), key=lambda t: (t.feasible is False, -t.score, t.method)
    )
    total = sum(_weight(t) for t in entries if t.feasible is not False)
    return [
        {
            "method": t.method,
            "name": load_methods()[t.method].name,
            "score": t.score,
            "score_range": [t.low, t.high],
            "probability": 0.0 if t.feasible is False else rounded(_weight(t) / total),
            "feasible": t.feasible,
            "vetoes": [finding.rule.label for finding in t.vetoes],
            "waterfall": [
                {"rule": finding.rule.label, "effect": effect}
                for finding, effect in waterfall(verdict.assessment.findings, t.method)
            ],
        }
        for t in entries
    ]


def _weight(entry: Tally) -> float:
    return float(10.0 ** (entry.score / 10.0))


def _parity(entry: Parity, base: RuleBase) -> dict[str, Any]:
    basis = "authored weights"
    if base.calibration and entry.method in base.calibration.methods:
        basis = FITTED
    return {
        "probability": rounded(entry.probability),
        "range": [rounded(entry.low), rounded(entry.high)],
        "rows": entry.rows,
        "studies": entry.studies,
        "basis": basis if entry.rows else f"{basis}; no published result near this project",
    }


def _evidence(verdict: Verdict) -> dict[str, Any] | None:
    """How near published results are to what the headline compares; None if nothing is compared."""
    own = verdict.parity.get(verdict.variant or "")
    if own is None or verdict.confidence is None:
        return None
    return {
        "method": own.method,
        "rows": own.rows,
        "studies": own.studies,
        "kept": rounded(own.kept),
        "text": evidence_text(verdict, own),
    }


def _sub_decisions(verdict: Verdict, base: RuleBase) -> dict[str, Any]:
    result = {}
    for table in base.tables:
        level, rows = verdict.assessment.levels[table.decides]
        result[table.decides.removeprefix("decision.")] = {
            "name": table.name,
            "question": table.question,
            "level": level if isinstance(level, str) else None,
            "possible": sorted([level] if isinstance(level, str) else level),
            "why": table.rows[rows[0]].why if isinstance(level, str) else "not settled yet",
        }
    return result


def _reason(reason: Reason, facts: FactBase) -> dict[str, Any]:
    rule = reason.finding.rule
    fires = reason.finding.outcome is Outcome.FIRES
    return {
        "rule": rule.label,
        "name": rule.name,
        "kind": rule.kind.value,
        "effect": reason.effect,
        "effects": dict(reason.finding.effects) if fires else {},
        "veto": list(rule.veto),
        "claim": rule.claim,
        "why": rule.why,
        "source": [f"{source.title}: {source.says}" for source in rule.sources],
        "wrong_when": rule.wrong_when,
        "house_rules": rule.pack,
        "facts": {key: plain_value(facts.value(key)) for key in rule.reads if key in facts},
    }


def _beliefs(verdict: Verdict) -> list[dict[str, str]]:
    """What is commonly believed and what was found, for the rules that play a part here."""
    rules: dict[str, Rule] = {
        finding.rule.code: finding.rule
        for finding in verdict.assessment.findings
        if finding.rule.believed and finding.outcome is Outcome.FIRES
    }
    return [
        {"rule": code, "commonly": rule.believed, "found": rule.found}
        for code, rule in rules.items()
    ]


def _assumptions(verdict: Verdict, facts: FactBase) -> list[dict[str, Any]]:
    return [
        {
            "fact": fact.key,
            "value": plain_value(fact.value),
            "could_change_the_answer": fact.key in verdict.fragile_assumptions,
        }
        for fact in facts
        if fact.source is Source.DEFAULT
    ]


def _conflicts(facts: FactBase) -> list[dict[str, Any]]:
    return [
        {
            "fact": fact.key,
            "used": {"value": plain_value(fact.value), "source": fact.source.value},
            "others": [
                {"value": plain_value(o.value), "source": o.source.value, "detail": o.detail}
                for o in others
            ],
        }
        for fact in facts
        if (others := facts.conflicts(fact.key))
    ]


def _alternative_reason(verdict: Verdict) -> str:
    method = verdict.alternative
    if method is None:
        return ""
    chosen = chosen_method(verdict) if verdict.recommendation else None
    name = load_methods()[method].name
    if chosen is None:
        return f"{capital(name)} scores highest among what remains feasible."
    lead = verdict.tallies[method].score - verdict.tallies[chosen].score
    parity: Mapping[str, Parity] = verdict.parity
    own = parity[method].probability if method in parity else None
    near = f", and ends within the tolerance with a probability of {own:.0%}" if own else ""
    return f"{name} scores {decibans(lead)} above {load_methods()[chosen].name}{near}."
