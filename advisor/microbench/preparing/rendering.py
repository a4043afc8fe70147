"""The text that a model reads for an example, and the answers that follow it."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import NamedTuple

from advisor.microbench.records import Example, Prompt

CHOICES = "{choices}"
"""Stands in a prompt where the lettered choices of the example go."""
LETTERS = string.ascii_uppercase
"""What choices are called, and so most that there can be."""


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
    listed = _lettered(example.choices)
    # A row's own text may hold the same braces; it stands in the body, where none are replaced.
    before, after = (
        piece.replace(CHOICES, listed) if example.choices else piece
        for piece in (prompt.before, prompt.after)
    )
    body = prompt.between.join(example.inputs)
    if example.choices and CHOICES not in prompt.before + prompt.after:
        body += f"\n{listed}"
    return Pieces(before, body, after)


def spoken(after: str, answer: str) -> str:
    """An answer as it follows a prompt that ends with ``after``: with a space unless on a new line.

    Tokenizers of language models count the space to the word behind it.
    """
    return answer if after.endswith("\n") else f" {answer}"


def _lettered(choices: Sequence[str]) -> str:
    named = zip(LETTERS, choices, strict=False)
    return "\n".join(f"{letter}. {choice}" for letter, choice in named)
