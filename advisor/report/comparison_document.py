"""What differs between two runs, as neutral blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.catalogue.tables import load_methods
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
