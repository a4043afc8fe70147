"""Whether the measurement bears the advice out, and how good the sealed prediction was."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from advisor.catalogue.tables import load_methods
from advisor.confirmation.sealing import digest
from advisor.microbench.spec import Status
from advisor.support.sentences import capital
from advisor.verdict.headline import FULL, Headline
from advisor.verdict.verdict import Answer

SOFT = Headline.PROMPT_TUNING.value
"""The side of the soft prompts, by the method that stands for them; the other one is FULL."""
_AGAINST = {SOFT: "worse", FULL: "better"}
"""The outcome of a soft prompt that speaks against each advice."""
_GIB = 2.0**30


class Agreement(str, Enum):
    """What a micro-benchmark does to the advice."""

    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    UNSETTLED = "unsettled"
    NO_ADVICE = "no_advice"


def soft_prompt_to_train(recommendation: str | None, variant: str | None) -> str:
    """The soft prompt that the advice is judged by: the recommended one, else prompt tuning."""
    return variant if recommendation == SOFT and variant is not None else SOFT


def agreement_of(
    after: Answer,
    prediction: Mapping[str, Any],
    results: Mapping[str, Any],
    comparisons: Mapping[str, Any],
) -> dict[str, Any]:
    """Compare the advice before and after, and score what was sealed.

    Args:
        after: the advice with the measured facts.
        prediction: as it was sealed, the advice before among it; its digest is checked.
        results: by method, as in the record.
        comparisons: of each method with full fine-tuning, as in the record.
    """
    old, new = prediction["recommendation"], after.verdict.recommendation
    judged = soft_prompt_to_train(old, prediction["variant"])
    verdict, sentence = _verdict(old, new, judged, comparisons[judged])
    return {
        "verdict": verdict.value,
        "before": old,
        "after": new,
        "judged_by": judged,
        "sentence": sentence,
        "seal_intact": digest(prediction) == prediction.get("sha256"),
        "parity": {
            method: _parity(prediction["parity"].get(method), entry)
            for method, entry in comparisons.items()
        },
        "memory": {
            method: _memory(prediction["methods"].get(method), result)
            for method, result in results.items()
            if result["peak_memory_bytes"] or _did_not_fit(result)
        },
        "seconds_per_step": {
            method: _seconds(prediction["methods"].get(method), result)
            for method, result in results.items()
            if result["seconds_per_step"]
        },
    }


def _verdict(
    old: str | None, new: str | None, judged: str, entry: Mapping[str, Any]
) -> tuple[Agreement, str]:
    """What the judged method's comparison does to the advice, and the same in words.

    A comparison that is open, or was won by default, overturns nothing, though a point estimate
    moves the scores.
    """
    leaning = f"the advice stays {_name(new)}" if new == old else f"it leans to {_name(new)} now"
    if entry["by_default"]:
        return Agreement.UNSETTLED, f"Nothing was compared, so nothing is settled; {leaning}."
    if entry["outcome"] == "inconclusive":
        return Agreement.UNSETTLED, f"The measurement settles nothing; {leaning}."
    if old is None:
        told = f"There was no advice before; with what was measured it is {_name(new)}."
        return Agreement.NO_ADVICE, told
    if new != old:
        told = f"{_name(old)} before, {_name(new)} with what was measured"
        return Agreement.OVERTURNED, f"The advice is overturned: {told}."
    if entry["outcome"] == _AGAINST[old]:
        better = FULL if old == SOFT else judged
        told = f"{capital(_name(better))} did better here, but all else keeps the advice at"
        return Agreement.UNSETTLED, f"{told} {_name(old)}."
    by = f", by {_name(judged)}" if judged != SOFT else ""
    return Agreement.CONFIRMED, f"The advice is confirmed: {_name(new)}{by}."


def _name(method: str | None) -> str:
    return load_methods()[method].name if method else "open"


def _parity(predicted: float | None, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The predicted chance of coming within the tolerance, and whether the method did."""
    return {"predicted": predicted, "within_tolerance": entry["within_tolerance"]}


def _did_not_fit(result: Mapping[str, Any]) -> bool:
    statuses = {entry["status"] for entry in result["failed"]}
    return result["score"] is None and statuses == {Status.OUT_OF_MEMORY.value}


def _memory(predicted: Mapping[str, Any] | None, result: Mapping[str, Any]) -> dict[str, Any]:
    """Predicted and measured; the second is None where the method did not fit."""
    peak = result["peak_memory_bytes"]
    measured = round(peak / _GIB, 3) if peak else None
    found = {"measured_gib": measured, "predicted_gib": None, "ratio": None, "inside": None}
    if predicted is None:
        return found
    found["predicted_gib"] = predicted["memory_gib"]
    if measured:
        found["ratio"] = round(predicted["memory_gib"] / measured, 3)
        found["inside"] = predicted["memory_low_gib"] <= measured <= predicted["memory_high_gib"]
    return found


def _seconds(predicted: Mapping[str, Any] | None, result: Mapping[str, Any]) -> dict[str, Any]:
    measured = result["seconds_per_step"]
    expected = None if predicted is None else predicted["seconds_per_step"]
    ratio = None if expected is None else round(expected / measured, 3)
    return {"measured": measured, "predicted": expected, "ratio": ratio}
