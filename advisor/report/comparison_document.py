"""What differs between two runs: as plain data, and as neutral blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from advisor.methods import load_methods
from advisor.report.blocks import Block, Bullets, Heading, Paragraph, Record, Table
from advisor.report.wording import method_name, shown_value, side_name

TITLE = "Two runs compared"
_NOTHING = "-"
_NAMES = {
    "status": "Status",
    "recommendation": "Recommendation",
    "variant": "Best soft prompt",
    "alternative": "Serves better",
    "confidence": "Confidence",
    "margin_decibans": "Margin in decibans",
}
_FEASIBLE = {True: "feasible", False: "not feasible", None: "feasible or not is open"}


def comparison_blocks(record: Record) -> Iterator[Block]:
    """The verdicts first, then what moved them."""
    first, second = record["headlines"]
    yield Heading("Verdicts")
    yield Bullets((f"First: {first}", f"Second: {second}"))
    if not any(record[part] for part in ("verdict", "facts", "rules", "methods", "estimates")):
        yield Paragraph(
            "Nothing moved: facts, rules, scores and verdict are the same.", strong=True
        )
        return
    yield from _verdict(record["verdict"])
    yield from _table("Facts that differ", "Fact", record["facts"], _fact)
    yield from _rules(record["rules"])
    yield from _table("Scores and places that moved", "Method", record["methods"], _place)
    yield from _table("Estimates that moved", "Estimate", record["estimates"], _estimate)


def _verdict(moved: Mapping[str, Sequence[Any]]) -> Iterator[Block]:
    if not moved:
        yield Paragraph("The verdict is the same.")
        return
    rows = ((_NAMES[key], *(_part(key, side) for side in sides)) for key, sides in moved.items())
    yield Table(("What", "First", "Second"), tuple(rows))


def _part(key: str, value: Any) -> str:
    if value is None:
        return _NOTHING
    if key == "recommendation":
        return side_name(value, None)
    if key in ("variant", "alternative"):
        return load_methods()[value].name
    if key == "confidence":
        return f"{value:.0%}"
    return f"{value:+d}" if key == "margin_decibans" else str(value).replace("_", " ")


def _table(
    title: str, column: str, moved: Mapping[str, Sequence[Any]], show: Any
) -> Iterator[Block]:
    if moved:
        yield Heading(title)
        rows = (
            (_label(name), *(_NOTHING if side is None else show(name, side) for side in sides))
            for name, sides in moved.items()
        )
        yield Table((column, "First", "Second"), tuple(rows))


def _label(name: str) -> str:
    return method_name(name) if name in load_methods() else name


def _fact(name: str, side: Mapping[str, Any]) -> str:
    return f"{shown_value(name, side['value'])} ({side['source'].replace('_', ' ')})"


def _estimate(name: str, side: Mapping[str, Any]) -> str:
    return shown_value(name, side["value"])


def _place(_: str, side: Mapping[str, Any]) -> str:
    parity = side["parity"]
    near = "" if parity is None else f", parity {parity:.0%}"
    return f"place {side['place']}, {side['score']:+d}, {_FEASIBLE[side['feasible']]}{near}"


def _rules(moved: Mapping[str, Sequence[Any]]) -> Iterator[Block]:
    if moved:
        yield Heading("Rules that say something else")
        yield Table(
            ("Rule", "First", "Second", "Claim"),
            tuple(
                (
                    rule,
                    *map(_saying, sides),
                    next((s["claim"] for s in sides if s and s["claim"]), ""),
                )
                for rule, sides in moved.items()
            ),
        )
        yield Paragraph("Effects are in decibans; `advisor explain RULE` prints a rule.")


def _saying(side: Mapping[str, Any] | None) -> str:
    """The effects in decibans, methods of the same effect together; or what is ruled out."""
    if side is None:
        return "silent"
    said = []
    if side["vetoes"]:
        said.append(f"rules out {_listed(side['vetoes'])}")
    same: dict[int, list[str]] = {}
    for method, effect in side["effects"].items():
        same.setdefault(effect, []).append(method)
    said.extend(f"{effect:+d} {_listed(methods)}" for effect, methods in same.items())
    return "; ".join(said)


def _listed(methods: Sequence[str]) -> str:
    return ", ".join(load_methods()[method].name for method in methods)


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
        "verdict": _moved(_comparison_verdict(first), _comparison_verdict(second)),
        "facts": _moved(_facts(first, _stated), _facts(second, _stated)),
        "rules": _moved(*(_comparison_rules(run, claims, whole=whole) for run in (first, second))),
        "methods": _moved(_ranking(first), _ranking(second)),
        "estimates": _moved(
            _facts(first, _comparison_estimate), _facts(second, _comparison_estimate)
        ),
    }


def _moved(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, list[Any]]:
    """By name, both sides of what is not the same."""
    return {
        name: [first.get(name), second.get(name)]
        for name in dict.fromkeys([*first, *second])
        if first.get(name) != second.get(name)
    }


def _comparison_verdict(run: Record) -> dict[str, Any]:
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


def _comparison_estimate(key: str) -> bool:
    return key.startswith(_ESTIMATE) and key.endswith(_SHOWN_ESTIMATES)


def _comparison_rules(run: Record, claims: Mapping[str, str], *, whole: bool) -> dict[str, Any]:
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
