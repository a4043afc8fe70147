"""How to carry out the chosen method, and what speaks against each other one."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from typing import Any

from advisor.catalogue import load_table
from advisor.decide import Tally, Verdict, settled_lead
from advisor.facts import FactBase, Interval, show_value
from advisor.methods import FEW_SHOT, FULL, Method, load_methods, row_of
from advisor.report.run import Change, WhyNot
from advisor.report.wording import decibans
from advisor.rules import Finding

_MOST_SHOWN = 3
_PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")


def why_not(verdict: Verdict) -> list[WhyNot]:
    """For each other method the rules that put it behind the advised one."""
    chosen = verdict.advised or FEW_SHOT
    others = sorted(
        (t for m, t in verdict.tallies.items() if m != chosen), key=lambda t: (-t.score, t.method)
    )
    result = []
    for entry in others:
        text, rules = _against_it(verdict, chosen, entry)
        name = load_methods()[entry.method].name
        result.append(WhyNot(method=entry.method, name=name, text=text, rules=rules))
    return result


def _against_it(verdict: Verdict, chosen: str, entry: Tally) -> tuple[str, list[str]]:
    """What is said against a method, and the rules that decide it."""
    if entry.feasible is False:
        names = "; ".join(finding.rule.name for finding in entry.vetoes)
        return f"not feasible: {names}", [finding.rule.label for finding in entry.vetoes]
    lead = verdict.tallies[chosen].score - entry.score
    if lead <= 0:
        return _not_behind(chosen, entry.method, -lead), []
    against = _against(verdict, chosen, entry.method)
    reasons = "; ".join(f"{f.rule.name} ({effect})" for f, effect in against[:_MOST_SHOWN])
    rules = [finding.rule.label for finding, _ in _deciding(against, lead)]
    return f"{decibans(lead)} behind: {reasons}", rules


def _not_behind(chosen: str, method: str, above: int) -> str:
    """Why a method that scores no less was not chosen: no rule decides that."""
    known = load_methods()
    if not above and known[method].side and known[chosen].side:
        why = "which stands on a tie" if chosen == FULL else "which is named first"
        return f"it scores level with {known[chosen].name}, {why}"
    place = f"{decibans(above)} above" if above else "level with"
    return f"it scores {place} {known[chosen].name}, too little to advise it instead"


def _against(verdict: Verdict, chosen: str, method: str) -> list[tuple[Finding, int]]:
    """What puts the method behind the chosen one, the greatest share first."""
    leads = [
        (finding, settled_lead(finding, chosen, method)) for finding in verdict.assessment.findings
    ]
    leads = [(finding, lead) for finding, lead in leads if lead > 0]
    leads.sort(key=lambda pair: (-pair[1], pair[0].rule.label))
    return leads


def _deciding(against: list[tuple[Finding, int]], lead: int) -> list[tuple[Finding, int]]:
    """The fewest rules without which the method would not be behind, and all that are shown."""
    sums = list(itertools.accumulate(share for _, share in against))
    needed = next(number for number, total in enumerate(sums, 1) if total >= lead)
    return against[: max(needed, _MOST_SHOWN)]


def nearest_changes(verdict: Verdict, facts: FactBase) -> list[Change]:
    """The change that each veto asks for, figures filled in, the nearest first.

    A headline side comes first, then what is vetoed once only. How large a step is can be told
    where a veto reads a headroom: half of what is needed is nearer than a tenth of it. Other
    changes, such as another base model, count as large.
    """
    changes = [
        (
            (not load_methods()[method].side, len(entry.vetoes), _distance(finding, facts), method),
            finding,
        )
        for method, entry in verdict.tallies.items()
        for finding in entry.vetoes
        if finding.rule.fix
    ]
    changes.sort(key=lambda change: change[0])
    return [
        Change(method=place[3], rule=f.rule.label, change=_filled(f.rule.fix, facts))
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
        return match[0] if fact_type is None else show_value(fact_type, facts.value(match[1]))

    return _PLACEHOLDER.sub(value, template)


def how_to(method_id: str, facts: FactBase) -> list[str]:
    """Return the steps for a method as sentences, in order."""
    method = load_methods()[method_id].on(facts.value("model.architecture"))
    rows: dict[str, list[str]] = load_table("steps.yaml")["steps"]
    templates = row_of(rows, method.family, "advisor/catalogue/steps.yaml, steps")
    values = _values(method, facts)
    return [template.format_map(values) for template in templates]


def _values(method: Method, facts: FactBase) -> dict[str, str]:
    recipe: defaultdict[str, Any] = defaultdict(str, method.recipe)
    rate = recipe["learning_rate"] or {"low": 0, "high": 0, "first": 0}
    head = recipe["head_rate"] or {"low": 0, "high": 0}
    return {
        "name": method.name,
        "model": _shown(facts, "model.name") or "an open pre-trained model of your choice",
        "training": _count(facts, "data.train_examples", "training examples"),
        "evaluation": _count(facts, "data.eval_examples", "held-out evaluation examples"),
        "metric": _shown(facts, "task.metric") or "the task's metric",
        "positions": _positions(facts),
        "artefact": _artefact(method, facts),
        "adapter_settings": _adapter_settings(method),
        "rate_low": f"{rate['low']:g}",
        "rate_high": f"{rate['high']:g}",
        "rate_first": f"{rate['first']:g}",
        "head_rate": f"{head['low']:g} to {head['high']:g}",
        "virtual_tokens": str(recipe["virtual_tokens"]),
        "initialisation": str(recipe["initialisation"]),
        "optimizer": str(recipe["optimizer"]),
        "epochs": str(recipe["epochs"]),
        "few_rows_steps": str(recipe["few_rows_steps"]),
        "batch": _shown(facts, "train.batch_size") or str(recipe["batch_size"]),
        "warmup": f"{recipe['warmup_share'] or 0:.0%} of the steps",
        "schedule": str(recipe["schedule"]),
        "weight_decay": str(recipe["weight_decay"]),
        "early_stopping": f"after {recipe['patience'] or 0:.0%} of the steps without a better "
        "score or loss on the development split; the state with the best score counts",
    }


def _shown(facts: FactBase, key: str) -> str:
    value = facts.value(key)
    return "" if value is None else show_value(facts.vocabulary[key], value)


def _count(facts: FactBase, key: str, what: str) -> str:
    shown = _shown(facts, key)
    return f"the {shown} {what}" if shown and shown != "0" else f"the {what}"


def _positions(facts: FactBase) -> str:
    shown = _shown(facts, "model.context_length")
    return f"the model's {shown} positions" if shown else "the model's positions"


def _artefact(method: Method, facts: FactBase) -> str:
    tasks = facts.number("deployment.tasks_per_base") or 1.0
    gib = facts.number(f"estimate.{method.id}.storage_gib")
    if gib is None:
        return "some kilobytes" if method.family == "soft_prompts" else "the size of its weights"
    size = gib / tasks * 2.0**30
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size:.0f} bytes"


def _adapter_settings(method: Method) -> str:
    names = ("rank", "alpha", "dropout", "targets", "quantisation", "initialisation")
    return ", ".join(f"{n} {method.recipe[n]}" for n in names if n in method.recipe)
