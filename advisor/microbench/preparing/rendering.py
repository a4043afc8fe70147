"""The text that a model reads for an example, and the answers that follow it."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import NamedTuple

from advisor.microbench.spec import Example, Prompt, Task

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
    """The same text as what stands before the input, the input, and what stands behind it."""
    listed = _lettered(example.choices)
    # A row's own text may hold the same braces; it stands in the body, where none are replaced.
    before, after = (
        piece.replace(CHOICES, listed) if example.choices else piece
        for piece in (prompt.before, prompt.after)
    )
    return Pieces(before, prompt.between.join(example.inputs), after)


def answers(task: Task, prompt: Prompt, example: Example) -> tuple[str, ...]:
    """The answers to choose from, as they follow the prompt: of the labels, or of the choices."""
    if task.labels:
        return tuple(prompt.words[label] for label in task.labels)
    return tuple(spoken(prompt.after, choice) for choice in example.choices)


def spoken(after: str, answer: str) -> str:
    """An answer as it follows a prompt that ends with ``after``: with a space unless on a new line.

    Tokenizers of language models count the space to the word behind it.
    """
    return answer if after.endswith("\n") else f" {answer}"


def _lettered(choices: Sequence[str]) -> str:
    letters = string.ascii_uppercase
    return "\n".join(
        f"{letters[number] if number < len(letters) else number + 1}. {choice}"
        for number, choice in enumerate(choices)
    )
