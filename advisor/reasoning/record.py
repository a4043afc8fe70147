"""Changes and their answers as plain values; docs/whatif-file.md describes every key."""

from __future__ import annotations

from typing import Any

from advisor.decide.decide import Gist
from advisor.facts.showing import plain_value
from advisor.reasoning.case import Case
from advisor.reasoning.counterfactual import Smallest
from advisor.reasoning.flips import Stretch
from advisor.reasoning.map import DecisionMap
from advisor.reasoning.worth_knowing import Worth


def map_entry(found: DecisionMap) -> dict[str, Any]:
    """A decision map; each answer stands once, and the grid holds their places."""
    answers = list(dict.fromkeys(outcome for row in found.outcomes for outcome in row))
    return {
        **{
            name: {"fact": axis.key, "values": list(axis.values), "here": axis.here}
            for name, axis in (("across", found.across), ("up", found.up))
        },
        "answers": [outcome_entry(outcome) for outcome in answers],
        "grid": [[answers.index(outcome) for outcome in row] for row in found.outcomes],
    }


def smallest_entry(smallest: Smallest) -> dict[str, Any]:
    """The fewest facts that give another answer."""
    found = [
        {
            "changes": {key: plain_value(value) for key, value in one.changes.items()},
            **outcome_entry(one.outcome),
        }
        for one in smallest.found
    ]
    proofs = [proof.value for proof in smallest.proofs]
    return {"facts": len(proofs) + 1 if found else None, "not_enough": proofs, "found": found}


def worth_entry(worth: Worth, case: Case) -> dict[str, Any]:
    """A fact that is worth finding out, as plain values."""
    fact_type = case.facts.vocabulary[worth.key]
    return {
        "fact": worth.key,
        "question": fact_type.question,
        "assumed": plain_value(worth.assumed),
        "effort": worth.effort,
        "how": fact_type.find_out,
        "share": round(worth.share, 4),
        "answers": [outcome_entry(outcome) for outcome in worth.outcomes],
    }


def stretch_entry(part: Stretch) -> dict[str, Any]:
    """A stretch of a number and the answer on it."""
    return {"from": part.low, "to": part.high, **outcome_entry(part.outcome)}


def outcome_entry(outcome: Gist | None) -> dict[str, Any]:
    """An answer as plain values; None is a contradiction."""
    if outcome is None:
        return {"status": "contradiction", "recommendation": None}
    return {"status": outcome.status.value, "recommendation": outcome.recommendation}
