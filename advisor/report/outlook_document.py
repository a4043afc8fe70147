"""What would change the answer: the sentences and tables that a run and `whatif` share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.report.blocks import Block, Bullets, Heading, Paragraph, Table
from advisor.report.wording import shown_value, side_name

CHANGES = "What would change it"
"""The heading of the section."""
_STATUS = {
    "too_close": "too close to call, leaning to {side}",
    "undetermined": "not determined, leaning to {side}",
    "infeasible": "neither is feasible",
    "do_not_train": "do not train",
    "contradiction": "impossible beside the other facts",
}
_EFFORTS = {
    "look_up": "to look up",
    "count": "to count",
    "ask": "to ask somebody",
    "measure": "to measure",
}


def answer_words(part: Mapping[str, Any]) -> str:
    """An answer in a few words."""
    side = side_name(part["recommendation"], None) or "neither"
    return _STATUS.get(part["status"], "{side}").format(side=side)


def exact_number(value: float) -> str:
    """A number to six digits, since near a flip point three would name another value."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def flip_table(rows: Sequence[tuple[str, ...]]) -> Table:
    """Facts with the nearest values that change the answer."""
    return Table(("Fact", "Now", "Below", "Above"), tuple(rows), right=(1,))


def find_out_line(one: Mapping[str, Any]) -> str:
    """What to find out, how, and what it can change."""
    assumed = one["assumed"]
    known = "unknown" if assumed is None else f"assumed {shown_value(one['fact'], assumed)}"
    answers = ", or ".join(answer_words(answer) for answer in one["answers"])
    can = f"It can make it: {answers}." if answers else "With others that are unknown it decides."
    return f"{one['fact']} ({known}; {_EFFORTS[one['effort']]}): {one['how']} {can}"


def outlook_blocks(outlook: Mapping[str, Any]) -> Iterator[Block]:
    """The section of a run: flip points, choices, and what is worth finding out."""
    yield Heading(CHANGES)
    rows = [
        (
            one["fact"],
            exact_number(one["now"]),
            _flip("up to", one["below"]),
            _flip("from", one["above"]),
        )
        for one in outlook["numbers"]
        if one["below"] or one["above"]
    ]
    if rows:
        yield flip_table(rows)
    items = [
        f"{one['fact']} {shown_value(one['fact'], one['value'])}: {answer_words(one)}."
        for one in outlook["choices"]
    ]
    if items:
        yield Bullets(tuple(items))
    if not rows and not items and outlook["complete"]:
        yield Paragraph("None of the facts looked at here changes the answer by itself.")
    if outlook["find_out"]:
        yield Paragraph(f"Cheapest to find out: {find_out_line(outlook['find_out'])}")
    if not outlook["complete"]:
        yield Paragraph("`advisor whatif FILE` follows the facts behind the estimates, too.")


def _flip(word: str, flip: Mapping[str, Any] | None) -> str:
    return f"{word} {exact_number(flip['value'])}: {answer_words(flip)}" if flip else "-"
