"""Whether the measurement bears the advice out, and how good the sealed prediction was."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from advisor.catalogue.tables import load_methods
from advisor.confirmation.sealing import digest
from advisor.verdict.verdict import Answer

_GIB = 2.0**30


class Agreement(str, Enum):
    """What a micro-benchmark does to the advice."""

    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    UNSETTLED = "unsettled"
    NO_ADVICE = "no_advice"


def agreement_of(
    before: Answer,
    after: Answer,
    prediction: Mapping[str, Any],
    results: Mapping[str, Any],
    comparisons: Mapping[str, Any],
) -> dict[str, Any]:
    """Compare the advice before and after, and score what was sealed.

    Args:
        before: the advice that was sealed.
        after: the advice with the measured facts.
        prediction: as it was sealed; its digest is checked.
        results: by method, as in the record.
        comparisons: of each method with full fine-tuning, as in the record.
    """
    old, new = before.verdict.recommendation, after.verdict.recommendation
    settled = any(entry["outcome"] != "inconclusive" for entry in comparisons.values())
    verdict = _verdict(old, new, settled=settled)
    return {
        "verdict": verdict.value,
        "before": old,
        "after": new,
        "sentence": _sentence(verdict, old, new),
        "seal_intact": digest(prediction) == prediction.get("sha256"),
        "parity": {
            method: _parity(prediction["parity"].get(method), entry)
            for method, entry in comparisons.items()
        },
        "memory": {
            method: _memory(prediction["methods"].get(method), result)
            for method, result in results.items()
            if result["peak_memory_bytes"]
        },
        "seconds_per_step": {
            method: _seconds(prediction["methods"].get(method), result)
            for method, result in results.items()
            if result["seconds_per_step"]
        },
    }


def _verdict(old: str | None, new: str | None, *, settled: bool) -> Agreement:
    """A comparison that is open overturns nothing, though its point estimate moves the scores."""
    if not settled:
        return Agreement.UNSETTLED
    if old is None:
        return Agreement.NO_ADVICE
    return Agreement.CONFIRMED if new == old else Agreement.OVERTURNED


def _sentence(verdict: Agreement, old: str | None, new: str | None) -> str:
    if verdict is Agreement.OVERTURNED:
        return (
            f"The advice is overturned: {_name(old)} before, {_name(new)} with what was measured."
        )
    if verdict is Agreement.UNSETTLED:
        stays = f"the advice stays {_name(new)}" if new == old else f"it leans to {_name(new)} now"
        return f"The measurement settles nothing; {stays}."
    if verdict is Agreement.NO_ADVICE:
        return f"There was no advice before; with what was measured it is {_name(new)}."
    return f"The advice is confirmed: {_name(new)}."


def _name(method: str | None) -> str:
    return load_methods()[method].name if method else "open"


def _parity(predicted: float | None, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The predicted chance of coming within the tolerance, and whether the method did."""
    return {"predicted": predicted, "within_tolerance": entry["within_tolerance"]}


def _memory(predicted: Mapping[str, Any] | None, result: Mapping[str, Any]) -> dict[str, Any]:
    measured = round(result["peak_memory_bytes"] / _GIB, 3)
    if predicted is None:
        return {"measured_gib": measured, "predicted_gib": None, "ratio": None, "inside": None}
    low, high = predicted["memory_low_gib"], predicted["memory_high_gib"]
    return {
        "measured_gib": measured,
        "predicted_gib": predicted["memory_gib"],
        "ratio": round(predicted["memory_gib"] / measured, 3),
        "inside": low <= measured <= high,
    }


def _seconds(predicted: Mapping[str, Any] | None, result: Mapping[str, Any]) -> dict[str, Any]:
    measured = result["seconds_per_step"]
    expected = None if predicted is None else predicted["seconds_per_step"]
    ratio = None if expected is None else round(expected / measured, 3)
    return {"measured": measured, "predicted": expected, "ratio": ratio}
