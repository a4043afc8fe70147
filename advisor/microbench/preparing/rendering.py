"""The text that a model reads for an example."""

from __future__ import annotations

from typing import NamedTuple

from advisor.microbench.records import Example, Prompt
from advisor.tuning.wording import lettered

CHOICES = "{choices}"
"""Stands in a prompt where the lettered choices of the example go."""


class Pieces(NamedTuple):
    """A text in three pieces; an input that is too long is cut in the middle one."""

    before: str
    body: str
    after: str


def render(prompt: Prompt, example: Example) -> str:
    """The text that the model reads, up to the answer."""
    return "".join(pieces(prompt, example))


def pieces(prompt: Prompt, example: Example) -> Pieces:
    """The same text as what stands before the input, the input, and what stands behind it.

    Choices that the prompt does not place follow the input, as they are answered by their letters.
    """
    listed = lettered(example.choices)
    # A row's own text may hold the same braces; it stands in the body, where none are replaced.
    before, after = (
        piece.replace(CHOICES, listed) if example.choices else piece
        for piece in (prompt.before, prompt.after)
    )
    body = prompt.between.join(example.inputs)
    if example.choices and CHOICES not in prompt.before + prompt.after:
        body += f"\n{listed}"
    return Pieces(before, body, after)
