"""Candidate base models side by side: (model, method) pairs in one ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from advisor.decide.verdict import Answer
from advisor.report.record import record
from advisor.rules.rule import RuleBase


def run_record(
    candidates: Sequence[tuple[str, Answer]],
    base: RuleBase,
    outlook: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the run file for one or several candidate models.

    The object is that of the best candidate: the one whose best feasible method scores highest.
    With several, ``candidates`` holds the answer for each in short and ``pairs`` the ranking of
    all (model, method) pairs. Scores of different models are comparable only through the rules
    that speak of the model itself, such as how well its pre-training matches the task.

    Args:
        candidates: each model's name and answer.
        base: the rules.
        outlook: what would change the answer for a single candidate.
    """
    records = [(model, record(answer, base, outlook)) for model, answer in candidates]
    if len(records) == 1:
        return records[0][1]
    pairs = [
        {"model": model, **{k: e[k] for k in ("method", "score", "feasible")}}
        for model, entry in records
        for e in entry["ranking"]
    ]
    pairs.sort(key=lambda p: (p["feasible"] is False, -p["score"], p["model"], p["method"]))
    best = pairs[0]["model"]
    chosen = next(entry for model, entry in records if model == best)
    return {
        **chosen,
        "model": best,
        "candidates": [
            {
                "model": model,
                **{
                    key: entry[key]
                    for key in (
                        "status", "recommendation", "variant", "confidence", "alternative",
                        "headline",
                    )
                },
            }
            for model, entry in records
        ],
        "pairs": pairs,
    }  # fmt: skip
