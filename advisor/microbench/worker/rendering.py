"""An example as the text that a language model reads."""

from __future__ import annotations

import string

from advisor.microbench.spec import Example, Prompt

LETTERS = string.ascii_uppercase


def render(prompt: Prompt, example: Example) -> str:
    """The prompt around the example, without the answer; choices follow the input, lettered."""
    text = prompt.between.join(example.inputs)
    for letter, choice in zip(LETTERS, example.choices, strict=False):
        text += f"\n{letter}. {choice}"
    return prompt.before + text + prompt.after
