"""What would change the answer: sentences, tables and the map that a run and `whatif` share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.methods import FULL, SOFT_PROMPT
from advisor.report.blocks import Block, Bullets, Grid, Heading, Paragraph, Table
from advisor.report.outlook import Answered, FindOut, Flip, MapEntry, Outlook
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


def answer_words(part: Answered) -> str:
    """An answer in a few words."""
    side = side_name(part.recommendation, None) or "neither"
    return _STATUS.get(part.status, "{side}").format(side=side)


def exact_number(value: float) -> str:
    """A number to six digits, since near a flip point three would name another value."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def flip_table(rows: Sequence[tuple[str, ...]]) -> Table:
    """Facts with the nearest values that change the answer."""
    return Table(("Fact", "Now", "Below", "Above"), tuple(rows), right=(1,))


def find_out_line(one: FindOut) -> str:
    """What to find out, how, and what it can change."""
    known = "unknown"
    if one.assumed is not None:
        known = f"assumed {shown_value(one.fact, one.assumed)}"
    answers = ", or ".join(answer_words(answer) for answer in one.answers)
    can = f"It can make it: {answers}." if answers else "With others that are unknown it decides."
    return f"{one.fact} ({known}; {_EFFORTS[one.effort]}): {one.how} {can}"


def outlook_blocks(outlook: Outlook) -> Iterator[Block]:
    """The section of a run: flip points, choices, and what is worth finding out."""
    yield Heading(CHANGES)
    rows = [
        (
            one.fact,
            exact_number(one.now),
            _flip("up to", one.below),
            _flip("from", one.above),
        )
        for one in outlook.numbers
        if one.below or one.above
    ]
    if rows:
        yield flip_table(rows)
    items = [
        f"{one.fact} {shown_value(one.fact, one.value)}: {answer_words(one)}."
        for one in outlook.choices
    ]
    if items:
        yield Bullets(tuple(items))
    if not rows and not items and outlook.complete:
        yield Paragraph("None of the facts looked at here changes the answer by itself.")
    if outlook.find_out:
        yield Paragraph(f"Cheapest to find out: {find_out_line(outlook.find_out)}")
    if not outlook.complete:
        yield Paragraph("`advisor whatif FILE` follows the facts behind the estimates, too.")


def _flip(word: str, flip: Flip | None) -> str:
    return f"{word} {exact_number(flip.value)}: {answer_words(flip)}" if flip else "-"


HERE = "@"
"""Where the project lies."""
MAP_LETTERS = {
    ("decided", SOFT_PROMPT): "P",
    ("decided", FULL): "F",
    ("too_close", SOFT_PROMPT): "p",
    ("too_close", FULL): "f",
    ("undetermined", SOFT_PROMPT): "?",
    ("undetermined", FULL): "!",
    ("undetermined", None): "~",
    ("infeasible", None): "x",
    ("do_not_train", None): ".",
    ("contradiction", None): "-",
}
"""The letter of each answer, by status and recommendation."""


def answer_letter(answer: Answered) -> str:
    """The letter of an answer in a map."""
    return MAP_LETTERS[answer.status, answer.recommendation]


def map_grid(found: MapEntry) -> Grid:
    """The grid of a map with the present place marked."""
    across, up = found.across, found.up
    letters = [answer_letter(one) for one in found.answers]
    meanings = {
        letter: answer_words(one) for letter, one in zip(letters, found.answers, strict=True)
    }
    rows = ["".join(letters[place] for place in row) for row in found.grid]
    right, high = across.here, up.here
    if right is not None and high is not None:
        here = found.answers[found.grid[high][right]]
        meanings[HERE] = f"you are here ({answer_words(here)})"
        rows[high] = f"{rows[high][:right]}{HERE}{rows[high][right + 1 :]}"
    names = [shown_value(up.fact, value) for value in up.values]
    return Grid(
        across.fact,
        up.fact,
        tuple(shown_value(across.fact, value) for value in across.values),
        tuple(zip(reversed(names), reversed(rows), strict=True)),
        meanings,
    )
