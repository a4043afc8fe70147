"""Alarms on the search for a rate."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.microbench.judging.alarms.alarm import Alarm, Level, MethodRuns
from advisor.microbench.judging.table import judging_table
from advisor.microbench.spec import Status


def rate_at_edge(runs: MethodRuns) -> Alarm | None:
    """A chosen rate beyond which none was tried, so that a better one may lie there.

    A rate that diverged counts as tried: it shows that the best one does not lie beyond.
    """
    tried = [
        run.trial
        for run in (*runs.search, *runs.final)
        if run.result.status.usable or run.result.status is Status.DIVERGED
    ]
    if not runs.final or not tried:
        return None
    chosen = runs.final[0].trial
    body = _edge(chosen.learning_rate, (trial.learning_rate for trial in tried), "rate", 1)
    heads = (trial.head_rate for trial in tried if trial.head_rate is not None)
    least = judging_table()["alarms"]["least_head_rates"]
    head = _edge(chosen.head_rate, heads, "rate of the head", least)
    said = ", and it ".join(text for text in (body, head) if text)
    return runs.alarm("rate_at_edge", Level.WARNING, f"{said}.") if said else None


def _edge(chosen: float | None, tried: Iterable[float], name: str, least: int) -> str:
    rates = set(tried)
    if chosen is None or len(rates) < least:
        return ""
    if len(rates) == 1:
        return f"was tried at one {name} only, {chosen:g}"
    if chosen not in (min(rates), max(rates)):
        return ""
    side = "lowest" if chosen == min(rates) else "highest"
    beyond = "lower" if chosen == min(rates) else "higher"
    return (
        f"did best at the {side} {name} of {len(rates)}, {chosen:g}; a {beyond} one was not tried"
    )
