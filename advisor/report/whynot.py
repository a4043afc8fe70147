"""What speaks against each method that was not chosen, and what would lift a veto."""

from __future__ import annotations

import math
import re
from typing import Any

from advisor.catalogue.tables import load_methods
from advisor.facts import FactBase, Interval
from advisor.facts.showing import show_value
from advisor.report.wording import decibans
from advisor.rules.engine import Finding
from advisor.rules.rule import Outcome
from advisor.verdict.headline import FEW_SHOT, FULL, HEADLINE_SIDES
from advisor.verdict.tally import lead_of
from advisor.verdict.verdict import Verdict

_MOST_RULES = 3
_PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")


def chosen_method(verdict: Verdict) -> str:
    """The method that the advice comes down to; few-shot prompting where nothing is trained."""
    if verdict.recommendation is None:
        return verdict.alternative or FEW_SHOT
    return FULL if verdict.recommendation == FULL else verdict.variant or FULL


def why_not(verdict: Verdict) -> list[dict[str, Any]]:
    """For each other method the rules that put it behind the chosen one."""
    chosen = chosen_method(verdict)
    others = sorted(
        (t for m, t in verdict.tallies.items() if m != chosen), key=lambda t: (-t.score, t.method)
    )
    result = []
    for entry in others:
        against = _against(verdict, chosen, entry.method)
        lead = verdict.tallies[chosen].score - entry.score
        if entry.feasible is False:
            text = "not feasible: " + "; ".join(f.rule.name for f in entry.vetoes)
            rules = [finding.rule.label for finding in entry.vetoes]
        elif lead <= 0:
            place = f"{decibans(-lead)} above" if lead else "level with"
            text = f"it scores {place} the headline choice, and is not one of the two sides"
            if entry.method == verdict.alternative:
                text = f"it scores {place} the headline choice; it is the alternative"
            rules = []
        else:
            reasons = "; ".join(f"{f.rule.name} ({effect})" for f, effect in against)
            text = f"{decibans(lead)} behind" + (f": {reasons}" if reasons else "")
            rules = [finding.rule.label for finding, _ in against]
        name = load_methods()[entry.method].name
        result.append({"method": entry.method, "name": name, "text": text, "rules": rules})
    return result


def _against(verdict: Verdict, chosen: str, method: str) -> list[tuple[Finding, int]]:
    leads = [
        (finding, lead_of(finding, chosen, method)[0])
        for finding in verdict.assessment.findings
        if finding.outcome is Outcome.FIRES and not finding.rule.veto
    ]
    leads = [(finding, lead) for finding, lead in leads if lead > 0]
    leads.sort(key=lambda pair: (-pair[1], pair[0].rule.label))
    return leads[:_MOST_RULES]


def nearest_changes(verdict: Verdict, facts: FactBase) -> list[dict[str, str]]:
    """The change that each veto asks for, figures filled in, the nearest first.

    A headline side comes first, then what is vetoed once only. How large a step is can be told
    where a veto reads a headroom: half of what is needed is nearer than a tenth of it. Other
    changes, such as another base model, count as large.
    """
    changes = [
        (
            (method not in HEADLINE_SIDES, len(entry.vetoes), _distance(finding, facts), method),
            finding,
        )
        for method, entry in verdict.tallies.items()
        for finding in entry.vetoes
        if finding.rule.fix
    ]
    changes.sort(key=lambda change: change[0])
    return [
        {"method": place[3], "rule": f.rule.label, "change": _filled(f.rule.fix, facts)}
        for place, f in changes
    ]


def _distance(finding: Finding, facts: FactBase) -> float:
    """By what factor the lacking resource would have to grow; infinite if that cannot be told."""
    headrooms = [facts.value(key) for key in finding.rule.when if "headroom" in key]
    known = [h.high if isinstance(h, Interval) else h for h in headrooms]
    ratios = [1.0 / h for h in known if isinstance(h, (int, float)) and h > 0]
    return max(ratios, default=math.inf)


def _filled(template: str, facts: FactBase) -> str:
    def value(match: re.Match[str]) -> str:
        fact_type = facts.vocabulary.get(match[1])
        if fact_type is None:
            return match[0]
        # The text around the placeholder names the unit.
        return show_value(fact_type, facts.value(match[1])).replace(" GiB", "")

    return _PLACEHOLDER.sub(value, template)
