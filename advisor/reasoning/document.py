"""What ``advisor whatif`` shows, made from its record alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.report.document import (
    Block,
    Bullets,
    Heading,
    Paragraph,
    Record,
    Table,
    shown_value,
)
from advisor.report.wording import side_name

TITLE = "What would change the answer"
_STATUS = {
    "too_close": "too close to call, leaning to {side}",
    "undetermined": "not determined, leaning to {side}",
    "infeasible": "neither is feasible",
    "do_not_train": "do not train",
    "contradiction": "impossible beside the other facts",
}


def whatif_blocks(record: Record) -> Iterator[Block]:
    """All that the record says, the answer as it is first."""
    yield Heading("Now")
    yield Paragraph(record["now"]["headline"], strong=True)
    if "then" in record:
        yield from _named(record)
    if "sweep" in record:
        yield from _sweep(record["sweep"])
    if "numbers" in record:
        yield from _singles(record)


def _named(record: Record) -> Iterator[Block]:
    yield Heading("Then")
    yield Bullets(
        tuple(
            f"{key}: {shown_value(key, change['from'])} becomes {shown_value(key, change['to'])}"
            for key, change in record["changes"].items()
        )
    )
    yield Paragraph(record["then"]["headline"], strong=True)
    if not record["rules"]:
        yield Paragraph("No rule says anything else.")
        return
    yield Heading("Rules that say something else")
    yield Table(
        ("Rule", "Now", "Then", "Claim"),
        tuple(
            (one["rule"], _saying(one["before"]), _saying(one["after"]), one["claim"])
            for one in record["rules"]
        ),
    )


def _saying(said: Mapping[str, Any]) -> str:
    if said["outcome"] == "silent":
        return "silent"
    if said["veto"]:
        vetoed = ", ".join(said["veto"])
        return f"rules out {vetoed}" if said["outcome"] == "fires" else f"may rule out {vetoed}"
    if said["outcome"] == "undetermined":
        return "may fire"
    effects = sorted(set(said["effects"].values()))
    return " ".join(f"{decibans:+d}" for decibans in effects)


def _sweep(found: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(f"Along {found['fact']}")
    yield Table(
        ("From", "To", "Answer"),
        tuple(
            (_number(part["from"]), _number(part["to"]), _answer(part))
            for part in found["stretches"]
        ),
        right=(0, 1),
    )


def _singles(record: Record) -> Iterator[Block]:
    rows = [
        (key, _number(one["now"]), *_nearest(one["stretches"], one["now"]))
        for key, one in record["numbers"].items()
    ]
    moving = tuple(row for row in rows if row[2] != "-" or row[3] != "-")
    still = [row[0] for row in rows if row not in moving]
    if moving:
        yield Heading("Numbers: the nearest values that change the answer")
        yield Table(("Fact", "Now", "Below", "Above"), moving, right=(1,))
    items = []
    for key, one in record["choices"].items():
        now = next((a for a in one["answers"] if a["value"] == one["now"]), None)
        others = [a for a in one["answers"] if now is None or _answer(a) != _answer(now)]
        items += [f"{key} {shown_value(key, a['value'])}: {_answer(a)}." for a in others]
        if not others:
            still.append(key)
    if items:
        yield Heading("Choices that change the answer")
        yield Bullets(tuple(items))
    if still:
        yield Heading("Alone they change nothing, whatever their value")
        yield Paragraph(", ".join(still) + ".")


def _nearest(parts: Sequence[Mapping[str, Any]], now: float) -> tuple[str, str]:
    """What comes at the next lower and the next higher value that changes the answer."""
    here = next(n for n, part in enumerate(parts) if part["from"] <= now <= part["to"])
    answer = _answer(parts[here])
    below = next((p for p in reversed(parts[:here]) if _answer(p) != answer), None)
    above = next((p for p in parts[here:] if _answer(p) != answer), None)
    return (
        f"up to {_number(below['to'])}: {_answer(below)}" if below else "-",
        f"from {_number(above['from'])}: {_answer(above)}" if above else "-",
    )


def _answer(part: Mapping[str, Any]) -> str:
    side = side_name(part["recommendation"], None) or "neither"
    return _STATUS.get(part["status"], "{side}").format(side=side)


def _number(value: float) -> str:
    """Six digits; the record holds the exact value."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
