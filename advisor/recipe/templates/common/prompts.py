"""Prompts around an input: ``{text}`` stands for it, and the answer follows the prompt.

Only the known words in braces are replaced, each once; all other braces are text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from data import Example
from tuning.encoding import Encoder, spoken
from tuning.wording import lettered

_KNOWN = re.compile(r"(\{text\}|\{text2\}|\{choices\}|\{labels\})")


def first_prompt(settings: dict) -> str:
    """The first candidate; each has to show the input."""
    prompts = settings["prompts"]
    if not prompts or not all("{text}" in prompt for prompt in prompts):
        raise SystemExit("config.yaml: prompts need one that is tried first, and {text} in each")
    return prompts[0]


def render(template: str, example: Example, words: Sequence[str]) -> str:
    """The text that the model reads, up to the answer."""
    parts = {
        "{text}": example.inputs[0],
        "{text2}": "\n".join(example.inputs[1:]),
        "{choices}": lettered(example.choices),
        "{labels}": " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]])),
    }
    # Tokens of words bring their own blank with them, so none may stand at the end.
    return "".join(parts.get(piece, piece) for piece in _KNOWN.split(template)).rstrip(" ")


def said(template: str, words: Sequence[str] = ()) -> str:
    """What a prompt says by itself, without the input."""
    return render(template, Example(("", "")), words).strip()


def demonstration(template: str, shots: Sequence[tuple[Example, str]], words: Sequence[str]) -> str:
    """Examples as the prompt shows them, each with its answer, to stand in front of it."""
    shown = []
    for example, answer in shots:
        text = render(template, example, words)
        shown.append(f"{text}{spoken(text, answer)}\n\n")
    return "".join(shown)


def prompted(
    encoder: Encoder, template: str, example: Example, words: Sequence[str] = (), lead: str = ""
) -> list[int]:
    """Token ids of the rendered example, its inputs cut where it is too long.

    Args:
        encoder: of the model.
        template: around the input.
        example: with one input or two.
        words: of the labels.
        lead: text in front of it all, as it is.
    """

    def shown(inputs: tuple[str, ...]) -> str:
        return lead + render(template, Example(inputs, "", example.choices), words)

    return encoder.prompted(shown, example.inputs)
