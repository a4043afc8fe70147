"""A decision map as a grid of letters, each letter with its meaning in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.report.blocks import Grid
from advisor.report.outlook_document import answer_words
from advisor.report.wording import shown_value

HERE = "@"
"""Where the project lies."""
LETTERS = {
    ("decided", "prompt_tuning"): "P",
    ("decided", "full_fine_tuning"): "F",
    ("too_close", "prompt_tuning"): "p",
    ("too_close", "full_fine_tuning"): "f",
    ("undetermined", "prompt_tuning"): "?",
    ("undetermined", "full_fine_tuning"): "!",
    ("undetermined", None): "~",
    ("infeasible", None): "x",
    ("do_not_train", None): ".",
    ("contradiction", None): "-",
}
"""The letter of each answer, by status and recommendation."""


def answer_letter(answer: Mapping[str, Any]) -> str:
    """The letter of an answer in a map."""
    return LETTERS[answer["status"], answer["recommendation"]]


def map_grid(found: Mapping[str, Any]) -> Grid:
    """The grid of a map, as `advisor whatif` writes it, with the present place marked.

    Args:
        found: `across` and `up` (`fact`, `values`, `here`), `answers`, and the `grid` of their
            places.
    """
    across, up = found["across"], found["up"]
    letters = [answer_letter(one) for one in found["answers"]]
    meanings = {
        letter: answer_words(one) for letter, one in zip(letters, found["answers"], strict=True)
    }
    rows = ["".join(letters[place] for place in row) for row in found["grid"]]
    right, high = across["here"], up["here"]
    if right is not None and high is not None:
        here = found["answers"][found["grid"][high][right]]
        meanings[HERE] = f"you are here ({answer_words(here)})"
        rows[high] = f"{rows[high][:right]}{HERE}{rows[high][right + 1 :]}"
    names = [shown_value(up["fact"], value) for value in up["values"]]
    return Grid(
        across["fact"],
        up["fact"],
        tuple(shown_value(across["fact"], value) for value in across["values"]),
        tuple(zip(reversed(names), reversed(rows), strict=True)),
        meanings,
    )
