"""Two runs side by side: the facts, rules and verdicts that moved, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from advisor.report.blocks import Record

SCHEMA_VERSION = "1"
_VERDICT = (
    "status", "recommendation", "variant", "alternative", "confidence", "margin_decibans",
)  # fmt: skip
_ESTIMATE = "estimate."
_SHOWN_ESTIMATES = ("memory_gib", "memory_optimistic_gib", "hours", "cost", "storage_gib")


def comparison_record(first: Record, second: Record, claims: Mapping[str, str]) -> dict[str, Any]:
    """What differs between two runs; a side on which a thing is missing has null there.

    Args:
        first: a run.
        second: another.
        claims: by rule, where a run does not tell the claim: it does between the two methods
            compared only.
    """
    whole = all(_has_waterfalls(run) for run in (first, second))
    return {
        "schema_version": SCHEMA_VERSION,
        "headlines": [first["headline"], second["headline"]],
        "verdict": _moved(_verdict(first), _verdict(second)),
        "facts": _moved(_facts(first, _stated), _facts(second, _stated)),
        "rules": _moved(*(_rules(run, claims, whole=whole) for run in (first, second))),
        "methods": _moved(_ranking(first), _ranking(second)),
        "estimates": _moved(_facts(first, _estimate), _facts(second, _estimate)),
    }


def _moved(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, list[Any]]:
    """By name, both sides of what is not the same."""
    return {
        name: [first.get(name), second.get(name)]
        for name in dict.fromkeys([*first, *second])
        if first.get(name) != second.get(name)
    }


def _verdict(run: Record) -> dict[str, Any]:
    return {key: run[key] for key in _VERDICT}


def _facts(run: Record, chosen: Callable[[str], bool]) -> dict[str, Any]:
    """Value and source of facts; where they were read does not count as a difference."""
    return {
        key: {"value": entry["value"], "source": entry["source"]}
        for key, entry in run["facts"].items()
        if chosen(key)
    }


def _stated(key: str) -> bool:
    return not key.startswith(_ESTIMATE)


def _estimate(key: str) -> bool:
    return key.startswith(_ESTIMATE) and key.endswith(_SHOWN_ESTIMATES)


def _rules(run: Record, claims: Mapping[str, str], *, whole: bool) -> dict[str, Any]:
    """What each rule says: its veto or its effects on the methods.

    Runs of early versions tell only of rules between the two methods compared; beside one of them
    the other run is held to the same (``whole`` is false), lest rules seem to have come up.
    """
    told = {reason["rule"]: reason["claim"] for reason in run["reasons"]}
    found: dict[str, dict[str, Any]] = {}
    for rule, method, effect in _shares(run) if whole else _reasons(run):
        claim = told.get(rule) or claims.get(rule, "")
        said = found.setdefault(rule, {"claim": claim, "vetoes": [], "effects": {}})
        if effect is None:
            said["vetoes"].append(method)
        else:
            said["effects"][method] = effect
    return found


def _has_waterfalls(run: Record) -> bool:
    return all(entry.get("waterfall") is not None for entry in run["ranking"])


def _shares(run: Record) -> Iterator[tuple[str, str, int | None]]:
    """Rule, method and decibans, or None for a veto, over all methods."""
    for entry in sorted(run["ranking"], key=lambda entry: str(entry["method"])):
        for rule in entry["vetoes"]:
            yield rule, entry["method"], None
        for step in entry["waterfall"]:
            yield step["rule"], entry["method"], step["effect"]


def _reasons(run: Record) -> Iterator[tuple[str, str, int | None]]:
    """The same between the two methods compared."""
    for reason in run["reasons"]:
        for method in sorted(reason["veto"] if reason["effect"] is None else ()):
            yield reason["rule"], method, None
        for method, effect in sorted(reason["effects"].items()):
            yield reason["rule"], method, effect


def _ranking(run: Record) -> dict[str, Any]:
    return {
        entry["method"]: {
            "place": place,
            "score": entry["score"],
            "feasible": entry["feasible"],
            "parity": run["parity"].get(entry["method"], {}).get("probability"),
        }
        for place, entry in enumerate(run["ranking"], start=1)
    }
